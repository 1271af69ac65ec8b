/**
 * What a handler may answer with, in the form in which it is sent.
 *
 * @module
 */

import { show } from "../core/show.ts";
import { is, TOKEN } from "./characters.ts";

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
  readonly body: Uint8Array | BodyParts | null;
}

/** Every code unit may be sent as a byte, and none ends a line. */
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Collects the fields of an answer. Throws a TypeError for a name or value that cannot be sent. */
export class FieldLines {
  lines = "";
  length: number | undefined;
  close = false;
  dated = false;

  add(name: string, value: string): void {
    requireName(name);
    requireText(`the value of ${name}`, value);
    const trimmed = value.replace(/^[\t ]+/, "");
    // Most names are told from those that matter here by their length.
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === "date") this.dated = true;
        break;
      case 10:
        if (!isName(name, "connection") && !isName(name, "keep-alive")) break;
        // How the connection goes on is not the handler's to say, but that it is to be closed.
        if (/(^|,)[ \t]*close[ \t]*(,|$)/i.test(trimmed)) this.close = true;
        return;
      case 14:
        if (!isName(name, "content-length")) break;
        this.#setLength(trimmed);
        return;
      case 17:
        if (isName(name, "transfer-encoding")) return;
    }
    this.lines += `${name}: ${trimmed}\r\n`;
  }

  #setLength(value: string): void {
    const length = /^[0-9]+$/.test(value) ? Number(value) : NaN;
    if (!Number.isSafeInteger(length) || (this.length ?? length) !== length) {
      throw new TypeError(`Cannot answer: the Content-Length is ${show(value)}`);
    }
    this.length = length;
  }
}

function isName(name: string, lower: string): boolean {
  return name.toLowerCase() === lower;
}

function requireName(name: string): void {
  let good = name.length > 0;
  for (let i = 0; i < name.length && good; i++) {
    const unit = name.charCodeAt(i);
    good = unit < 0x80 && is(unit, TOKEN);
  }
  if (!good) throw new TypeError(`Cannot answer: the field name is ${show(name)}`);
}

/** Throws a TypeError unless `text` can stand in a head. */
export function requireText(what: string, text: string): void {
  if (BAD_VALUE.test(text)) throw new TypeError(`Cannot answer: ${what} is ${show(text)}`);
}
