/** A single import brings along what it needs, and nothing else: sizes as a bundler makes them. */

import { assertEquals } from "#assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { runtime, test, type TestContext } from "./support/harness.ts";
import { textOf } from "./support/markdown.ts";

const ROOT = new URL("../", import.meta.url);
const BIN = fileURLToPath(new URL("node_modules/.bin/", ROOT));

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

/** The most bytes that all of an entry may have, minified and compressed: a twentieth above today's. */
const ENTRIES: Record<string, number> = {
  ".": 35_000,
  "./node": 20_600,
  "./deno": 21_600,
  "./bun": 20_700,
  "./memory": 14_600,
  "./http": 21_000,
  "./files": 13_300,
  "./parallel": 36_800,
  "./threads": 3_000,
  "./adapter": 16_200,
  "./conformance": 8_800,
};

/** What a bundler makes of `source`, minified. One at a time: together, each has what others need. */
function bundle(t: TestContext, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const [entry, out] = [join(folder, "entry.ts"), join(folder, "out.js")];
  writeFileSync(entry, source);
  const bun = join(BIN, process.platform === "win32" ? "bun.cmd" : "bun");
  const options = ["--minify", "--target=browser", "--external=node:*", `--outfile=${out}`];
  execFileSync(bun, ["build", entry, ...options], { shell: process.platform === "win32" });
  return readFileSync(out, "utf8");
}

/** The bundle that has one export of the library. */
function single(t: TestContext, name: string): string {
  const mod = JSON.stringify(fileURLToPath(new URL("mod.ts", ROOT)));
  return bundle(t, `export { ${name} } from ${mod};\n`);
}

/** Which sizes are not what the budget says: neither more, nor so little that it holds nothing. */
function outside(
  budgets: Record<string, number>,
  least: number,
  sizeOf: (name: string) => number,
): string[] {
  return Object.entries(budgets).flatMap(([name, budget]) => {
    const size = sizeOf(name);
    return size <= budget && size >= budget * least ? [] : [`${name}: ${size}, not ${budget}`];
  });
}

test("a single import has no more bytes than its budget", (t) => {
  assertEquals(outside(BUDGETS, 0.5, (name) => single(t, name).length), []);
});

// Each runtime compresses in its own way.
if (runtime === "node") {
  test("all of an entry has no more bytes than its budget", (t) => {
    // It is the file that package_test.ts compares with package.json.
    const { exports } = JSON.parse(textOf("deno.json")) as { exports: Record<string, string> };
    assertEquals(Object.keys(ENTRIES), Object.keys(exports));
    const sizeOf = (entry: string) => {
      const file = fileURLToPath(new URL(exports[entry] ?? "", ROOT));
      return gzipSync(bundle(t, `export * from ${JSON.stringify(file)};\n`)).length;
    };
    assertEquals(outside(ENTRIES, 0.8, sizeOf), []);
  });
}

test("a single import brings along neither the program nor an adapter", (t) => {
  for (const name of ["forEachConcurrent", "Stream"]) {
    const code = single(t, name);
    const foreign = ["Listening on", "node:net", "Cannot listen", "DenoTransport"];
    assertEquals(foreign.filter((text) => code.includes(text)), [], name);
  }
});
