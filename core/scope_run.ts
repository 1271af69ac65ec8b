/**
 * The state machine of `scope`: a count of the children that run, and a line of those that wait.
 *
 * @module
 */

import { Failures } from "./failures.ts";
import { Fifo } from "./fifo.ts";
import { RunSignals } from "./run_context.ts";
import { rejected, Settler } from "./settler.ts";
import { isThenable, requireFunction } from "./source.ts";

/** The options of `scope`, checked, with the default limit filled in. */
export interface ScopeRunOptions {
  /** How many children may run at once; Infinity for no limit. */
  readonly limit: number;
  /** Stops the scope. */
  readonly signal: AbortSignal | undefined;
}

/** A child that waits for its place. */
interface Waiting {
  /** Runs it. */
  readonly start: () => void;
  /** It will not run. */
  readonly refuse: (reason: unknown) => void;
}

/** One call of `scope`, from its body to its last child; to the body it is the scope itself. */
export class ScopeRun<T> {
  /** Settles when nothing runs any more. */
  readonly finished: Promise<T>;

  readonly #limit: number;
  readonly #outer: AbortSignal | undefined;
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;

  /** The body has ended, or was never called. */
  #left = false;
  /** What the body gave, if there was no failure. */
  #value: T | undefined;
  /** How many children run. */
  #running = 0;
  readonly #waiting: Fifo<Waiting> = new Fifo<Waiting>();
  /** Those that wait are being started. */
  #starting = false;
  #controller: AbortController | undefined;
  readonly #signals = new RunSignals();
  readonly #failures = new Failures();
  /** How many failures are no echoes. */
  #failed = 0;
  #reason: unknown;
  #closed = false;

  /** Calls `body`, unless the signal has aborted. */
  constructor(body: (scope: ScopeRun<T>) => T | PromiseLike<T>, options: ScopeRunOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.finished = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#limit = options.limit;
    this.#outer = options.signal;
    if (this.#outer?.aborted) {
      this.#onBodyError(this.#outer.reason);
    } else {
      this.#outer?.addEventListener("abort", this.#onAbort);
      call(() => body(this), this.#onBody, this.#onBodyError);
    }
  }

  /** See `Scope.signal`. */
  get signal(): AbortSignal {
    this.#controller ??= this.#signals.add();
    return this.#controller.signal;
  }

  /** See `Scope.spawn`. */
  spawn<R>(task: (signal: AbortSignal) => R | PromiseLike<R>): Promise<R> {
    requireFunction("spawn", task);
    if (this.#closed) return rejected(new Error("Cannot spawn: the scope is closed"));
    if (this.#failed > 0) return rejected(this.#reason);
    const child = new Settler<R>();
    // While others wait, there is no place: who comes now cannot overtake them.
    if (this.#running < this.#limit) this.#start(task, child);
    else {
      const start = (): void => this.#start(task, child);
      this.#waiting.push({ start, refuse: (reason) => child.reject(reason) });
    }
    return child.promise;
  }

  #start<R>(task: (signal: AbortSignal) => R | PromiseLike<R>, child: Settler<R>): void {
    const controller = this.#signals.add();
    this.#running++;
    call(() => task(controller.signal), (value) => {
      child.resolve(value);
      this.#running--;
      this.#signals.forget(controller);
      this.#advance();
    }, (error) => {
      child.reject(error);
      this.#running--;
      // Its own signal aborts with the others: what the task has left running is told, too.
      this.#fail(error);
    });
  }

  readonly #onBody = (value: T): void => {
    this.#left = true;
    this.#value = value;
    this.#settle();
  };

  readonly #onBodyError = (error: unknown): void => {
    this.#left = true;
    this.#fail(error);
  };

  readonly #onAbort = (): void => this.#fail(this.#outer?.reason);

  #advance(): void {
    // Tasks that end at once come back here; a loop does not run out of stack.
    if (this.#starting) return;
    this.#starting = true;
    while (this.#running < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      next.start();
    }
    this.#starting = false;
    this.#settle();
  }

  #fail(error: unknown): void {
    if (!this.#failures.isEcho(error)) {
      this.#failures.add(error);
      if (++this.#failed === 1) this.#stop(error);
    }
    this.#settle();
  }

  #stop(reason: unknown): void {
    this.#reason = reason;
    this.#outer?.removeEventListener("abort", this.#onAbort);
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.refuse(reason);
    this.#signals.abort(reason);
  }

  #settle(): void {
    // When nothing runs, nobody waits either.
    if (!this.#left || this.#running > 0) return;
    this.#closed = true;
    this.#outer?.removeEventListener("abort", this.#onAbort);
    if (this.#failed === 0) this.#resolve(this.#value as T);
    else this.#reject(this.#outcome());
  }

  /** The only failure itself, or all of them. */
  #outcome(): unknown {
    const { outcome } = this.#failures;
    if (this.#failed === 1) return outcome;
    const { errors, cause } = outcome as AggregateError;
    const message = `Cannot finish the scope: ${this.#failed} failures, the first one is the cause`;
    return new AggregateError(errors, message, { cause });
  }
}

/** Calls `fn` and says how it went: at once, unless it returns a promise. */
function call<T>(
  fn: () => T | PromiseLike<T>,
  onValue: (value: T) => void,
  onError: (error: unknown) => void,
): void {
  let result: T | PromiseLike<T>;
  try {
    result = fn();
    if (isThenable(result)) {
      Promise.resolve(result).then(onValue, onError);
      return;
    }
  } catch (error) {
    return onError(error);
  }
  onValue(result);
}
