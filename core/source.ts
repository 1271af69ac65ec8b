/**
 * What the stream functions read from, and how they leave it.
 *
 * @module
 */

import { own } from "./settler.ts";
import { show } from "./show.ts";

/** Anything that can be iterated: async, or sync (promised values are awaited one by one). */
export type Source<T> = AsyncIterable<T> | Iterable<T | PromiseLike<T>>;

/** Whether a value is awaited, rather than passed on. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

/** The iterator of `source`, async whatever `source` is. Throws a TypeError for what cannot be iterated. */
export function iteratorOf<T>(
  verb: string,
  source: Source<T>,
): AsyncIterator<T, unknown, undefined> {
  const given = source as
    | Partial<AsyncIterable<T> & Iterable<T | PromiseLike<T>>>
    | null
    | undefined;
  const open = given?.[Symbol.asyncIterator];
  if (typeof open === "function") return requireIterator(verb, open.call(source));
  const openSync = given?.[Symbol.iterator];
  if (typeof openSync === "function") {
    return new AsyncFromSync<T>(requireIterator(verb, openSync.call(source)));
  }
  throw new TypeError(`Cannot ${verb}: the source must be iterable, got ${show(source)}`);
}

/** The iterator of `source`; when `check` refuses the other arguments, the source is closed again. */
export function open<T>(
  verb: string,
  source: Source<T>,
  check: () => void,
): AsyncIterator<T, unknown, undefined> {
  const iterator = iteratorOf(verb, source);
  try {
    check();
  } catch (error) {
    // The caller's mistake is what counts, however closing the source goes.
    own(leave(iterator));
    throw error;
  }
  return iterator;
}

/** Checks a callback argument. */
export function requireFunction(verb: string, fn: unknown): void {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot ${verb}: expected a function, got ${show(fn)}`);
  }
}

/** Whether `result` says that the source has ended; throws when it is no answer of a `next()`. */
export function isEnd(result: IteratorResult<unknown, unknown>): boolean {
  // What has a `done` of false is an object; the rest takes the long way.
  return result?.done !== false && Boolean(requireResult(result).done);
}

/** Checks what `next()` has answered: anything but an object would be an item, again and again. */
export function requireResult<T>(result: IteratorResult<T, unknown>): IteratorResult<T, unknown> {
  if (isObject(result)) return result;
  throw new TypeError(`Cannot read the source: next() must answer an object, got ${show(result)}`);
}

function requireIterator<I>(verb: string, iterator: I): I {
  if (isObject(iterator)) return iterator;
  throw new TypeError(`Cannot ${verb}: the iterator must be an object, got ${show(iterator)}`);
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** A sync iterator as an async one (ECMA-262, %AsyncFromSyncIteratorPrototype%). */
class AsyncFromSync<T> implements AsyncIterator<T, unknown, undefined> {
  readonly #iterator: Iterator<T | PromiseLike<T>>;
  #running = false;
  /** `return()` was called. */
  #left = false;
  /** The iterator is over, or was closed. */
  #closed = false;

  constructor(iterator: Iterator<T | PromiseLike<T>>) {
    this.#iterator = iterator;
  }

  // Not an async function: a value that is no promise is to cost one promise, and no more.
  next(): Promise<IteratorResult<T, unknown>> {
    try {
      const result = this.#step();
      if (result.done || !isThenable(result.value)) {
        return Promise.resolve(result as IteratorResult<T, unknown>);
      }
      return this.#awaited(result.value);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #awaited(promised: PromiseLike<T>): Promise<IteratorResult<T, unknown>> {
    try {
      return { done: false, value: await promised };
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): Promise<never> {
    // The iterator does not know that its promise failed: it still has to be closed.
    own(this.return());
    return Promise.reject(error);
  }

  // deno-lint-ignore require-await
  async return(): Promise<IteratorResult<T, unknown>> {
    this.#left = true;
    this.#close();
    return { done: true, value: undefined };
  }

  #step(): IteratorResult<T | PromiseLike<T>, unknown> {
    this.#running = true;
    // What throws is over by itself.
    let over = true;
    try {
      const result = requireResult(this.#iterator.next());
      over = Boolean(result.done);
      return result;
    } finally {
      this.#running = false;
      this.#closed ||= over;
      if (this.#left) this.#close();
    }
  }

  #close(): void {
    // A generator that stops its own consumer cannot be closed before it yields.
    if (this.#running || this.#closed) return;
    this.#closed = true;
    this.#iterator.return?.();
  }
}

/** Calls `next()`; whatever it does, the answer is a promise. */
export function pull<T>(
  iterator: AsyncIterator<T, unknown, undefined>,
): Promise<IteratorResult<T, unknown>> {
  try {
    return Promise.resolve(iterator.next());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Calls `return()`, if there is one; whatever it does, the answer is a promise. */
export async function leave(iterator: AsyncIterator<unknown, unknown, undefined>): Promise<void> {
  await iterator.return?.();
}

/** Disposes of an item that arrived when nobody wanted it any more, if it can be disposed of. */
export function disposeLate(item: unknown): void {
  // Nobody is left who could be told of a failure.
  own(dispose(item));
}

async function dispose(item: unknown): Promise<void> {
  const given: Partial<AsyncDisposable & Disposable> = Object(item);
  const disposed: unknown = (given[Symbol.asyncDispose] ?? given[Symbol.dispose])?.call(item);
  await disposed;
}
