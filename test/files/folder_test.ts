import { assertEquals, assertRejects } from "#assert";
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { readFolder } from "../../files/folder.ts";
import { openRoot } from "../../files/root.ts";
import { test } from "../support/harness.ts";
import { folder } from "./site.ts";
import { descriptors } from "./wire.ts";

test("readFolder() finds what is served: no dot files, nothing outside, no FIFOs", async (t) => {
  const path = folder(t, {
    "b.txt": "12345",
    "dir/x": "",
    ".hidden": "",
    ".well-known/y": "",
    "é #?%": "1",
  });
  execFileSync("mkfifo", [join(path, "fifo")]);
  const links = {
    "to-b": "b.txt",
    "to-dir": "dir",
    passwd: "/etc/passwd",
    up: "..",
    broken: "none",
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(path, name));
  const root = await openRoot(path, true);
  const found = await readFolder(root, []);
  const sorted = [...found ?? []].sort((one, other) => one.name < other.name ? -1 : 1);
  assertEquals(sorted.map(({ name, isFolder, size }) => [name, isFolder, size]), [
    [".well-known", true, null],
    ["b.txt", false, 5],
    ["dir", true, null],
    ["to-b", false, 5],
    ["to-dir", true, null],
    ["é #?%", false, 1],
  ]);
  assertEquals((await readFolder(root, ["dir"]))?.length, 1);
  assertEquals([await readFolder(root, ["b.txt"]), await readFolder(root, ["up"])].map(String), [
    "null",
    "null",
  ]);
  await assertRejects(() => readFolder(root, ["none"]));
  const before = descriptors();
  for (let i = 0; i < 20; i++) await readFolder(root, []);
  assertEquals(descriptors(), before);
});

test("readFolder() leaves out names that no path leads to", async (t) => {
  const path = folder(t, { "a\\b": "", "dir\\/x": "", "\ufffd": "1", "\ufffd\ufffd/x": "" });
  // Bytes that are no UTF-8: no runtime makes such names.
  execFileSync("sh", ["-c", "mkdir \"$(printf 'd\\377')\" && : > \"$(printf 'f\\377')\""], {
    cwd: path,
  });
  const found = await readFolder(await openRoot(path, true), []);
  assertEquals(found?.map(({ name }) => name).sort(), ["\ufffd", "\ufffd\ufffd"]);
});

test("readFolder() reads a folder of many files", async (t) => {
  const tree = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, ""]));
  const found = await readFolder(await openRoot(folder(t, tree), true), []);
  assertEquals(new Set(found?.map(({ name }) => name)).size, 500);
});
