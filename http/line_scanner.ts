/**
 * Looks at the bytes of a request line: RFC 9112, section 3.
 *
 * @module
 */

import { is, TARGET, TOKEN } from "./characters.ts";
import { expect, Refusal } from "./refusal.ts";

/** Is told of a request line. */
export interface LineReader {
  /** The line is there but for its end, in `bytes`, in which the head begins at `base`. */
  lineAt(bytes: Uint8Array, base: number, place: LinePlace): void;
}

/** What a request line says, and where, as distances from the first byte. The scanner uses it again. */
export interface LinePlace {
  start: number;
  methodEnd: number;
  targetEnd: number;
  /** 11 for HTTP/1.1. */
  version: number;
}

const [LF, CR, SPACE, ZERO, NINE] = [0x0a, 0x0d, 0x20, 0x30, 0x39];
/** `D` stands for a digit. */
const VERSION = Uint8Array.from("HTTP/D.D", (character) => character.charCodeAt(0));
const DIGIT = "D".charCodeAt(0);

const [START, START_LF, METHOD, IN_TARGET, IN_VERSION, END, DONE] = [0, 1, 2, 3, 4, 5, 6];

/** Why a CR is refused. */
export const NO_LF = "a CR without an LF stands in the head";

/** Looks at each byte once, up to the CR that ends the line, in as many calls as it takes. */
export class LineScanner {
  readonly #maxSize: number;
  readonly #place: LinePlace = { start: 0, methodEnd: 0, targetEnd: 0, version: 0 };
  #state = START;
  #versionAt = 0;

  /** The method and the target together may have `maxSize` bytes. */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** No byte of the request has come; an empty line may have. */
  get untouched(): boolean {
    return this.#state === START;
  }

  /** Whether the line has come. */
  get done(): boolean {
    return this.#state === DONE;
  }

  /** Begins with another line. */
  reset(): void {
    this.#state = START;
    this.#versionAt = this.#place.version = 0;
  }

  /** Goes on at `from`, the head beginning at `base`; returns where it has stopped: at `stop`, or when it is done. */
  scan(reader: LineReader, bytes: Uint8Array, base: number, from: number, stop: number): number {
    let at = from;
    while (at < stop && this.#state !== DONE) at = this.#step(reader, bytes, base, at, stop);
    return at;
  }

  #step(reader: LineReader, bytes: Uint8Array, base: number, from: number, stop: number): number {
    let at = from;
    let byte = bytes[from] as number;
    switch (this.#state) {
      case START:
        if (byte === CR) at++;
        else expect(is(byte, TOKEN), "this is no request of HTTP/1");
        this.#state = at > from ? START_LF : METHOD;
        this.#place.start = at - base;
        return at;
      case START_LF:
        expect(byte === LF, NO_LF);
        this.#state = START;
        return at + 1;
      case METHOD:
        while (is(byte, TOKEN) && ++at < stop) byte = bytes[at] as number;
        this.#checkSize(at - base);
        if (at === stop) return at;
        expect(byte === SPACE, "the method is not a token");
        this.#place.methodEnd = at - base;
        this.#state = IN_TARGET;
        return at + 1;
      case IN_TARGET:
        while (is(byte, TARGET) && ++at < stop) byte = bytes[at] as number;
        this.#checkSize(at - base);
        if (at === stop) return at;
        expect(byte === SPACE && at - base > this.#place.methodEnd + 1, "the target is malformed");
        this.#place.targetEnd = at - base;
        this.#state = IN_VERSION;
        return at + 1;
      case IN_VERSION:
        this.#digit(byte);
        if (++this.#versionAt === VERSION.length) {
          this.#state = END;
          reader.lineAt(bytes, base, this.#place);
        }
        return at + 1;
      default:
        expect(byte === CR, "the request line is malformed");
        this.#state = DONE;
        return at + 1;
    }
  }

  #digit(byte: number): void {
    const wanted = VERSION[this.#versionAt];
    if (wanted !== DIGIT) {
      expect(byte === wanted, "the request line does not end in a version of HTTP");
    } else {
      expect(byte >= ZERO && byte <= NINE, "the version is malformed");
      this.#place.version = 10 * this.#place.version + byte - ZERO;
    }
  }

  #checkSize(at: number): void {
    if (at - this.#place.start <= this.#maxSize) return;
    throw new Refusal(414, `the request line is over ${this.#maxSize} bytes`);
  }
}
