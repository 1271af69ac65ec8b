/**
 * A stream of the items of streams.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import { PullStream } from "./pull_stream.ts";
import { own, rejected } from "./settler.ts";
import { show } from "./show.ts";
import {
  disposeLate,
  iteratorOf,
  leave,
  open,
  pull,
  requireFunction,
  requireResult,
  type Source,
} from "./source.ts";

/** What {@linkcode flatMap} can read: anything that can be iterated, but a string. */
export type Flattenable<U> = Source<U> & object;

/**
 * The items of what `fn` makes of each item of `source`, one after the other.
 *
 * `fn` is given the item and its position, from 0, and returns something iterable, async or sync, or
 * a promise of it. That is read to its end before the next item of the source is asked for. Anything
 * else is a TypeError, also a string, which would be taken apart by mistake more often than on
 * purpose: spread it into an array.
 *
 * When `fn`, the source or what `fn` made fails, what is open is closed, and `next()` rejects with
 * the error. `return()` closes what is being read and then the source, both at once, also while one
 * of them is busy, and ends a `next()` that waits. What arrives later, an item or something
 * iterable, is disposed of or closed. Nothing is asked for before the first `next()`.
 *
 * Follows TC39's `AsyncIterator.prototype.flatMap`, and `StreamExt::flat_map` of futures-rs. Unlike
 * there, closing the source does not wait for the end of closing what is being read, and a bare
 * iterator, that cannot be iterated itself, is refused.
 *
 * @example
 * ```ts
 * import { flatMap, toArray } from "@incoming/net";
 *
 * const words = await toArray(flatMap(["a b", "c"], (line) => line.split(" ")));
 * if (words.join() !== "a,b,c") throw new Error(words.join());
 * ```
 */
export function flatMap<T, U>(
  source: Source<T>,
  fn: (item: T, index: number) => Flattenable<U> | PromiseLike<Flattenable<U>>,
): AsyncIterableIterator<U, undefined, undefined> & AsyncDisposable {
  return new FlatMap(open("flat map", source, () => requireFunction("flat map", fn)), fn);
}

class FlatMap<T, U> extends PullStream<U> {
  readonly #source: AsyncIterator<T, unknown, undefined>;
  readonly #fn: (item: T, index: number) => Flattenable<U> | PromiseLike<Flattenable<U>>;
  readonly #breather = new Breather();
  #index = 0;
  /** What is being read; undefined between two of them. */
  #inner: AsyncIterator<U, unknown, undefined> | undefined;
  /** An item is being asked for, or worked on. */
  #busy = false;
  /** A `next()` is outstanding: of the inner iterator if there is one, else of the source. */
  #parked = false;
  /** The source has ended or failed by itself. */
  #ended = false;

  constructor(
    source: AsyncIterator<T, unknown, undefined>,
    fn: (item: T, index: number) => Flattenable<U> | PromiseLike<Flattenable<U>>,
  ) {
    super();
    this.#source = source;
    this.#fn = fn;
  }

  next(): Promise<IteratorResult<U, undefined>> {
    if (this.over) return this.report();
    const item = this.wait();
    if (!this.#busy) this.#ask();
    return item;
  }

  return(): Promise<IteratorResult<U, undefined>> {
    if (!this.over) this.close(this.#leaveAll());
    return this.report();
  }

  readonly #ask = (): void => {
    if (this.over) return;
    this.#busy = true;
    this.#parked = true;
    if (this.#inner === undefined) pull(this.#source).then(this.#onOuter, this.#onOuterError);
    else pull(this.#inner).then(this.#onInner, this.#onInnerError);
  };

  readonly #onOuter = (result: IteratorResult<T, unknown>): void => {
    this.#parked = false;
    let item: T;
    try {
      const { done, value } = requireResult(result);
      if (done) {
        this.#ended = true;
        if (!this.over) this.close(Promise.resolve());
        return;
      }
      item = value;
    } catch (error) {
      return this.#onOuterError(error);
    }
    if (this.over) disposeLate(item);
    else void this.#open(item);
  };

  readonly #onOuterError = (error: unknown): void => {
    this.#ended = true;
    this.#fail(error);
  };

  async #open(item: T): Promise<void> {
    try {
      const made = await this.#fn(item, this.#index++);
      if (typeof made === "string") {
        throw new TypeError(`Cannot flat map: a string is not taken apart, got ${show(made)}`);
      }
      const inner = iteratorOf("flat map", made);
      if (this.over) return void own(leave(inner));
      this.#inner = inner;
      this.#ask();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #onInner = (result: IteratorResult<U, unknown>): void => {
    this.#parked = false;
    try {
      const { done, value } = requireResult(result);
      if (!done) return this.#emit(value);
    } catch (error) {
      return this.#onInnerError(error);
    }
    this.#inner = undefined;
    if (!this.#breather.due(this.#ask)) this.#ask();
  };

  readonly #onInnerError = (error: unknown): void => {
    this.#parked = false;
    this.#inner = undefined;
    this.#fail(error);
  };

  #emit(item: U): void {
    if (this.over) return disposeLate(item);
    this.answer(item);
    this.#busy = false;
    if (this.wanted) this.#ask();
  }

  #fail(error: unknown): void {
    if (this.over) return;
    // The first failure is the one that counts, however leaving the sources goes.
    const fail = (): Promise<never> => rejected(error);
    this.close(this.#leaveAll().then(fail, fail));
  }

  /** Closes what is open; waits for all of it that is not busy. */
  async #leaveAll(): Promise<void> {
    const inner = this.#inner;
    const leaving: Promise<void>[] = [];
    if (inner !== undefined) {
      const left = own(leave(inner));
      if (!this.#parked) leaving.push(left);
    }
    if (!this.#ended) {
      const left = own(leave(this.#source));
      if (inner !== undefined || !this.#parked) leaving.push(left);
    }
    await Promise.allSettled(leaving);
    await Promise.all(leaving);
  }
}
