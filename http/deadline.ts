/**
 * Waiting for something, but not for ever.
 *
 * @module
 */

import type { Timers } from "../core/timers.ts";

/**
 * What `work` resolves or rejects with, or after `ms` milliseconds a rejection with the error that
 * `late` makes. The work itself goes on then; what becomes of it is dropped. The timer does not
 * outlive the call.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  ms: number,
  late: () => Error,
  timers: Timers,
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = timers.set(() => reject(late()), ms);
  try {
    return await Promise.race([work, over]);
  } finally {
    timers.clear(timer);
  }
}
