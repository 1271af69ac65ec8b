/**
 * Waits until nothing more comes.
 *
 * @module
 */

import type { Timers } from "./timers.ts";

/**
 * How many turns of the event loop must bring nothing: within the first one, a runtime may not have
 * asked the system yet.
 */
const QUIET_TURNS = 4;
/** How long to wait for them, in milliseconds. */
const MAX_MS = 200;

/**
 * Resolves when some turns of the event loop have brought nothing, which is when `count` has stayed
 * the same; when `over` says so; or after 200 ms.
 */
export async function untilQuiet(
  count: () => number,
  over: () => boolean,
  timers: Timers,
): Promise<void> {
  let late = false;
  const timer = timers.set(() => late = true, MAX_MS);
  for (let quiet = 0, before = count(); quiet < QUIET_TURNS && !late && !over();) {
    await new Promise<void>((resolve) => timers.set(resolve, 0));
    const now = count();
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
  timers.clear(timer);
}
