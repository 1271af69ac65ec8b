/**
 * The bytes of a response.
 *
 * @module
 */

/** What is answered. */
export interface ResponseInit {
  /** The status code and its name: `"200 OK"`. */
  readonly status: string;
  /** The media type of the body. */
  readonly type: string;
  /** The body. */
  readonly body: Uint8Array;
  /** Leaves the body out, as the answer to HEAD does; Content-Length is that of the body all the same. Default `false`. */
  readonly headOnly?: boolean;
}

/** The whole response of HTTP/1.1, after which the connection is closed. */
export function encodeResponse({ status, type, body, headOnly = false }: ResponseInit): Uint8Array {
  const head = new TextEncoder().encode(
    `HTTP/1.1 ${status}\r\n` +
      `Content-Type: ${type}\r\n` +
      `Content-Length: ${body.length}\r\n` +
      "Connection: close\r\n\r\n",
  );
  if (headOnly) return head;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}
