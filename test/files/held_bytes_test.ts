import { assertEquals } from "#assert";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { holds } from "../../files/held_bytes.ts";
import { test } from "../support/harness.ts";
import { folder, pattern } from "./site.ts";
import { descriptors } from "./wire.ts";

test("holds() compares all of a file with what is held, and waits for nobody", (t) => {
  const [bytes, other] = [pattern(70_000), pattern(70_000)];
  other[69_999] = 255;
  const root = folder(t, {
    same: bytes,
    other,
    shorter: bytes.subarray(1),
    longer: pattern(70_001),
    empty: "",
    "dir/x": "",
  });
  execFileSync("mkfifo", [join(root, "fifo")]);
  const is = (name: string, held = bytes) => holds(join(root, name), held);
  assertEquals(is("same"), true);
  for (const name of ["other", "shorter", "longer", "empty", "dir", "none", "fifo"]) {
    assertEquals([name, is(name)], [name, false]);
  }
  assertEquals([is("empty", new Uint8Array()), is("same", new Uint8Array())], [true, false]);
  // What is missing is not taken for zeros.
  assertEquals(holds(join(root, "longer"), new Uint8Array([...pattern(70_001), 0])), false);
  const before = descriptors();
  for (let i = 0; i < 20; i++) is("longer");
  assertEquals(descriptors(), before);
});
