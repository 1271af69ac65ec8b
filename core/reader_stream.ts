/**
 * The common part of `lines` and `frames`: what is read again and again, as a stream.
 *
 * @module
 */

import { PullStream } from "./pull_stream.ts";

/**
 * An async iterator of what `read` gives, up to `null`.
 *
 * `read` is called only while somebody waits for an item, and never twice at a time. `return()` acts
 * at once: it aborts the signal, and answers the waiting `next()` with the end. A failure is reported
 * once; after it, and after the end, every `next()` is done.
 */
export class ReaderStream<T> extends PullStream<T> {
  readonly #read: (signal: AbortSignal) => Promise<T | null>;
  readonly #controller = new AbortController();
  #reading = false;

  /** Hands out what `read` gives. */
  constructor(read: (signal: AbortSignal) => Promise<T | null>) {
    super();
    this.#read = read;
  }

  /** The next item, or the end. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.over) return this.report();
    const item = this.wait();
    this.#ask();
    return item;
  }

  /** Leaves the stream at once. */
  return(): Promise<IteratorResult<T, undefined>> {
    if (!this.over) {
      this.#controller.abort();
      this.close(Promise.resolve());
    }
    return this.report();
  }

  #ask(): void {
    if (this.#reading || this.over || !this.wanted) return;
    this.#reading = true;
    this.#read(this.#controller.signal).then(this.#onItem, this.#onFailure);
  }

  readonly #onItem = (item: T | null): void => {
    this.#reading = false;
    if (this.over) return;
    if (item === null) return this.close(Promise.resolve());
    this.answer(item);
    this.#ask();
  };

  readonly #onFailure = (error: unknown): void => {
    if (!this.over) this.close(Promise.reject(error));
  };
}
