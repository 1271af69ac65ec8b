/**
 * Time as a parameter.
 *
 * @module
 */

/** What every wait in the core goes through, so that a test can turn the clock. */
export interface Timers {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds; returns what `clear` takes. */
  set(callback: () => void, ms: number): unknown;
  /** Forgets the timer. */
  clear(timer: unknown): void;
}

/** The platform's own clock and timers. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
};
