/**
 * One timer that is set again and again.
 *
 * @module
 */

import type { Timers } from "./timers.ts";

/** A timer that knows when it fires, so that it need not be moved without need. */
export class Alarm {
  readonly #timers: Timers;
  readonly #callback: () => void;
  #at = Infinity;
  #timer: unknown;

  /** Calls `callback` when it fires. */
  constructor(timers: Timers, callback: () => void) {
    this.#timers = timers;
    this.#callback = callback;
  }

  /** When it fires, in the time of its clock; Infinity when it is not set. */
  get at(): number {
    return this.#at;
  }

  /** Fires once, `ms` milliseconds after `now`, instead of when it was to fire before. */
  set(now: number, ms: number): void {
    this.clear();
    this.#at = now + ms;
    this.#timer = this.#timers.set(() => {
      this.#at = Infinity;
      this.#callback();
    }, ms);
  }

  /** Does not fire any more. */
  clear(): void {
    if (this.#at === Infinity) return;
    this.#at = Infinity;
    this.#timers.clear(this.#timer);
  }
}
