/**
 * The state machine of `buffered` and `bufferUnordered`.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import type { BufferedRunOptions } from "./buffered_options.ts";
import { Failures } from "./failures.ts";
import type { ItemContext } from "./for_each_concurrent.ts";
import { PullStream } from "./pull_stream.ts";
import { ResultQueue } from "./result_queue.ts";
import { RunContext, RunSignals } from "./run_context.ts";
import { own, Settler } from "./settler.ts";
import { disposeLate, isThenable, leave, pull, requireResult } from "./source.ts";

const DONE: Promise<void> = Promise.resolve();

/** One call of `buffered` or `bufferUnordered`. */
export class BufferedRun<T, U> extends PullStream<U> {
  readonly #iterator: AsyncIterator<T, unknown, undefined>;
  readonly #fn: (item: T, context: ItemContext) => U | PromiseLike<U>;
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  readonly #ordered: boolean;

  readonly #breather = new Breather();
  /** Somebody has asked, or has left: the signal is listened to from the first `next()` on. */
  #begun = false;
  /** A `next()` of the source is outstanding. */
  #parked = false;
  /** The next pull waits for a macrotask. */
  #breathing = false;
  /** The source has ended or failed by itself. */
  #ended = false;
  /** The source's `return()` is being awaited. */
  #leaving = false;

  #running = 0;
  readonly #results = new ResultQueue<U>();

  /** Settles when the stream has failed and nothing runs any more. */
  #failed: Settler<never> | undefined;
  readonly #failures = new Failures();
  readonly #signals = new RunSignals();

  /** A run over `iterator`; nothing is asked for before the first `next()`. */
  constructor(
    iterator: AsyncIterator<T, unknown, undefined>,
    fn: (item: T, context: ItemContext) => U | PromiseLike<U>,
    options: BufferedRunOptions,
  ) {
    super();
    this.#iterator = iterator;
    this.#fn = fn;
    this.#limit = options.limit;
    this.#signal = options.signal;
    this.#ordered = options.ordered;
  }

  /** The next result, or the end. */
  next(): Promise<IteratorResult<U, undefined>> {
    if (!this.#begun) this.#begin();
    if (this.over) return this.report();
    const result = this.wait();
    this.#advance();
    return result;
  }

  /** Leaves the stream at once. */
  return(): Promise<IteratorResult<U, undefined>> {
    this.#begun = true;
    if (!this.over) {
      const left = this.#ended ? DONE : own(leave(this.#iterator));
      this.#finish(this.#parked ? DONE : left);
      this.#signals.abort(undefined);
    }
    return this.report();
  }

  #begin(): void {
    this.#begun = true;
    if (this.#signal?.aborted) this.#onAbort();
    else this.#signal?.addEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.#fail(this.#signal?.reason);

  /** Hands out what can be, and asks for more while somebody waits and there is room. */
  #advance(): void {
    while (this.wanted && this.#results.ready) this.answer(this.#results.take());
    if (this.over || this.#parked || this.#breathing) return;
    const pending = this.#running + this.#results.size;
    if (this.#ended) {
      if (pending === 0) this.#finish(DONE);
    } else if (this.wanted && pending < this.#limit) {
      this.#parked = true;
      pull(this.#iterator).then(this.#onNext, this.#onSourceError);
    }
  }

  readonly #afterBreath = (): void => {
    this.#breathing = false;
    this.#advance();
  };

  readonly #onNext = (result: IteratorResult<T, unknown>): void => {
    this.#parked = false;
    try {
      const { done, value } = requireResult(result);
      if (done) this.#ended = true;
      else if (this.over) disposeLate(value);
      else this.#start(value);
    } catch (error) {
      return this.#onSourceError(error);
    }
    this.#advance();
  };

  readonly #onSourceError = (error: unknown): void => {
    this.#ended = true;
    this.#fail(error);
  };

  #start(item: T): void {
    // Before the function starts: it may ask for the next result.
    if (this.#breather.due(this.#afterBreath)) this.#breathing = true;
    this.#running++;
    const turn = this.#ordered ? this.#results.reserve() : undefined;
    const context = new RunContext(this.#signals);
    let result: U | PromiseLike<U>;
    try {
      result = this.#fn(item, context);
      if (isThenable(result)) {
        const handled = Promise.resolve(result);
        handled.then((value) => this.#onResult(value, turn), this.#onFail);
        return context.endWith(handled);
      }
    } catch (error) {
      return this.#onFail(error);
    }
    context.end();
    this.#onResult(result, turn);
  }

  #onResult(value: U, turn: number | undefined): void {
    this.#running--;
    if (this.over) disposeLate(value);
    else this.#results.put(value, turn);
    this.#advance();
    this.#settle();
  }

  readonly #onFail = (error: unknown): void => {
    this.#running--;
    this.#fail(error);
  };

  #fail(error: unknown): void {
    if (this.#failed !== undefined) this.#failures.add(error);
    else if (!this.over) this.#stop(error);
    this.#settle();
  }

  #stop(reason: unknown): void {
    this.#failures.add(reason);
    this.#failed = new Settler<never>();
    if (!this.#ended) {
      // A source that is parked in next() may never answer return(): it is not waited for.
      this.#leaving = !this.#parked;
      leave(this.#iterator).then(this.#onLeft, this.#onLeaveError);
    }
    this.#finish(this.#failed.promise);
    this.#signals.abort(reason);
  }

  readonly #onLeft = (): void => {
    this.#leaving = false;
    this.#settle();
  };

  readonly #onLeaveError = (error: unknown): void => {
    this.#leaving = false;
    this.#fail(error);
  };

  /** Fails the stream when nothing runs any more. */
  #settle(): void {
    if (this.#failed === undefined || this.#running > 0 || this.#leaving) return;
    this.#failed.reject(this.#failures.outcome);
  }

  #finish(outcome: Promise<unknown>): void {
    this.close(outcome);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    for (const result of this.#results.clear()) disposeLate(result);
  }
}
