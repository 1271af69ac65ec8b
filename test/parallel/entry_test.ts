/** ENTRY: the file that a worker runs; requireRuntime: who can run it. */

import { assert, assertEquals } from "#assert";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { NotSupported } from "../../core/errors.ts";
import { ENTRY, entryPath, requireRuntime } from "../../parallel/entry.ts";
import { runtime, test } from "../support/harness.ts";

test("ENTRY is the worker, as a source beside sources", () => {
  assertEquals(ENTRY.pathname.endsWith("/parallel/worker.ts"), true);
  assertEquals(existsSync(fileURLToPath(ENTRY)), true);
  assertEquals(entryPath(), fileURLToPath(ENTRY));
});

test(`requireRuntime() refuses a program that was started in place of a worker, on ${runtime}`, () => {
  requireRuntime();
  // What an executable of its own is given when it takes itself for the runtime.
  process.argv.push(entryPath());
  try {
    requireRuntime();
  } catch (error) {
    assert(error instanceof NotSupported, String(error));
    return;
  } finally {
    process.argv.pop();
  }
  throw new Error("it would start itself again and again");
});
