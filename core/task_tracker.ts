/**
 * Counts the tasks that run, so that a shutdown can wait for them.
 *
 * @module
 */

import { Lease } from "./lease.ts";
import { Settler } from "./settler.ts";
import { show } from "./show.ts";
import { isThenable } from "./source.ts";

/** Counts like a task until it is released: see {@linkcode TaskTracker.token}. */
export interface TaskToken extends Disposable {
  /** The task has ended. Later calls do nothing. */
  release(): void;
}

/**
 * Waits for tasks without keeping them: a count of those that run, and whether it is closed.
 *
 * Nothing is kept of a task but that it counts: an endless server that tracks every request needs
 * no memory for those that are answered. Tasks are neither limited nor aborted; for that there are
 * {@linkcode Semaphore} and an AbortSignal, or {@linkcode scope} in place of all three.
 *
 * Closing stops nothing: it says that an empty tracker means the end, and no pause. Tasks may
 * still be added, from those that run above all; `wait()` then waits for these, too.
 *
 * **Failure.** The failures of tasks are their callers': the tracker counts a task that fails like
 * one that succeeds, and `wait()` never rejects.
 *
 * Follows `tokio_util::task::TaskTracker`, its `track_future` and `len` being `track` and `length`
 * here. One difference: promises are eager, so that a task runs before anybody awaits it.
 *
 * @example Answer what is under way, then end
 * ```ts
 * import { TaskTracker } from "@incoming/net";
 *
 * const tracker = new TaskTracker();
 * const answers: number[] = [];
 * for (const request of [1, 2, 3]) {
 *   void tracker.spawn(async () => {
 *     await Promise.resolve();
 *     answers.push(request);
 *   });
 * }
 * tracker.close();
 * await tracker.wait();
 * if (answers.length !== 3) throw new Error(answers.join());
 * ```
 */
export class TaskTracker {
  #length = 0;
  #closed = false;
  /** Those who wait share it: none of them costs memory of its own here. */
  #waiters: Settler<void> | undefined;

  /** How many tasks run, those of tokens included. */
  get length(): number {
    return this.#length;
  }

  /** Whether no task runs. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Whether it is closed: `close()` was called, and not `reopen()` since. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Calls `task` at once and counts it until the promise that it returns settles; a value that
   * is no promise counts as one. Gives a promise of what it returns; what it throws is a rejection, too. Who
   * awaits that promise is told of a failure; when nobody does, the failure is unhandled, as that of
   * any promise.
   *
   * A promise in place of a function is {@linkcode TaskTracker.track}ed. Anything else is a
   * TypeError.
   */
  spawn<T>(task: (() => T | PromiseLike<T>) | PromiseLike<T>): Promise<T> {
    if (isThenable(task)) return this.track(Promise.resolve(task));
    if (typeof task === "function") return this.#run(task);
    throw new TypeError(`Cannot spawn: expected a function or a promise, got ${show(task)}`);
  }

  /**
   * Counts a promise until it settles, and hands it back.
   *
   * The failure of the promise stays its owner's. But no runtime takes a rejection for unhandled
   * when somebody waits for it, and now the tracker does: when nobody is sure to handle it, write
   * `spawn(() => promise)`, and a failure that nobody handles is reported as ever.
   *
   * Anything but a promise, or an object with a `then`, is a TypeError.
   */
  track<P extends PromiseLike<unknown>>(promise: P): P {
    if (!isThenable(promise)) {
      throw new TypeError(`Cannot track: expected a promise, got ${show(promise)}`);
    }
    this.#length++;
    Promise.resolve<unknown>(promise).then(this.#leave, this.#leave);
    return promise;
  }

  /**
   * Something that counts like a task until it is released: for work that is no promise. With
   * `using token = tracker.token()` it ends with its block.
   */
  token(): TaskToken {
    this.#length++;
    return new Lease(this.#leave);
  }

  /**
   * Closes it: from now on, being empty is the end. Answers whether it was open. Tasks may still be
   * added.
   */
  close(): boolean {
    const closes = !this.#closed;
    this.#closed = true;
    this.#wake();
    return closes;
  }

  /** Opens it again, so that being empty is no end any more. Answers whether it was closed. */
  reopen(): boolean {
    const reopens = this.#closed;
    this.#closed = false;
    return reopens;
  }

  /**
   * Resolves when the tracker is closed and empty, at once when it is so already. May be called
   * before it is closed, and by several.
   *
   * Both have to hold at the same time, and once is enough: it resolves even when the tracker is
   * opened, or gets a task, right after that. Never rejects.
   */
  wait(): Promise<void> {
    if (this.#closed && this.isEmpty) return Promise.resolve();
    this.#waiters ??= new Settler<void>();
    return this.#waiters.promise;
  }

  async #run<T>(task: () => T | PromiseLike<T>): Promise<T> {
    this.#length++;
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  readonly #leave = (): void => {
    this.#length--;
    this.#wake();
  };

  #wake(): void {
    if (!this.#closed || !this.isEmpty) return;
    this.#waiters?.resolve();
    this.#waiters = undefined;
  }
}
