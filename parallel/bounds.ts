/**
 * How many connections all workers together may have, by the limit of open files.
 *
 * @module
 */

import { maxConnectionsOf } from "../core/file_limit.ts";
import type { ResolvedParallel } from "./options.ts";

/** What a dispatcher is bounded by. */
export interface Bounds {
  /** How many may be open at once, those that wait included. */
  readonly maxConnections: number;
  /** How many may wait. */
  readonly maxPending: number;
}

/**
 * Threads share the limit of open files; each process has its own. Those that wait are open in this
 * process, whose descriptors must not run out: `node:net` on Deno would never accept again, and Bun
 * would spin. `readLimits` gives the text of `/proc/self/limits`, or throws.
 */
export function boundsOf(
  { listen, means, workers }: Pick<ResolvedParallel, "listen" | "means" | "workers">,
  readLimits: () => string,
): Bounds {
  const here = maxConnectionsOf(undefined, readLimits);
  return {
    maxConnections: listen.maxConnections ?? (means === "processes" ? here * workers : here),
    maxPending: Math.min(listen.maxPending, here),
  };
}
