/** A single import brings along what it needs, and nothing else: sizes as a bundler makes them. */

import { assertEquals } from "#assert";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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
  NetworkError: 200,
  take: 5_000,
  map: 5_000,
  filter: 5_000,
  takeUntil: 5_500,
  merge: 4_500,
  forEachConcurrent: 6_500,
  bufferUnordered: 7_800,
  flatMap: 5_000,
  timeout: 5_500,
  scope: 5_000,
  Semaphore: 3_800,
  TaskTracker: 2_000,
  BufferedReader: 6_500,
  lines: 8_000,
  frames: 8_500,
  encodeFrame: 1_900,
  writeFrame: 1_900,
  copy: 4_000,
  pipe: 4_150,
};

/** The most bytes that all of an entry may have, minified and compressed: a twentieth above today's. */
const ENTRIES: Record<string, number> = {
  ".": 36_800,
  "./node": 20_600,
  "./deno": 21_600,
  "./bun": 20_700,
  "./memory": 14_600,
  "./http": 25_800,
  "./files": 14_800,
  "./parallel": 38_800,
  "./threads": 3_000,
  "./adapter": 16_200,
  "./conformance": 8_800,
};

/** How many more it may have from the files that npm gets: what their groups make at import. */
const OF_PUBLISHED = 250;

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
function single(
  t: TestContext,
  name: string,
  file = fileURLToPath(new URL("mod.ts", ROOT)),
): string {
  return bundle(t, `export { ${name} } from ${JSON.stringify(file)};\n`);
}

/** The code that npm gets, in a folder of its own. */
async function published(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const { bundle } = await import(
    new URL("scripts/bundle.mjs", ROOT).href
    // It is a module without types.
  ) as { bundle: (out: string) => Promise<void> };
  await bundle(join(folder, "dist"));
  // Says that what is not used has no effects.
  copyFileSync(new URL("package.json", ROOT), join(folder, "package.json"));
  return join(folder, "dist");
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

// Each runtime compresses in its own way, and builds the package alike.
if (runtime === "node") {
  test("a single import from the published files has hardly more bytes", async (t) => {
    const mod = join(await published(t), "mod.js");
    const budgets = Object.entries(BUDGETS).map(([name, most]) => [name, most + OF_PUBLISHED]);
    const sizeOf = (name: string) => single(t, name, mod).length;
    assertEquals(outside(Object.fromEntries(budgets) as typeof BUDGETS, 0.5, sizeOf), []);
  });

  test("what a listener needs is in few of the published files", async (t) => {
    const dist = await published(t);
    const loaded = (entry: string, seen = new Set<string>()): number => {
      seen.add(entry);
      for (
        const [, path = ""] of readFileSync(entry, "utf8").matchAll(
          /^(?:import|} from) ?"(\..*)";/gm,
        )
      ) {
        if (!seen.has(join(entry, "..", path))) loaded(join(entry, "..", path), seen);
      }
      return seen.size;
    };
    const most = {
      "adapters/node.js": 3,
      "adapters/deno.js": 3,
      "adapters/bun.js": 3,
      "mod.js": 4,
    };
    assertEquals(outside(most, 1, (name) => loaded(join(dist, name))), []);
  });

  test("in the published files, classes have the names that they have in the sources", async (t) => {
    const dist = await published(t);
    const files = readdirSync(dist, { encoding: "utf8", recursive: true });
    const code = files.filter((name) => name.endsWith(".js"))
      .map((name) => readFileSync(join(dist, name), "utf8")).join("\n");
    assertEquals([...code.matchAll(/class (_\w*|\w+\d) /g)].map(([, name]) => name), []);
  });

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
