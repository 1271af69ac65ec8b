/**
 * Order instead of time: promises that a test settles, and sources that record what is asked of
 * them. Nothing here depends on how fast the machine is.
 */

/** A promise and what settles it. */
export type Gate<T> = PromiseWithResolvers<T>;

/** A promise that the test settles. */
export function gate<T = void>(): Gate<T> {
  return Promise.withResolvers<T>();
}

/** What `next()` and `return()` answer at the end. */
export const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** What `next()` answers with an item. */
export function item<T>(value: T): IteratorYieldResult<T> {
  return { done: false, value };
}

/** A promise that never settles. */
export function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}

/** Lets pending promise reactions run, `count` deep. */
export async function microtasks(count = 32): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

/** Lets everything that is ready run: promises, and timers of 0 ms. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** What has become of `promise` when everything that is ready has run. */
export async function outcome(promise: PromiseLike<unknown>): Promise<string> {
  let state = "pending";
  void Promise.resolve(promise).then(() => state = "fulfilled", () => state = "rejected");
  await macrotask();
  return state;
}

/** What `promise` rejects with, whatever that is. */
export async function reasonOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (reason) {
    return reason;
  }
  throw new Error("expected a rejection");
}

/** How many abort listeners are on `signal`, among those added from now on. */
export function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  const own = {
    addEventListener: (type: string, listener: () => void, options?: AddEventListenerOptions) => {
      listeners.add(listener);
      add(type, listener, options);
    },
    removeEventListener: (type: string, listener: () => void) => {
      listeners.delete(listener);
      remove(type, listener);
    },
  };
  Object.assign(signal, own);
  return () => listeners.size;
}

/** A source whose every `next()` waits until the test answers it. */
export class ManualSource<T> implements AsyncIterableIterator<T, undefined, undefined> {
  /** How often `next()` was called. */
  pulls = 0;
  /** How often `return()` was called. */
  closes = 0;
  /** The most calls of `next()` that were pending at a time. */
  mostPending = 0;
  /** What `return()` does besides being counted. */
  onReturn: () => PromiseLike<unknown> | unknown = () => undefined;
  readonly #pending: Gate<IteratorResult<T, undefined>>[] = [];

  /** Whether some `next()` is pending. */
  get parked(): boolean {
    return this.#pending.length > 0;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.pulls++;
    const pending = gate<IteratorResult<T, undefined>>();
    this.#pending.push(pending);
    this.mostPending = Math.max(this.mostPending, this.#pending.length);
    return pending.promise;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.closes++;
    await this.onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Answers the first pending `next()` with an item, and lets all that follows from it happen. */
  push(item: T): Promise<void> {
    this.#first().resolve({ done: false, value: item });
    return macrotask();
  }

  /** Answers it with the end. */
  end(): Promise<void> {
    this.#first().resolve({ done: true, value: undefined });
    return macrotask();
  }

  /** Answers it with a failure. */
  fail(reason: unknown): Promise<void> {
    this.#first().reject(reason);
    return macrotask();
  }

  #first(): Gate<IteratorResult<T, undefined>> {
    const first = this.#pending.shift();
    if (first === undefined) throw new Error("no next() is pending");
    return first;
  }
}

/** A source that always has its next item ready, and never ends unless `items` do. */
export class ReadySource<T> implements AsyncIterableIterator<T, undefined, undefined> {
  /** How often `next()` was called. */
  pulls = 0;
  /** How often `return()` was called. */
  closes = 0;
  readonly #items: Iterator<T>;

  constructor(items: Iterable<T>) {
    this.#items = items[Symbol.iterator]();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.pulls++;
    const { done, value } = this.#items.next();
    return Promise.resolve(done ? { done: true, value: undefined } : { done: false, value });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.closes++;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** 0, 1, 2 … without an end. */
export function* naturals(): Generator<number, void, undefined> {
  for (let n = 0;; n++) yield n;
}

/** Something to dispose of, that counts. */
export class Disposable {
  disposals = 0;

  [Symbol.asyncDispose](): Promise<void> {
    this.disposals++;
    return Promise.resolve();
  }
}
