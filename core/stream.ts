/**
 * The stream of items that `listener.incoming()` returns.
 *
 * @module
 */

import { bufferUnordered } from "./buffer_unordered.ts";
import { buffered } from "./buffered.ts";
import type { BufferedOptions } from "./buffered_options.ts";
import { chunks, type ChunksOptions } from "./chunks.ts";
import { drop } from "./drop.ts";
import { every } from "./every.ts";
import { filter } from "./filter.ts";
import { find } from "./find.ts";
import { flatMap, type Flattenable } from "./flat_map.ts";
import { forEach } from "./for_each.ts";
import { forEachConcurrent } from "./for_each_concurrent.ts";
import type { ForEachConcurrentOptions, ItemContext } from "./for_each_concurrent.ts";
import { map } from "./map.ts";
import { merge } from "./merge.ts";
import { PullStream } from "./pull_stream.ts";
import { reduce } from "./reduce.ts";
import { some } from "./some.ts";
import { iteratorOf, type Source } from "./source.ts";
import { Stage } from "./stage.ts";
import { take } from "./take.ts";
import { takeUntil } from "./take_until.ts";
import { timeout, type TimeoutOptions } from "./timeout.ts";
import { toArray } from "./to_array.ts";

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

  /** See {@linkcode flatMap}. */
  flatMap<U>(
    fn: (item: T, index: number) => Flattenable<U> | PromiseLike<Flattenable<U>>,
  ): Stream<U> {
    return new Stream(flatMap(this.#items, fn));
  }

  /** See {@linkcode take}. */
  take(count: number): Stream<T> {
    return new Stream(take(this.#items, count));
  }

  /** See {@linkcode takeUntil}. */
  takeUntil(stop: AbortSignal | PromiseLike<unknown>): Stream<T> {
    return new Stream(takeUntil(this.#items, stop));
  }

  /** See {@linkcode drop}. */
  drop(count: number): Stream<T> {
    return new Stream(drop(this.#items, count));
  }

  /** See {@linkcode timeout}. */
  timeout(ms: number, options?: TimeoutOptions): Stream<T> {
    return new Stream(timeout(this.#items, ms, options));
  }

  /** See {@linkcode chunks}. */
  chunks(size: number, options?: ChunksOptions): Stream<T[]> {
    return new Stream(chunks(this.#items, size, options));
  }

  /** See {@linkcode merge}. */
  merge<U extends readonly unknown[]>(
    ...others: { [K in keyof U]: Source<U[K]> }
  ): Stream<T | U[number]> {
    return new Stream(merge<(T | U[number])[]>(this.#items, ...others));
  }

  /** See {@linkcode buffered}. */
  buffered<U>(
    fn: (item: T, context: ItemContext) => U | PromiseLike<U>,
    options?: BufferedOptions,
  ): Stream<U> {
    return new Stream(buffered(this.#items, fn, options));
  }

  /** See {@linkcode bufferUnordered}. */
  bufferUnordered<U>(
    fn: (item: T, context: ItemContext) => U | PromiseLike<U>,
    options?: BufferedOptions,
  ): Stream<U> {
    return new Stream(bufferUnordered(this.#items, fn, options));
  }

  /** See {@linkcode forEachConcurrent}. */
  forEachConcurrent(
    each: (item: T, context: ItemContext) => unknown,
    options?: ForEachConcurrentOptions<T>,
  ): Promise<void> {
    return forEachConcurrent(this.#items, each, options);
  }

  /** See {@linkcode forEach}. */
  forEach(fn: (item: T, index: number) => unknown): Promise<void> {
    return forEach(this.#items, fn);
  }

  /** See {@linkcode toArray}. */
  toArray(): Promise<T[]> {
    return toArray(this.#items);
  }

  /** See {@linkcode reduce}. */
  reduce(fn: (sum: T, item: T, index: number) => T | PromiseLike<T>): Promise<T>;
  /** See {@linkcode reduce}. */
  reduce<A>(fn: (sum: A, item: T, index: number) => A | PromiseLike<A>, initial: A): Promise<A>;
  reduce<A>(fn: (sum: A, item: T, index: number) => A | PromiseLike<A>, ...rest: A[]): Promise<A> {
    return reduce(this.#items, fn, ...rest as [A]);
  }

  /** See {@linkcode some}. */
  some(predicate: (item: T, index: number) => unknown): Promise<boolean> {
    return some(this.#items, predicate);
  }

  /** See {@linkcode every}. */
  every(predicate: (item: T, index: number) => unknown): Promise<boolean> {
    return every(this.#items, predicate);
  }

  /** See {@linkcode find}. */
  find<S extends T>(predicate: (item: T, index: number) => item is S): Promise<S | undefined>;
  /** See {@linkcode find}. */
  find(predicate: (item: T, index: number) => unknown): Promise<T | undefined>;
  find(predicate: (item: T, index: number) => unknown): Promise<T | undefined> {
    return find(this.#items, predicate);
  }
}
