/**
 * One timer for all the waiting of a connection.
 *
 * @module
 */

import type { Timers } from "../core/timers.ts";

/**
 * Tells when the phase that a connection is in has taken too long. Phases begin and end without a
 * timer being set for each: one that fires too early is set anew.
 */
export class PhaseClock {
  readonly #timers: Timers;
  readonly #onDue: () => void;
  #due = Infinity;
  #firesAt = Infinity;
  #timer: unknown;
  /** It was due already; what has arrived meanwhile is looked at first. */
  #late = false;

  /** Calls `onDue` when a phase is over its time. */
  constructor(timers: Timers, onDue: () => void) {
    this.#timers = timers;
    this.#onDue = onDue;
  }

  /** Milliseconds since some moment. */
  now(): number {
    return this.#timers.now();
  }

  /** A phase begins that may take `ms` milliseconds; the one before is over. */
  begin(ms: number): void {
    this.#late = false;
    this.#due = ms === Infinity ? Infinity : this.#timers.now() + ms;
    if (this.#due < this.#firesAt) this.#set(this.#due, ms);
  }

  /** The phase is over. */
  end(): void {
    this.#due = Infinity;
  }

  /** Ends it, with the timer. */
  stop(): void {
    this.end();
    this.#timers.clear(this.#timer);
    this.#firesAt = Infinity;
  }

  #set(at: number, ms: number): void {
    this.#timers.clear(this.#timer);
    this.#firesAt = at;
    this.#timer = this.#timers.set(this.#onTimer, ms);
  }

  readonly #onTimer = (): void => {
    this.#firesAt = Infinity;
    if (this.#due === Infinity) return;
    const left = this.#due - this.#timers.now();
    if (left > 0) this.#set(this.#due, left);
    else if (!this.#late) {
      // This process may have been busy itself.
      this.#late = true;
      this.#set(this.#due, 0);
    } else {
      this.#due = Infinity;
      this.#onDue();
    }
  };
}
