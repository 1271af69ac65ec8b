/**
 * Takes the chunks of a body apart: RFC 9112, section 7.1.
 *
 * @module
 */

import { latin1 } from "./characters.ts";
import { type FieldPlace, type HeadReader, HeadScanner } from "./head_scanner.ts";
import type { ResolvedLimits } from "./http_limits.ts";
import type { Input } from "./input.ts";
import type { FieldLine } from "./message.ts";
import { expect } from "./refusal.ts";

const [LF, CR, SEMICOLON] = [0x0a, 0x0d, 0x3b];
const [SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILERS, DONE] = [0, 1, 2, 3, 4, 5, 6, 7];

/** What frames or routes a message is never read from its trailers: RFC 9110, section 6.5.1. */
const FORBIDDEN = /^(?:content-length|transfer-encoding|host|trailer|connection)$/i;

/** `;name=value`, any number of times. */
const EXTENSIONS = extensions();

/** Looks at each byte once, however the bytes are cut. Throws a `Refusal` (400) for what is no chunk. */
export class ChunkedDecoder implements HeadReader {
  /** What came after the last chunk. */
  readonly trailers: FieldLine[] = [];
  readonly #limits: ResolvedLimits;
  #state = SIZE;
  /** What is left of the chunk; while its size is read, what has been read of it. */
  #left = 0;
  #line = 0;
  #extension = "";
  #extensions = 0;
  #trailerScanner: HeadScanner | undefined;

  constructor(limits: ResolvedLimits) {
    this.#limits = limits;
  }

  /** Whether the last chunk and the trailers have come. */
  get done(): boolean {
    return this.#state === DONE;
  }

  /** The next bytes of the body, when some have come: a view. */
  take(input: Input): Uint8Array | undefined {
    while (input.length > 0 && this.#state !== DONE) {
      if (this.#state === DATA) {
        const taken = input.take(Math.min(this.#left, input.length));
        this.#left -= taken.length;
        if (this.#left === 0) this.#state = DATA_CR;
        return taken;
      }
      if (this.#state === TRAILERS) {
        if (!this.#takeTrailers(input)) return undefined;
      } else this.#takeLine(input);
    }
    return undefined;
  }

  #takeLine(input: Input): void {
    const { bytes, end } = input;
    let at = input.start;
    while (at < end && this.#state !== DATA && this.#state !== TRAILERS) {
      this.#step(bytes[at++] as number);
    }
    input.skip(at - input.start);
  }

  #step(byte: number): void {
    switch (this.#state) {
      case SIZE:
        this.#limitLine(byte);
        if (this.#line > 1 && (byte === CR || byte === SEMICOLON)) this.#endSize(byte);
        else this.#digit(byte);
        return;
      case EXTENSION:
        this.#limitLine(byte);
        if (byte === CR) this.#endExtension();
        else this.#extend(byte);
        return;
      case SIZE_LF:
        expect(byte === LF, "a CR without an LF stands after the size of a chunk");
        this.#line = 0;
        this.#state = this.#left > 0 ? DATA : TRAILERS;
        return;
      case DATA_CR:
        expect(byte === CR, "a chunk is not followed by a line end");
        this.#state = DATA_LF;
        return;
      case DATA_LF:
        expect(byte === LF, "a chunk is not followed by a line end");
        this.#state = SIZE;
    }
  }

  #limitLine(byte: number): void {
    const { maxChunkLineSize } = this.#limits;
    expect(
      ++this.#line <= maxChunkLineSize || byte === CR,
      `the size of a chunk is over ${maxChunkLineSize} bytes long`,
    );
  }

  #digit(byte: number): void {
    const lower = byte | 0x20;
    const digit = byte >= 0x30 && byte <= 0x39
      ? byte - 0x30
      : lower >= 0x61 && lower <= 0x66
      ? lower - 0x57
      : -1;
    expect(digit >= 0, "the size of a chunk is no hexadecimal number");
    this.#left = this.#left * 16 + digit;
    expect(this.#left <= Number.MAX_SAFE_INTEGER, "the size of a chunk is too large");
  }

  #endSize(byte: number): void {
    this.#state = byte === CR ? SIZE_LF : EXTENSION;
    if (byte === SEMICOLON) this.#extend(byte);
  }

  #extend(byte: number): void {
    const { maxChunkExtensionsSize } = this.#limits;
    expect(
      ++this.#extensions <= maxChunkExtensionsSize,
      `the extensions of the chunks are over ${maxChunkExtensionsSize} bytes`,
    );
    expect(
      byte === 0x09 || (byte >= 0x20 && byte !== 0x7f),
      "a control character stands in a chunk",
    );
    this.#extension += String.fromCharCode(byte);
  }

  #endExtension(): void {
    expect(EXTENSIONS.test(this.#extension), "the extension of a chunk is malformed");
    this.#extension = "";
    this.#state = SIZE_LF;
  }

  #takeTrailers(input: Input): boolean {
    const { maxTrailerSize, maxHeaderCount } = this.#limits;
    const scanner = this.#trailerScanner ??= new HeadScanner({
      maxHeaderSize: maxTrailerSize,
      maxRequestLineSize: Infinity,
      maxHeaderCount,
    }, "trailers");
    if (!scanner.scan(this, input.bytes, input.start, input.end)) return false;
    input.skip(scanner.size);
    this.#state = DONE;
    return true;
  }

  /** Trailers have no first line. */
  lineAt(): void {}

  /** A trailer is there. */
  fieldAt(bytes: Uint8Array, base: number, place: FieldPlace): void {
    const text = (start: number, end: number) => latin1(bytes.subarray(base + start, base + end));
    const name = text(place.start, place.nameEnd);
    expect(!FORBIDDEN.test(name), `the field ${name} has no place in the trailers`);
    this.trailers.push([name, text(place.valueStart, place.valueEnd)]);
  }
}

function extensions(): RegExp {
  const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  const quoted = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
  return new RegExp(
    `^(?:[ \\t]*;[ \\t]*${token}(?:[ \\t]*=[ \\t]*(?:${token}|${quoted}))?)+[ \\t]*$`,
  );
}
