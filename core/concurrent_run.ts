/**
 * The state machine of `forEachConcurrent`: callbacks and counters, no promise per item beside
 * those of the source and of the handlers.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import { Failures } from "./failures.ts";
import { RunContext, RunSignals } from "./run_context.ts";
import { disposeLate, isEnd, isThenable, leave, pull } from "./source.ts";

/** The options of `forEachConcurrent`, checked, with the default limit filled in. */
export interface RunOptions<T> {
  /** How many handlers may run at once; Infinity for no limit. */
  readonly limit: number;
  /** Stops the run. */
  readonly signal: AbortSignal | undefined;
  /** Takes the failures of handlers. */
  readonly onError: ((error: unknown, item: T) => unknown) | undefined;
}

/** One call of `forEachConcurrent`, from its first pull to its last handler. */
export class ConcurrentRun<T> {
  /** Settles when nothing runs any more. */
  readonly finished: Promise<void>;

  readonly #iterator: AsyncIterator<T, unknown, undefined>;
  readonly #each: (item: T, context: RunContext) => unknown;
  readonly #onError: RunOptions<T>["onError"];
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;

  readonly #breather = new Breather();
  /** A `next()` is outstanding. */
  #parked = false;
  /** The next pull waits for a macrotask. */
  #breathing = false;
  /** The source has ended or failed by itself. */
  #over = false;
  /** The source's `return()` is being awaited. */
  #leaving = false;

  #running = 0;
  #stopped = false;
  readonly #failures = new Failures();
  readonly #signals = new RunSignals();

  /** Starts the run; the first item is asked for in a microtask. */
  constructor(
    iterator: AsyncIterator<T, unknown, undefined>,
    each: (item: T, context: RunContext) => unknown,
    options: RunOptions<T>,
  ) {
    this.#iterator = iterator;
    this.#each = each;
    this.#onError = options.onError;
    this.#limit = options.limit;
    this.#signal = options.signal;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    if (this.#signal?.aborted) this.#onAbort();
    else {
      this.#signal?.addEventListener("abort", this.#onAbort);
      queueMicrotask(this.#pull);
    }
  }

  readonly #onAbort = (): void => this.#stop(this.#signal?.reason);

  readonly #pull = (): void => {
    if (
      this.#parked || this.#breathing || this.#over || this.#stopped || this.#running >= this.#limit
    ) return;
    this.#parked = true;
    pull(this.#iterator).then(this.#onNext, this.#onSourceError);
  };

  readonly #afterBreath = (): void => {
    this.#breathing = false;
    this.#pull();
  };

  readonly #onNext = (result: IteratorResult<T, unknown>): void => {
    this.#parked = false;
    let item: T;
    try {
      // An item, mostly: then the rest of the question is not worth a call.
      this.#over = result?.done !== false && isEnd(result);
      if (this.#over) return this.#settle();
      item = result.value as T;
    } catch (error) {
      return this.#onSourceError(error);
    }
    if (this.#stopped) return disposeLate(item);
    // Before the handler starts: it may ask for the next item.
    if (this.#breather.due(this.#afterBreath)) this.#breathing = true;
    this.#start(item);
    this.#pull();
  };

  readonly #onSourceError = (error: unknown): void => {
    this.#over = true;
    this.#fail(error);
  };

  #start(item: T): void {
    const context = new RunContext(this.#signals);
    this.#running++;
    try {
      const result = this.#each(item, context);
      if (isThenable(result)) {
        const handled = Promise.resolve(result);
        const onFail = this.#onError === undefined ? this.#onFail : this.#isolating(item);
        handled.then(this.#onDone, onFail);
        // After that: what the handler has left running is told, too, that it has failed.
        context.endWith(handled);
        return;
      }
    } catch (error) {
      if (this.#onError === undefined) this.#onFail(error);
      else this.#isolate(error, item);
      return context.end();
    }
    context.end();
    this.#onDone();
  }

  readonly #onDone = (): void => {
    this.#running--;
    if (this.#over || this.#stopped) this.#settle();
    else this.#pull();
  };

  readonly #onFail = (error: unknown): void => {
    this.#running--;
    this.#fail(error);
  };

  // Not in #start(): what a closure there might hold on to would be set aside for every item.
  #isolating(item: T): (error: unknown) => void {
    return (error) => this.#isolate(error, item);
  }

  /** Hands a handler's failure to `onError`; the item keeps its place until that is finished. */
  #isolate(error: unknown, item: T): void {
    if (this.#failures.isEcho(error)) return this.#onDone();
    try {
      const result = this.#onError?.(error, item);
      if (isThenable(result)) {
        Promise.resolve(result).then(this.#onDone, this.#onFail);
        return;
      }
    } catch (fatal) {
      return this.#onFail(fatal);
    }
    this.#onDone();
  }

  #fail(error: unknown): void {
    if (this.#stopped) this.#failures.add(error);
    else this.#stop(error);
    this.#settle();
  }

  #stop(reason: unknown): void {
    this.#stopped = true;
    this.#failures.add(reason);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (!this.#over) {
      // A source that is parked in next() may never answer return(): it is not waited for.
      this.#leaving = !this.#parked;
      leave(this.#iterator).then(this.#onLeft, this.#onLeaveError);
    }
    this.#signals.abort(reason);
    this.#settle();
  }

  readonly #onLeft = (): void => {
    this.#leaving = false;
    this.#settle();
  };

  readonly #onLeaveError = (error: unknown): void => {
    this.#leaving = false;
    this.#fail(error);
  };

  #settle(): void {
    const busy = this.#running > 0 || this.#leaving || !(this.#over || this.#stopped);
    if (busy) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (this.#stopped) this.#reject(this.#failures.outcome);
    else this.#resolve();
  }
}
