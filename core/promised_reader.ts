/**
 * Reading without promises from what knows promises only.
 *
 * @module
 */

import type { Reader } from "./halves.ts";

const NOTHING = "Cannot read: the reader must give a Uint8Array or null, got undefined";

/** The synchronous face of any reader; see {@linkcode DirectReader}. Nobody else is to read from it. */
export class PromisedReader {
  readonly #reader: Reader;
  #notify: (() => void) | undefined;
  #reading = false;
  /** What has come, and nobody has taken. */
  #chunk: Uint8Array | null | undefined;
  #failure: unknown;
  #failed = false;

  /** Reads from `reader`, when it is asked. */
  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** See {@linkcode DirectReader.readNow}. */
  readNow(notify: () => void): Uint8Array | null | undefined {
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (chunk !== undefined) return chunk;
    if (this.#failed) {
      // It may be another one the next time.
      this.#failed = false;
      throw this.#failure;
    }
    this.#notify = notify;
    if (!this.#reading) this.#reader.read().then(this.#onChunk, this.#onFailure);
    this.#reading = true;
    return undefined;
  }

  readonly #onChunk = (chunk: Uint8Array | null): void => {
    if (chunk === undefined) return this.#onFailure(new TypeError(NOTHING));
    this.#chunk = chunk;
    this.#wake();
  };

  readonly #onFailure = (failure: unknown): void => {
    this.#failed = true;
    this.#failure = failure;
    this.#wake();
  };

  #wake(): void {
    this.#reading = false;
    const notify = this.#notify;
    this.#notify = undefined;
    notify?.();
  }
}
