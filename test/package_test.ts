import { assert, assertEquals } from "#assert";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "./support/harness.ts";

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
