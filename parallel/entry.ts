/**
 * Where a worker begins.
 *
 * @module
 */

/** The file that a worker runs: beside this one, translated if this is. */
export const ENTRY: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);
