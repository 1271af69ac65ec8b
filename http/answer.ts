/**
 * What a handler may answer with, in the form in which it is sent.
 *
 * @module
 */

/** A body: text (sent as UTF-8), bytes, or something that gives bytes or text piece by piece. */
export type ReplyBody =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | null;

/**
 * An answer as plain data: what a `Response` says, without the price of one, and with bodies that a
 * `Response` does not take everywhere.
 */
export interface Reply {
  /** The status code, 200 to 599. Default 200. */
  readonly status?: number | undefined;
  /** The reason phrase. Default: that of the status. */
  readonly statusText?: string | undefined;
  /** The fields. Default: none. */
  readonly headers?:
    | Headers
    | Iterable<readonly [string, string]>
    | Readonly<Record<string, string>>
    | undefined;
  /** The body. Default: none. */
  readonly body?: ReplyBody | undefined;
}

/** Gives the parts of a body. */
export interface BodyParts {
  /** The next one; `null` at the end. */
  next(): Promise<Uint8Array | null>;
  /** Nobody wants the rest. */
  cancel(reason?: unknown): void;
}

/** An answer, checked. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** The fields as they are sent, each with its line end, without those that the connection is about. */
  readonly lines: string;
  /** What the handler says of the length. */
  readonly length: number | undefined;
  /** Whether the handler wants the connection closed. */
  readonly close: boolean;
  /** Whether there is a Date among the fields. */
  readonly dated: boolean;
  readonly body: WholeBody | BodyParts;
  /** All of it as it is sent, when it was made ahead. */
  readonly ready?: ReadyAnswer | undefined;
}

/** An answer as it is sent to a client of HTTP/1.1 whose connection goes on. */
export interface ReadyAnswer {
  /** The bytes, for now; `undefined` when they are too many for being copied each time. */
  bytes(): Uint8Array | undefined;
  /** How many of them are the body. */
  readonly bodySize: number;
}

/** A body that is there. */
export type WholeBody = string | Uint8Array | null;

/** Whether a body is there, and has not to be asked for. */
export function isWhole(body: Answer["body"]): body is WholeBody {
  return typeof body === "string" || body === null || body instanceof Uint8Array;
}
