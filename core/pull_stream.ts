/**
 * What every stream of this library shares: who waits for an item, and how it ends.
 *
 * @module
 */

import { own } from "./settler.ts";

type Answer<T> = IteratorResult<T, undefined>;
type Resolve<T> = (answer: Answer<T> | PromiseLike<Answer<T>>) => void;

const FINISHED: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * An async iterator whose `next()` calls wait in line, and whose `return()` acts at once.
 *
 * It is over when `close` is called, with the promise of how that went: the first answer after it
 * tells (it rejects when that does), every other one is plainly done.
 */
export abstract class PullStream<T>
  implements AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  // The first in line stands in fields: mostly nobody is behind it, and nothing is made per item.
  #first: Promise<Answer<T>> | undefined;
  #resolve: Resolve<T> | undefined;
  readonly #others: PromiseWithResolvers<Answer<T>>[] = [];
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
    return this.#first !== undefined;
  }

  /** Gets in line for an item. */
  protected wait(): Promise<IteratorResult<T, undefined>> {
    if (this.#first === undefined) return this.#first = new Promise(this.#stand);
    const other = Promise.withResolvers<Answer<T>>();
    this.#others.push(other);
    return other.promise;
  }

  readonly #stand = (resolve: Resolve<T>): void => {
    this.#resolve = resolve;
  };

  /** Answers the first in line. */
  protected answer(value: T): void {
    const resolve = this.#resolve;
    this.#moveUp();
    resolve?.({ done: false, value });
  }

  #moveUp(): void {
    const next = this.#others.length > 0 ? this.#others.shift() : undefined;
    this.#first = next?.promise;
    this.#resolve = next?.resolve;
  }

  /** Ends the stream; once. */
  protected close(outcome: Promise<unknown>): void {
    this.#outcome = own(outcome);
    for (; this.#first !== undefined; this.#moveUp()) {
      // A failure is for those who await their item, and no fault when nobody does.
      own(this.#first);
      this.#resolve?.(this.report());
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
