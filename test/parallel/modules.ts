/** Worker modules that a test writes: Bun does not take all that a data: URL may have. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TestContext } from "../support/harness.ts";

/** The address of a module with that text, which goes with the test. */
export function moduleOf(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "module.mjs");
  writeFileSync(file, text);
  return pathToFileURL(file).href;
}
