/**
 * An answer of the file server.
 *
 * @module
 */

import type { Reply } from "../http/answer.ts";
import { reasonOf } from "../http/reasons.ts";

/** A field of an answer. */
export type Field = readonly [name: string, value: string];

/**
 * An answer as plain data. What is sent often is one and the same object each time: nobody may change
 * it; `{ ...reply, headers: [...reply.headers, ["X-A", "b"]] }` makes another one.
 *
 * A body that is neither `null` nor bytes holds an open file: it has to be iterated to its end, or told
 * by `return()` that nobody wants it.
 */
export interface FileReply extends Reply {
  /** The status code. */
  readonly status: number;
  /** The fields, Content-Length among them. */
  readonly headers: readonly Field[];
  /** The body. */
  readonly body: Uint8Array<ArrayBuffer> | FileBodySource | null;
}

/** The bytes of a file, piece by piece. */
export interface FileBodySource extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** The same each time: there is one body. */
  [Symbol.asyncIterator](): Required<
    Pick<AsyncIterator<Uint8Array<ArrayBuffer>, undefined>, "next" | "return">
  >;
}

/** A line of text that says the status; for HEAD, the same without it. */
export function statusReply(
  status: number,
  method: string,
  fields: readonly Field[] = [],
): FileReply {
  const text = new TextEncoder().encode(`${status} ${reasonOf(status)}\n`);
  return {
    status,
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["Content-Length", String(text.length)],
      ["Cache-Control", "no-cache"],
      ["X-Content-Type-Options", "nosniff"],
      ...fields,
    ],
    body: method === "HEAD" ? null : text,
  };
}
