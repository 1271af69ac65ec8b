/**
 * Looks for a few bytes in input that comes bit by bit.
 *
 * @module
 */

import { show } from "./show.ts";

/**
 * One search. It goes on where it stopped, and looks at each byte once, also when the delimiter
 * lies across the border of two chunks or nearly repeats itself (Knuth, Morris and Pratt).
 */
export class Delimiter {
  readonly #bytes: Uint8Array;
  /** For each length of a match that fails: how much of it is the beginning of another one. */
  readonly #shorter: readonly number[];
  #at = 0;
  #matched = 0;

  /** `delimiter` is text (in UTF-8), bytes, or one byte; at least one byte. */
  constructor(verb: string, delimiter: Uint8Array | string | number) {
    this.#bytes = bytesOf(verb, delimiter);
    this.#shorter = bordersOf(this.#bytes);
  }

  /** How many bytes the delimiter has. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Where the delimiter begins if it was found, and else the first place where it still may. */
  get earliest(): number {
    return this.#at - this.#matched;
  }

  /** Where it begins in `input`, or -1. `input` is what it was the last time, and what has come since. */
  search(input: Uint8Array): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let matched = this.#matched;
    while (at < input.length && matched < bytes.length) {
      if (matched === 0) {
        const first = input.indexOf(bytes[0] as number, at);
        if (first >= 0) matched = 1;
        at = first < 0 ? input.length : first + 1;
      } else if (input[at] === bytes[matched]) {
        at++;
        matched++;
      } else {
        matched = this.#shorter[matched - 1] as number;
      }
    }
    this.#at = at;
    this.#matched = matched;
    return matched === bytes.length ? at - matched : -1;
  }
}

function bytesOf(verb: string, delimiter: Uint8Array | string | number): Uint8Array {
  const bytes = typeof delimiter === "string"
    ? new TextEncoder().encode(delimiter)
    : typeof delimiter === "number"
    ? Uint8Array.of(delimiter)
    // The caller may change it while it is searched for.
    : delimiter instanceof Uint8Array
    ? new Uint8Array(delimiter)
    : undefined;
  if (bytes === undefined) {
    const expected = "a string, a Uint8Array or the number of a byte";
    throw new TypeError(
      `Cannot ${verb}: the delimiter must be ${expected}, got ${show(delimiter)}`,
    );
  }
  if (typeof delimiter === "number" && bytes[0] !== delimiter) {
    const expected = "an integer from 0 to 255";
    throw new RangeError(`Cannot ${verb}: the delimiter must be ${expected}, got ${delimiter}`);
  }
  if (bytes.length > 0) return bytes;
  throw new RangeError(`Cannot ${verb}: the delimiter must have at least one byte, got none`);
}

/** For each beginning of `bytes`: the length of its longest end that is a beginning, too. */
function bordersOf(bytes: Uint8Array): number[] {
  const borders = [0];
  for (let i = 1, border = 0; i < bytes.length; i++) {
    while (border > 0 && bytes[i] !== bytes[border]) border = borders[border - 1] as number;
    if (bytes[i] === bytes[border]) border++;
    borders.push(border);
  }
  return borders;
}
