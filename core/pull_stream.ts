/**
 * What every stream of this library shares: who waits for an item, and how it ends.
 *
 * @module
 */

import { own, Settler } from "./settler.ts";

const FINISHED: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * An async iterator whose `next()` calls wait in line, and whose `return()` acts at once.
 *
 * It is over when `close` is called, with the promise of how that went: the first answer after it
 * tells (it rejects when that does), every other one is plainly done.
 */
export abstract class PullStream<T>
  implements AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  readonly #waiting: Settler<IteratorResult<T, undefined>>[] = [];
  #outcome: Promise<unknown> | undefined;

  /** Waits for the next item, or the end. */
  abstract next(): Promise<IteratorResult<T, undefined>>;

  /** Leaves the stream: closes its sources, and answers whoever waits with the end. */
  abstract return(): Promise<IteratorResult<T, undefined>>;

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same as `return()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Whether `close` was called. */
  protected get over(): boolean {
    return this.#outcome !== undefined;
  }

  /** Whether some `next()` is waiting. */
  protected get wanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Gets in line for an item. */
  protected wait(): Promise<IteratorResult<T, undefined>> {
    const waiting = new Settler<IteratorResult<T, undefined>>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  /** Answers the first in line. */
  protected answer(value: T): void {
    this.#waiting.shift()?.resolve({ done: false, value });
  }

  /** Ends the stream; once. */
  protected close(outcome: Promise<unknown>): void {
    this.#outcome = own(outcome);
    for (const waiting of this.#waiting.splice(0)) {
      this.report().then(waiting.resolve, (error) => waiting.reject(error));
    }
  }

  /** The answer when the stream is over. */
  protected async report(): Promise<IteratorResult<T, undefined>> {
    const outcome = this.#outcome;
    this.#outcome = outcome?.then(undefined, () => undefined);
    await outcome;
    return FINISHED;
  }
}
