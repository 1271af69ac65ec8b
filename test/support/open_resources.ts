/**
 * What the process holds open: listeners, sockets, timers, child processes.
 *
 * Node and Deno list it by `process.getActiveResourcesInfo()` (on Deno this is the `node:` side;
 * its own sanitizers see the rest). Bun's list is empty there, but its engine counts the objects
 * that native code holds on to.
 */

import process from "node:process";

/** The number of open resources of each kind. */
export type OpenResources = Map<string, number>;

/** Tells what is open now. */
export type ReadOpenResources = () => OpenResources;

/** The reader for this runtime. */
export async function openResourcesReader(): Promise<ReadOpenResources> {
  if (!("Bun" in globalThis)) return () => count(process.getActiveResourcesInfo());
  const engine = await import(BUN_ENGINE) as BunEngine;
  return () => {
    const protectedObjects = Object.entries(engine.heapStats().protectedObjectTypeCounts);
    return new Map(protectedObjects.filter(([kind]) => BUN_RESOURCE.test(kind)));
  };
}

/** What `now` has more of than `before`, as "1 Timeout, 2 TCPSocketWrap"; "" when nothing. */
export function leftOpen(before: OpenResources, now: OpenResources): string {
  const more = [...now].map(([kind, n]) => [n - (before.get(kind) ?? 0), kind] as const);
  return more.filter(([n]) => n > 0).map(([n, kind]) => `${n} ${kind}`).join(", ");
}

// Not a literal: the type checkers of Node and Deno do not know the module.
const BUN_ENGINE: string = "bun:jsc";
const BUN_RESOURCE = /Listener|Socket|Server|Timeout|Subprocess|Worker/;

interface BunEngine {
  heapStats(): { protectedObjectTypeCounts: Record<string, number> };
}

function count(kinds: string[]): OpenResources {
  const counts: OpenResources = new Map();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
