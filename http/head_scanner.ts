/**
 * Looks at the bytes of a head: RFC 9112, sections 2 to 5.
 *
 * @module
 */

import { is, TOKEN, VALUE } from "./characters.ts";
import { type LineReader, LineScanner, NO_LF } from "./line_scanner.ts";
import { expect, Refusal, type RefusalStatus } from "./refusal.ts";

/** How large a head may be. */
export interface HeadLimits {
  /** In bytes, its last empty line included. */
  readonly maxHeaderSize: number;
  /** Of the method and the target together, in bytes. */
  readonly maxRequestLineSize: number;
  /** How many fields there may be. */
  readonly maxHeaderCount: number;
}

/** Is told what a head consists of, each part as soon as it is there. */
export interface HeadReader extends LineReader {
  /**
   * A field is there: where in `bytes`, in which the head begins at `base`, its name begins and ends, and
   * its value without the white space around it.
   */
  fieldAt(bytes: Uint8Array, base: number, place: FieldPlace): void;
}

/** Where a field is, as distances from the first byte of the head. The scanner uses it again. */
export interface FieldPlace {
  start: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

const [HTAB, LF, CR, SPACE, COLON] = [0x09, 0x0a, 0x0d, 0x20, 0x3a];
const [LINE, LINE_LF, FIELD, NAME, BEFORE_VALUE, IN_VALUE, END_LF, DONE] = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * Looks at each byte once, however the bytes are cut into chunks. Throws a {@linkcode Refusal} as soon
 * as a byte shows that this is no head. One scanner reads one head after the other.
 */
export class HeadScanner {
  /** How many bytes were looked at. */
  size = 0;

  readonly #limits: HeadLimits;
  readonly #tooLarge: RefusalStatus;
  readonly #line: LineScanner | undefined;
  readonly #place: FieldPlace = { start: 0, nameEnd: 0, valueStart: 0, valueEnd: 0 };
  #state: number;
  #count = 0;

  /** Scans heads, or trailers: these have no first line, and are refused with 400 when too large. */
  constructor(limits: HeadLimits, part: "head" | "trailers" = "head") {
    this.#limits = limits;
    this.#tooLarge = part === "head" ? 431 : 400;
    if (part === "head") this.#line = new LineScanner(limits.maxRequestLineSize);
    this.#state = part === "head" ? LINE : FIELD;
  }

  /** No byte of the request has come; an empty line may have. */
  get untouched(): boolean {
    return this.#line?.untouched ?? this.size === 0;
  }

  /** Begins with another head. */
  reset(): void {
    this.#line?.reset();
    this.#state = this.#line === undefined ? FIELD : LINE;
    this.size = this.#count = 0;
  }

  /** Goes on, with the head beginning at `base` and bytes up to `end`; whether it is complete. */
  scan(reader: HeadReader, bytes: Uint8Array, base: number, end: number): boolean {
    const { maxHeaderSize } = this.#limits;
    this.#scan(reader, bytes, base, Math.min(end, base + maxHeaderSize));
    const done = this.#state === DONE;
    if (done || this.size < maxHeaderSize) return done;
    const what = this.#tooLarge === 431 ? "head" : "trailer section";
    throw new Refusal(this.#tooLarge, `the ${what} is over ${maxHeaderSize} bytes`);
  }

  #scan(reader: HeadReader, bytes: Uint8Array, base: number, stop: number): void {
    let at = base + this.size;
    let state = this.#state;
    const place = this.#place;
    while (at < stop && state !== DONE) {
      let byte = bytes[at] as number;
      switch (state) {
        case NAME:
          while (is(byte, TOKEN) && ++at < stop) byte = bytes[at] as number;
          if (at === stop) break;
          expect(byte === COLON, "the name of a field is not a token");
          place.nameEnd = at++ - base;
          state = BEFORE_VALUE;
          break;
        case BEFORE_VALUE:
          if (byte === SPACE || byte === HTAB) at++;
          else {
            place.valueStart = at - base;
            state = IN_VALUE;
          }
          break;
        case IN_VALUE:
          while (is(byte, VALUE) && ++at < stop) byte = bytes[at] as number;
          if (at === stop) break;
          expect(byte === CR, "a control character stands in a field");
          this.#endField(bytes, base, at++);
          reader.fieldAt(bytes, base, place);
          state = LINE_LF;
          break;
        case LINE_LF:
          expect(byte === LF, NO_LF);
          at++;
          state = FIELD;
          break;
        case FIELD:
          if (byte === CR) at++;
          else this.#beginField(byte, at - base);
          state = byte === CR ? END_LF : NAME;
          break;
        case END_LF:
          expect(byte === LF, NO_LF);
          at++;
          state = DONE;
          break;
        default:
          at = this.#line?.scan(reader, bytes, base, at, stop) ?? at;
          if (this.#line?.done !== false) state = LINE_LF;
      }
    }
    this.size = at - base;
    this.#state = state;
  }

  #beginField(byte: number, at: number): void {
    expect(is(byte, TOKEN), "a line of the head is not a field");
    const { maxHeaderCount } = this.#limits;
    if (this.#count++ >= maxHeaderCount) {
      throw new Refusal(this.#tooLarge, `there are over ${maxHeaderCount} fields`);
    }
    this.#place.start = at;
  }

  #endField(bytes: Uint8Array, base: number, at: number): void {
    const from = base + this.#place.valueStart;
    let end = at;
    while (end > from && (bytes[end - 1] === SPACE || bytes[end - 1] === HTAB)) end--;
    this.#place.valueEnd = end - base;
  }
}
