import { assert, assertEquals } from "#assert";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test, type TestContext } from "./support/harness.ts";

/** What is compared of the two descriptions of the package. */
interface Description {
  name: string;
  version: string;
  license: string;
  exports: Record<string, unknown>;
  dependencies?: unknown;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name: string) => JSON.parse(readFileSync(root + name, "utf8")) as Description;
const jsr = read("deno.json");
const npm = read("package.json");

test("deno.json and package.json have one name, version and license", () => {
  const of = ({ name, version, license }: Description) => ({ name, version, license });
  assertEquals(of(npm), of(jsr));
});

test("deno.json and package.json have the same entries", () => {
  for (const [entry, source] of Object.entries(jsr.exports)) {
    assert(existsSync(root + String(source)), `${entry} is ${String(source)}, which is not there`);
    const built = String(source).replace("./", "./dist/").replace(/\.ts$/, "");
    assertEquals(npm.exports[entry], { types: `${built}.d.ts`, default: `${built}.js` });
  }
  const entries = [...Object.keys(jsr.exports), "./package.json"];
  assertEquals(Object.keys(npm.exports), entries);
});

test("the package needs no other", () => {
  assertEquals(npm.dependencies, undefined);
});

/** The most that the package may have, a twentieth above what it has today. */
const BUDGET = { files: 368, packed: 301_000, unpacked: 1_075_000 };

/** What is compared of what npm says of a package. */
interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
  readonly files: readonly { readonly path: string }[];
}

/** What npm would publish, built in a folder of its own. */
function pack(t: TestContext): Packed {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, [join(root, "scripts/build.mjs"), join(folder, "dist")]);
  for (const file of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]) {
    copyFileSync(root + file, join(folder, file));
  }
  const shell = process.platform === "win32";
  const options = { cwd: folder, encoding: "utf8", stdio: "pipe", shell } as const;
  // The build has been made, and not in dist/, which others may use just now.
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], options);
  // It is what npm documents.
  const [packed] = JSON.parse(output) as Packed[];
  if (packed === undefined) throw new Error("npm has packed nothing");
  return packed;
}

// What is published has nothing to do with the runtime that runs the tests.
if (runtime === "node") {
  test("the package is no larger than its budget, and has nothing but the library", (t) => {
    const { size, unpackedSize, entryCount, files } = pack(t);
    const sizes = { files: entryCount, packed: size, unpacked: unpackedSize };
    for (const name of ["files", "packed", "unpacked"] as const) {
      assert(sizes[name] <= BUDGET[name], `${name}: ${sizes[name]}, not ${BUDGET[name]}`);
      assert(sizes[name] >= BUDGET[name] * 0.8, `the budget for ${name} is far too large`);
    }
    const published =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/(static\/.*|.*\.(js|d\.ts)))$/;
    assertEquals(files.filter(({ path }) => !published.test(path)), []);
    const tests = files.filter(({ path }) => /test/.test(path));
    assertEquals(tests.filter(({ path }) => !path.startsWith("dist/test/conformance/")), []);
  });
}
