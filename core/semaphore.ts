/**
 * A number of permits, for what only so many may do at once.
 *
 * @module
 */

import { requireSignal } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { PermitPool } from "./permit_pool.ts";
import { rejected } from "./settler.ts";
import { show } from "./show.ts";
import { requireFunction } from "./source.ts";

const MAKE = "make a semaphore";

/** What {@linkcode Semaphore.acquire} gives: the right to go on, until it is released. */
export interface Permit extends Disposable {
  /** Gives it back, for the one who has waited longest. Later calls do nothing. */
  release(): void;
}

/** How {@linkcode Semaphore.acquire} waits. */
export interface AcquireOptions {
  /** Ends the waiting: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How many permits to take, all of them at once: a positive integer. Default: 1. */
  readonly count?: number | undefined;
}

/**
 * Lets at most so many go on at once; the others wait in the order in which they came.
 *
 * The order is strict: when the first in line wants several permits, those behind it wait, too,
 * even if there is enough for them. So nobody starves, and what is free while somebody waits is
 * kept for them. Whoever asks for more permits than there are waits until they are added.
 *
 * A permit has to be released on every way out: write `using permit = await semaphore.acquire()`,
 * or `semaphore.run(task)`. To stop waiting, use the signal; whoever merely stops awaiting, as with
 * `Promise.race`, gets the permit all the same, and with nobody to release it, it is lost.
 *
 * Follows `tokio::sync::Semaphore`: fair, with `acquire_many` as `count`, `add_permits` as `add` and
 * `available_permits` as `available`. Differences: taking or adding 0 is refused; `tryAcquire()`
 * answers `null` where that has two errors; and the error of a closed semaphore is a plain Error, no
 * `NetworkError`, as nothing of the network has failed.
 *
 * @example Two at a time
 * ```ts
 * import { Semaphore } from "@incoming/net";
 *
 * const semaphore = new Semaphore(2);
 * let running = 0;
 * const query = () =>
 *   semaphore.run(async () => {
 *     if (++running > 2) throw new Error("too many");
 *     await Promise.resolve();
 *     running--;
 *   });
 * await Promise.all([query(), query(), query()]);
 * ```
 */
export class Semaphore {
  readonly #pool: PermitPool = new PermitPool();
  #closed = false;

  /** A semaphore of so many permits: an integer of at least 0. Anything else is a RangeError. */
  constructor(permits: number) {
    if (permits !== 0) requirePositive(MAKE, "permits", permits, "an integer of at least 0");
    this.#pool.add(MAKE, permits);
  }

  /** How many permits `tryAcquire()` could take now: those that are free, 0 while somebody waits. */
  get available(): number {
    return this.#pool.available;
  }

  /** Whether `close()` was called. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Resolves with the permit when everybody who came before has been served and there is enough.
   *
   * Rejects with the reason when `signal` aborts before that, or has aborted, even if a permit is
   * free; with an Error when the semaphore is or gets closed; with a RangeError or TypeError for an
   * invalid count or signal. Whoever gives up waiting lets those behind move up, and takes no permit
   * along, in whatever order aborting and releasing come.
   *
   * The signal counts only while it waits: a permit once granted stays until it is released. A
   * refusal that nobody awaits is not unhandled, since nothing has been started.
   */
  acquire(options: AcquireOptions = {}): Promise<Permit> {
    const { signal, count = 1 } = options ?? {};
    try {
      requireOptions("acquire", options);
      requireCount("acquire", count);
      requireSignal("acquire", signal);
    } catch (error) {
      return Promise.reject(error);
    }
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#closed) return rejected(closedError());
    const permit = this.#pool.take(count);
    return permit === null ? this.#pool.wait(count, signal) : Promise.resolve(permit);
  }

  /**
   * The permit if there is one right now, else `null`: when not enough is free, when somebody waits
   * already, when it is closed. An invalid count throws a RangeError.
   */
  tryAcquire(options: Pick<AcquireOptions, "count"> = {}): Permit | null {
    requireOptions("acquire", options);
    const { count = 1 } = options;
    requireCount("acquire", count);
    return this.#closed ? null : this.#pool.take(count);
  }

  /**
   * Calls `task` with a permit held, until its promise settles; gives what it gives. Rejects as
   * `acquire()` does, without calling it; also when the signal aborts when the permit is just
   * granted. From then on the signal is the task's own affair.
   */
  async run<T>(task: () => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
    requireFunction("run", task);
    const permit = await this.acquire(options);
    try {
      // It may have aborted since the permit was granted, before that was known here.
      options.signal?.throwIfAborted();
      return await task();
    } finally {
      permit.release();
    }
  }

  /**
   * Adds permits: a positive integer, or it is a RangeError, as it is when there would be more than
   * `Number.MAX_SAFE_INTEGER` of them.
   */
  add(count: number): void {
    requireCount("add permits", count);
    this.#pool.add("add permits", count);
  }

  /**
   * Gives out no more permits: those who wait are refused with an Error, as are those who come
   * later. Permits that are held stay so, and can be released. Later calls do nothing.
   */
  close(): void {
    this.#closed = true;
    this.#pool.refuse(closedError());
  }
}

function closedError(): Error {
  return new Error("Cannot acquire: the semaphore is closed");
}

function requireCount(verb: string, count: unknown): void {
  requirePositive(verb, "count", count, "a positive integer");
}

function requirePositive(verb: string, name: string, value: unknown, expected: string): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  throw new RangeError(`Cannot ${verb}: ${name} must be ${expected}, got ${show(value)}`);
}
