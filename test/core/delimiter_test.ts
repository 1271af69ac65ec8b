import { assertEquals, assertThrows } from "#assert";
import { Delimiter } from "../../core/delimiter.ts";
import { test } from "../support/harness.ts";
import { bytes } from "../support/readers.ts";
import { forEachSeed } from "../support/seeded.ts";
import { SharingBytes } from "../support/sharing_bytes.ts";

test("Delimiter.search() finds text, bytes and one byte", () => {
  const input = bytes("a;b\r\nc");
  assertEquals(new Delimiter("read", "\r\n").search(input), 3);
  assertEquals(new Delimiter("read", bytes("b\r")).search(input), 2);
  assertEquals(new Delimiter("read", 0x3b).search(input), 1);
  assertEquals(new Delimiter("read", "c").search(input), 5);
  assertEquals(new Delimiter("read", "\n\r").search(input), -1);
});

test("Delimiter.search() goes on where it stopped, and finds what a plain search finds", async () => {
  await forEachSeed(500, (chance) => {
    const word = (length: number) => Array.from({ length }, () => chance.pick(["a", "b"])).join("");
    const wanted = word(1 + chance.below(10));
    // Beginnings of it, one after the other: it nearly comes again and again.
    const near = () => wanted.slice(0, chance.below(wanted.length + 1)) + word(chance.below(2));
    const input = Array.from({ length: chance.below(12) }, near).join("");
    const delimiter = new Delimiter("read", wanted);
    const found = input.indexOf(wanted);
    for (let end = 0;; end += 1 + chance.below(5)) {
      const seen = input.slice(0, end);
      const at = seen.indexOf(wanted);
      assertEquals(delimiter.search(bytes(seen)), at, `${wanted} in ${seen}`);
      // The longest end of what was seen that the delimiter may begin with.
      let may = end > input.length ? input.length : end;
      for (let from = may; from >= 0; from--) {
        const tail = seen.slice(from);
        if (tail.length < wanted.length && wanted.startsWith(tail)) may = from;
      }
      assertEquals(delimiter.earliest, at < 0 ? may : at);
      if (at >= 0 || end >= input.length) {
        assertEquals(at, found);
        break;
      }
    }
    return Promise.resolve();
  });
});

test("Delimiter looks at each byte once: what came before may be gone from the input", () => {
  const delimiter = new Delimiter("read", "aab");
  const input = bytes("aaaaaaaa");
  assertEquals(delimiter.search(input), -1);
  assertEquals(delimiter.search(bytes("????????b")), 6);
});

test("Delimiter does not mind that its bytes are changed afterwards", () => {
  const given = bytes("x");
  const delimiter = new Delimiter("read", given);
  given.fill(0);
  assertEquals(delimiter.search(bytes("ax")), 1);
});

test("Delimiter refuses what is no delimiter, with the value", () => {
  const cases: [unknown, string, typeof Error][] = [
    ["", "the delimiter must have at least one byte, got none", RangeError],
    [new Uint8Array(0), "the delimiter must have at least one byte, got none", RangeError],
    [256, "the delimiter must be an integer from 0 to 255, got 256", RangeError],
    [-1, "the delimiter must be an integer from 0 to 255, got -1", RangeError],
    [1.5, "the delimiter must be an integer from 0 to 255, got 1.5", RangeError],
    [NaN, "the delimiter must be an integer from 0 to 255, got NaN", RangeError],
    [null, "a string, a Uint8Array or the number of a byte, got null", TypeError],
    [/x/, "a string, a Uint8Array or the number of a byte, got an object (RegExp)", TypeError],
  ];
  for (const [value, message, kind] of cases) {
    assertThrows(() => new Delimiter("read", value as string), kind, message);
  }
});

test("Delimiter has a copy also of bytes whose slice() does not make one", () => {
  const given = SharingBytes.from(bytes("b"));
  const delimiter = new Delimiter("read", given);
  given.fill(0);
  assertEquals(delimiter.search(bytes("ab")), 1);
});
