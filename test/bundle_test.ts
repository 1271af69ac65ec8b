/** A single import brings along what it needs, and nothing else: sizes as a bundler makes them. */

import { assert, assertEquals } from "#assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test, type TestContext } from "./support/harness.ts";

const MOD = fileURLToPath(new URL("../mod.ts", import.meta.url));
const BIN = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));

/** The most bytes that a single import may have, minified. */
const BUDGETS: Record<string, number> = {
  NetworkError: 300,
  take: 5_000,
  map: 5_000,
  filter: 5_000,
  takeUntil: 5_500,
  merge: 4_500,
  forEachConcurrent: 6_500,
  bufferUnordered: 10_000,
  flatMap: 5_000,
  timeout: 5_500,
  scope: 6_000,
  Semaphore: 5_000,
  TaskTracker: 2_500,
  BufferedReader: 6_500,
  lines: 8_000,
  frames: 8_500,
  encodeFrame: 1_900,
  writeFrame: 1_900,
  copy: 2_200,
  pipe: 1_700,
};

/** The bundle that has one export of the library, minified. */
function bundle(t: TestContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const [entry, out] = [join(folder, "entry.ts"), join(folder, "out.js")];
  writeFileSync(entry, `export { ${name} } from ${JSON.stringify(MOD)};\n`);
  const bun = join(BIN, process.platform === "win32" ? "bun.cmd" : "bun");
  const options = ["--minify", "--target=browser", "--external=node:*", `--outfile=${out}`];
  execFileSync(bun, ["build", entry, ...options], { shell: process.platform === "win32" });
  return readFileSync(out, "utf8");
}

for (const [name, budget] of Object.entries(BUDGETS)) {
  test(`import { ${name} } takes ${budget} bytes at most`, (t) => {
    const code = bundle(t, name);
    assert(code.length <= budget, `it takes ${code.length}`);
    assert(code.length > budget * 0.5, `the budget is far too large: it takes ${code.length}`);
  });
}

test("a single import brings along neither the program nor an adapter", (t) => {
  for (const name of ["forEachConcurrent", "Stream"]) {
    const code = bundle(t, name);
    const foreign = ["Listening on", "node:net", "Cannot listen", "DenoTransport"];
    assertEquals(foreign.filter((text) => code.includes(text)), [], name);
  }
});
