/**
 * Looks at the bytes of a head: RFC 9112, sections 2 to 5.
 *
 * @module
 */

import { is, TARGET, TOKEN, VALUE } from "./characters.ts";
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

const [HTAB, LF, CR, SPACE, COLON, ZERO, NINE] = [0x09, 0x0a, 0x0d, 0x20, 0x3a, 0x30, 0x39];
/** `D` stands for a digit. */
const VERSION = Array.from("HTTP/D.D", (character) => character.charCodeAt(0));
const DIGIT = "D".charCodeAt(0);

const [START, START_LF, METHOD, IN_TARGET, IN_VERSION] = [0, 1, 2, 3, 4];
const [LINE_LF, FIELD, NAME, BEFORE_VALUE, IN_VALUE, END_LF, DONE] = [5, 6, 7, 8, 9, 10, 11];

const NO_LF = "a CR without an LF stands in the head";
/** What the bytes of a part are; 0 where each byte decides. */
const KINDS = [0, 0, TOKEN, TARGET, 0, 0, 0, TOKEN, 0, VALUE, 0, 0];

/**
 * Looks at each byte once, however the bytes are cut into chunks, and notes where the parts are, as
 * distances from the first byte. Throws a {@linkcode Refusal} as soon as a byte shows that this is no
 * head.
 */
export class HeadScanner {
  /** Where the request line begins: after an empty line, which is forgiven. */
  begin = 0;
  methodEnd = 0;
  targetEnd = 0;
  /** The digits of the version. */
  major = 0;
  minor = 0;
  /** Four for each field: where its name begins and ends, where its value begins and ends. */
  readonly fields: number[] = [];
  /** How many bytes were looked at. */
  size = 0;
  /** Whether all bytes so far were ASCII. */
  isAscii = true;

  readonly #limits: HeadLimits;
  readonly #tooLarge: RefusalStatus;
  #state: number;
  #versionAt = 0;

  /** Scans a head, or trailers: these have no first line, and are refused with 400 when too large. */
  constructor(limits: HeadLimits, part: "head" | "trailers" = "head") {
    this.#limits = limits;
    this.#state = part === "head" ? START : FIELD;
    this.#tooLarge = part === "head" ? 431 : 400;
  }

  /** No byte of the request has come; an empty line may have. */
  get untouched(): boolean {
    return this.#state === START;
  }

  /** Goes on, with the head beginning at `base` and bytes up to `end`; whether it is complete. */
  scan(bytes: Uint8Array, base: number, end: number): boolean {
    const { maxHeaderSize } = this.#limits;
    const stop = Math.min(end, base + maxHeaderSize);
    let at = base + this.size;
    while (at < stop && this.#state !== DONE) {
      at = this.#run(bytes, base, at, stop);
      this.size = at - base;
    }
    const done = this.#state === DONE;
    if (done || this.size < maxHeaderSize) return done;
    const what = this.#tooLarge === 431 ? "head" : "trailer section";
    throw new Refusal(this.#tooLarge, `the ${what} is over ${maxHeaderSize} bytes`);
  }

  /** Goes on within one part; returns where the next begins. */
  #run(bytes: Uint8Array, base: number, from: number, stop: number): number {
    const kind = KINDS[this.#state] as number;
    if (kind === 0) {
      this.#step(bytes[from] as number, from - base);
      return from + 1;
    }
    let [at, seen] = [from, 0];
    while (at < stop && is(bytes[at] as number, kind)) seen |= bytes[at++] as number;
    if (seen > 0x7f) this.isAscii = false;
    if (this.#state <= IN_TARGET) this.#checkLine(at - base);
    if (at === stop) return at;
    if (this.#state === IN_VALUE) this.#endValue(bytes, base, at);
    else this.#endPart(bytes[at] as number, at - base);
    return at + 1;
  }

  #endPart(byte: number, at: number): void {
    if (this.#state === METHOD) {
      expect(byte === SPACE, "the method is not a token");
      this.methodEnd = at;
      this.#state = IN_TARGET;
    } else if (this.#state === IN_TARGET) {
      expect(byte === SPACE && at > this.methodEnd + 1, "the target is malformed");
      this.targetEnd = at;
      this.#state = IN_VERSION;
    } else {
      expect(byte === COLON, "the name of a field is not a token");
      this.fields.push(at);
      this.#state = BEFORE_VALUE;
    }
  }

  #endValue(bytes: Uint8Array, base: number, end: number): void {
    expect(bytes[end] === CR, "a control character stands in a field");
    const start = base + (this.fields.at(-1) as number);
    let last = end;
    while (last > start && (bytes[last - 1] === SPACE || bytes[last - 1] === HTAB)) last--;
    this.fields.push(last - base);
    this.#state = LINE_LF;
  }

  /** The states in which one byte decides. */
  #step(byte: number, at: number): void {
    switch (this.#state) {
      case START:
        if (byte === CR && at === 0) this.#state = START_LF;
        else this.#beginLine(byte, at);
        return;
      case START_LF:
        expect(byte === LF, NO_LF);
        this.#state = START;
        return;
      case IN_VERSION:
        return this.#version(byte);
      case LINE_LF:
        expect(byte === LF, NO_LF);
        this.#state = FIELD;
        return;
      case FIELD:
        return this.#beginField(byte, at);
      case BEFORE_VALUE:
        return this.#beginValue(byte, at);
      case END_LF:
        expect(byte === LF, NO_LF);
        this.#state = DONE;
    }
  }

  #beginLine(byte: number, at: number): void {
    expect(is(byte, TOKEN), "this is no request of HTTP/1");
    this.begin = at;
    this.#state = METHOD;
  }

  #version(byte: number): void {
    const at = this.#versionAt++;
    if (at === VERSION.length) {
      expect(byte === CR, "the request line is malformed");
      this.#state = LINE_LF;
    } else if (VERSION[at] !== DIGIT) {
      expect(byte === VERSION[at], "the request line does not end in a version of HTTP");
    } else {
      expect(byte >= ZERO && byte <= NINE, "the version is malformed");
      if (at === VERSION.length - 1) this.minor = byte - ZERO;
      else this.major = byte - ZERO;
    }
  }

  #beginField(byte: number, at: number): void {
    this.#state = byte === CR ? END_LF : NAME;
    if (byte === CR) return;
    expect(is(byte, TOKEN), "a line of the head is not a field");
    if (this.fields.length >= 4 * this.#limits.maxHeaderCount) {
      const reason = `there are over ${this.#limits.maxHeaderCount} fields`;
      throw new Refusal(this.#tooLarge, reason);
    }
    this.fields.push(at);
  }

  #beginValue(byte: number, at: number): void {
    if (byte === SPACE || byte === HTAB) return;
    this.fields.push(at);
    this.#state = IN_VALUE;
    if (byte === CR) {
      this.fields.push(at);
      this.#state = LINE_LF;
    } else expect(is(byte, VALUE), "a control character stands in a field");
    if (byte > 0x7f) this.isAscii = false;
  }

  #checkLine(at: number): void {
    const { maxRequestLineSize } = this.#limits;
    if (at - this.begin <= maxRequestLineSize) return;
    throw new Refusal(414, `the request line is over ${maxRequestLineSize} bytes`);
  }
}
