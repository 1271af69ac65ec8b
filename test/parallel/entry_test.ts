/** ENTRY: the file that a worker runs. */

import { assertEquals } from "#assert";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ENTRY } from "../../parallel/entry.ts";
import { test } from "../support/harness.ts";

test("ENTRY is the worker, as a source beside sources", () => {
  assertEquals(ENTRY.pathname.endsWith("/parallel/worker.ts"), true);
  assertEquals(existsSync(fileURLToPath(ENTRY)), true);
});
