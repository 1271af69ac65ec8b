/**
 * Reads the head of a request.
 *
 * @module
 */

import type { Reader } from "../core/connection.ts";
import { Refusal } from "./refusal.ts";
import { checkHost, type Field, parseField } from "./request_fields.ts";
import { parseRequestLine, type RequestLine } from "./request_line.ts";

/** The most that a head may have, its last empty line included. */
export const HEAD_BYTES: number = 16 * 1024;
/** The most that its first line may have, without the line end. */
export const REQUEST_LINE_BYTES: number = 8 * 1024;
/** The most fields that a head may have. */
export const FIELDS = 100;

const [HTAB, LF, CR, SPACE, DELETE] = [0x09, 0x0a, 0x0d, 0x20, 0x7f];

/** The head of a request. */
export interface RequestHead extends RequestLine {
  /** The fields in the order they were sent. */
  readonly fields: readonly Field[];
}

/**
 * Reads up to the end of the head, however the bytes are cut into chunks, and no further than the
 * chunk in which it ends.
 *
 * Resolves with `null` when the peer has finished without sending a byte: there is nothing to answer.
 * Rejects with a {@linkcode Refusal} as soon as a byte shows that this is no head: 400; 414 and 431
 * for one that is too large; 505 for another version. Whatever `read()` rejects with is passed on.
 */
export async function readHead(reader: Reader): Promise<RequestHead | null> {
  const parser = new HeadParser();
  for (;;) {
    const chunk = await reader.read();
    if (chunk === null) {
      if (parser.untouched) return null;
      throw new Refusal(400, "the head of the request is incomplete");
    }
    const head = parser.push(chunk);
    if (head !== undefined) return head;
  }
}

/** Takes the bytes of a head one by one: each is looked at once. */
class HeadParser {
  #size = 0;
  #line = "";
  #afterCr = false;
  #requestLine: RequestLine | undefined;
  readonly #fields: Field[] = [];

  /** No byte has come. */
  get untouched(): boolean {
    return this.#size === 0;
  }

  /** The head, when `chunk` completes it. What follows it is left out: nothing here has a body. */
  push(chunk: Uint8Array): RequestHead | undefined {
    for (const byte of chunk) {
      if (++this.#size > HEAD_BYTES) throw new Refusal(431, `the head is over ${HEAD_BYTES} bytes`);
      if (!this.#afterCr) this.#take(byte);
      else if (byte !== LF) throw new Refusal(400, "a CR without an LF stands in the head");
      else {
        const head = this.#endLine();
        if (head !== undefined) return head;
      }
    }
    return undefined;
  }

  #take(byte: number): void {
    if (byte === CR) {
      this.#afterCr = true;
      return;
    }
    if (byte === LF) throw new Refusal(400, "an LF without a CR stands in the head");
    if ((byte < SPACE && byte !== HTAB) || byte === DELETE) {
      throw new Refusal(400, "a control character stands in the head");
    }
    this.#line += String.fromCharCode(byte);
    if (this.#requestLine === undefined && this.#line.length > REQUEST_LINE_BYTES) {
      throw new Refusal(414, `the request line is over ${REQUEST_LINE_BYTES} bytes`);
    }
  }

  #endLine(): RequestHead | undefined {
    const line = this.#line;
    this.#line = "";
    this.#afterCr = false;
    if (this.#requestLine === undefined) {
      // One empty line before the first is forgiven: RFC 9112, section 2.2.
      if (line === "" && this.#size === 2) return undefined;
      this.#requestLine = parseRequestLine(line);
      return undefined;
    }
    if (line === "") {
      checkHost(this.#requestLine, this.#fields);
      return { ...this.#requestLine, fields: this.#fields };
    }
    this.#fields.push(parseField(line));
    if (this.#fields.length > FIELDS) throw new Refusal(431, `there are over ${FIELDS} fields`);
    return undefined;
  }
}
