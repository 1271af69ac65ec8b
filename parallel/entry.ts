/**
 * Where a worker begins.
 *
 * @module
 */

import process from "node:process";
import { fileURLToPath } from "node:url";
import { NotSupported } from "../core/errors.ts";

/** The file that a worker runs: beside this one, translated if this is. */
export const ENTRY: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/** What a runtime is told to run: a path; Deno also runs what came from a registry. */
export function entryPath(): string {
  return ENTRY.protocol === "file:" ? fileURLToPath(ENTRY) : ENTRY.href;
}

/**
 * Throws NotSupported in an executable file that has the runtime in it (`deno compile`, `bun build
 * --compile`): what it starts is itself, whatever file it is told to run, and that again.
 */
export function requireRuntime(): void {
  const { Deno } = globalThis as { Deno?: { build?: { standalone?: boolean } } };
  const within = Deno?.build?.standalone === true || /\/(\$bunfs|~BUN)\//.test(ENTRY.href);
  // One that does not tell is started once: a runtime has the file that it runs in the second place.
  if (!within && process.argv.indexOf(entryPath()) < 2) return;
  throw new NotSupported(
    "Cannot serve in parallel: workers are processes of the runtime, and this program is an executable file of its own; workers: 1 is this process",
  );
}
