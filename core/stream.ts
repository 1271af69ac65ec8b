/**
 * The stream of items that `listener.incoming()` returns.
 *
 * @module
 */

import { filter } from "./filter.ts";
import {
  forEachConcurrent,
  type ForEachConcurrentOptions,
  type ItemContext,
} from "./for_each_concurrent.ts";
import { map } from "./map.ts";
import { merge } from "./merge.ts";
import { PullStream } from "./pull_stream.ts";
import { iteratorOf, type Source } from "./source.ts";
import { Stage } from "./stage.ts";
import { take } from "./take.ts";
import { takeUntil } from "./take_until.ts";

/**
 * An async stream of items, as in futures-rs: an async iterator with the stream functions as its
 * methods. (It is not a ReadableStream.)
 *
 * It can be iterated once. Nothing is asked of the source before the first item is asked for.
 *
 * @example
 * ```ts
 * import { Stream } from "@incoming/net";
 *
 * const squares: number[] = [];
 * await Stream.from([1, 2, 3, 4])
 *   .filter((n) => n % 2 === 0)
 *   .map((n) => n * n)
 *   .forEachConcurrent((n) => void squares.push(n));
 * if (squares.join() !== "4,16") throw new Error(squares.join());
 * ```
 */
export class Stream<T> implements AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  // Not all of PullStream<T>: a stream of cats is to be a stream of animals.
  readonly #items: Pick<PullStream<T>, "next" | "return"> & AsyncIterable<T>;

  /** A stream of the items of `source`. */
  constructor(source: Source<T>) {
    const iterator = iteratorOf("make a stream", source);
    // Only our own streams can be left while they are busy; the others are made so.
    this.#items = iterator instanceof PullStream
      ? iterator as PullStream<T>
      : new Stage<T, T>(iterator, { each: (item, { emit }) => emit(item) });
  }

  /** A stream of the items of anything iterable: arrays, generators, a ReadableStream, another stream. */
  static from<T>(source: Source<T>): Stream<T> {
    return source instanceof Stream ? source as Stream<T> : new Stream(source);
  }

  /** The next item. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#items.next();
  }

  /** Leaves the stream: closes its source at once, also while a `next()` is pending, which then answers the end. */
  return(): Promise<IteratorResult<T, undefined>> {
    return this.#items.return();
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same as `return()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** See {@linkcode forEachConcurrent}. */
  forEachConcurrent(
    each: (item: T, context: ItemContext) => unknown,
    options?: ForEachConcurrentOptions<T>,
  ): Promise<void> {
    return forEachConcurrent(this.#items, each, options);
  }

  /** See {@linkcode takeUntil}. */
  takeUntil(stop: AbortSignal | PromiseLike<unknown>): Stream<T> {
    return new Stream(takeUntil(this.#items, stop));
  }

  /** See {@linkcode merge}. */
  merge<U extends readonly unknown[]>(
    ...others: { [K in keyof U]: Source<U[K]> }
  ): Stream<T | U[number]> {
    const sources: Source<T | U[number]>[] = [this.#items, ...others];
    return new Stream(merge(...sources));
  }

  /** See {@linkcode map}. */
  map<U>(fn: (item: T, index: number) => U | PromiseLike<U>): Stream<U> {
    return new Stream(map(this.#items, fn));
  }

  /** See {@linkcode filter}. */
  filter<S extends T>(predicate: (item: T, index: number) => item is S): Stream<S>;
  /** See {@linkcode filter}. */
  filter(predicate: (item: T, index: number) => unknown): Stream<T>;
  filter(predicate: (item: T, index: number) => unknown): Stream<T> {
    return new Stream(filter(this.#items, predicate));
  }

  /** See {@linkcode take}. */
  take(count: number): Stream<T> {
    return new Stream(take(this.#items, count));
  }
}
