/**
 * What every stream of this library shares: who waits for an item, and how it ends.
 *
 * @module
 */

import { own } from "./settler.ts";

type Answer<T> = IteratorResult<T, undefined>;
/** Takes an answer, or the promise of one. */
export type Resolve<T> = (answer: Answer<T> | Promise<Answer<T>>) => void;

/** Who waits: a `next()` with its promise, or a callback alone. */
interface Waiter<T> {
  readonly resolve: Resolve<T>;
  readonly promise: Promise<Answer<T>> | undefined;
}

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
  #resolve: Resolve<T> | undefined;
  #promise: Promise<Answer<T>> | undefined;
  readonly #others: Waiter<T>[] = [];
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
    return this.#resolve !== undefined;
  }

  /** Gets in line for an item. */
  protected wait(): Promise<Answer<T>> {
    if (this.#resolve === undefined) return this.#promise = new Promise(this.#stand);
    const other = Promise.withResolvers<Answer<T>>();
    this.#others.push(other);
    return other.promise;
  }

  readonly #stand = (resolve: Resolve<T>): void => {
    this.#resolve = resolve;
  };

  /** Gets in line with a callback: it is given the next item at once, or the promise of how the stream has ended. */
  protected waitWith(resolve: Resolve<T>): void {
    if (this.#resolve === undefined) this.#resolve = resolve;
    else this.#others.push({ resolve, promise: undefined });
  }

  /** Answers the first in line. */
  protected answer(value: T): void {
    const resolve = this.#resolve;
    this.#moveUp();
    resolve?.({ done: false, value });
  }

  #moveUp(): void {
    const next = this.#others.length > 0 ? this.#others.shift() : undefined;
    this.#resolve = next?.resolve;
    this.#promise = next?.promise;
  }

  /** Ends the stream; once. */
  protected close(outcome: Promise<unknown>): void {
    this.#outcome = own(outcome);
    for (let resolve = this.#resolve; resolve !== undefined; resolve = this.#resolve) {
      // A failure is for those who await their item, and no fault when nobody does.
      if (this.#promise !== undefined) own(this.#promise);
      this.#moveUp();
      resolve(this.report());
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
