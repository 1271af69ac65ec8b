/**
 * Waiting that can be ended.
 *
 * @module
 */

import { systemTimers, type Timers } from "../core/timers.ts";

/**
 * Resolves after `ms` milliseconds. Rejects with the signal's reason when it aborts before, or has
 * aborted already. Neither the timer nor the listener outlives it.
 */
export async function pause(
  ms: number,
  signal: AbortSignal,
  timers: Timers = systemTimers,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = timers.set(resolve, ms);
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    await promise;
  } finally {
    timers.clear(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
