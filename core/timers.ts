/**
 * Time as a parameter.
 *
 * @module
 */

/** The two functions that every wait in the core goes through, so that a test can turn the clock. */
export interface Timers {
  /** Calls `callback` once after `ms` milliseconds; returns what `clear` takes. */
  set(callback: () => void, ms: number): unknown;
  /** Forgets the timer. */
  clear(timer: unknown): void;
}

/** The platform's own timers. */
export const systemTimers: Timers = {
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
};
