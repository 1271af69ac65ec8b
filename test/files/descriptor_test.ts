import { assert, assertEquals, assertRejects } from "#assert";
import { constants, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Descriptor } from "../../files/descriptor.ts";
import { codeOf } from "../../core/errors.ts";
import { macrotask } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";
import { folder } from "./site.ts";

test("Descriptor reads at any place, says what it is, and is closed once", async (t) => {
  const path = join(folder(t, { a: "0123456789" }), "a");
  const file = await Descriptor.open(path, constants.O_RDONLY);
  const bytes = new Uint8Array(6);
  assertEquals(await file.read(bytes, 1, 4, 3), 4);
  assertEquals(await file.read(bytes, 0, 1, 9), 1);
  assertEquals([...bytes], [57, 51, 52, 53, 54, 0]);
  assertEquals(await file.read(bytes, 0, 6, 10), 0);
  const stats = await file.stat();
  assertEquals([stats.isFile(), stats.size], [true, 10n]);
  await Promise.all([file.close(), file.close()]);
  // The number is given to the next one.
  const next = await Descriptor.open(path, constants.O_RDONLY);
  t.defer(() => next.close());
  const used = [() => file.stat(), () => file.read(bytes, 0, 1, 0)];
  for (const use of used) {
    const error = await assertRejects(async () => await use());
    assertEquals(codeOf(error, ""), "EBADF");
  }
});

test("Descriptor.open() and read() reject with what the system says", async (t) => {
  const root = folder(t, { a: "" });
  const none = await assertRejects(() => Descriptor.open(join(root, "none"), constants.O_RDONLY));
  assertEquals(codeOf(none, ""), "ENOENT");
  const file = await Descriptor.open(root, constants.O_RDONLY);
  t.defer(() => file.close());
  const folderRead = await assertRejects(() => file.read(new Uint8Array(1), 0, 1, 0));
  assertEquals(codeOf(folderRead, ""), "EISDIR");
});

/** Where descriptors can be counted and memory collected on demand. */
if (runtime === "node" && process.platform === "linux") {
  test("Descriptor is closed when everybody has forgotten it", async (t) => {
    const path = join(folder(t, { a: "a" }), "a");
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    assert(typeof collect === "function");
    const before = readdirSync("/proc/self/fd").length;
    const held: Descriptor[] = [];
    for (let i = 0; i < 10; i++) held.push(await Descriptor.open(path, constants.O_RDONLY));
    assert(readdirSync("/proc/self/fd").length >= before + held.length);
    held.length = 0;
    for (let i = 0; i < 50 && readdirSync("/proc/self/fd").length > before; i++) {
      collect();
      await macrotask();
    }
    assertEquals(readdirSync("/proc/self/fd").length, before);
  });
}
