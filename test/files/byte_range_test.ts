import { assertEquals } from "#assert";
import { contentRange, parseRange } from "../../files/byte_range.ts";
import { test } from "../support/harness.ts";

test("parseRange() takes closed, open and suffix ranges, cut to the size", () => {
  const cases: Record<string, [number, number]> = {
    "bytes=0-0": [0, 1],
    "bytes=0-9": [0, 10],
    "bytes=3-5": [3, 3],
    "bytes=9-": [9, 1],
    "bytes=0-": [0, 10],
    "bytes=5-99999999999999999999999": [5, 5],
    "bytes=-1": [9, 1],
    "bytes=-10": [0, 10],
    "bytes=-999": [0, 10],
    "BYTES=1-2": [1, 2],
    "bytes= 1-2 ": [1, 2],
  };
  for (const [field, [start, length]] of Object.entries(cases)) {
    assertEquals([field, parseRange(field, 10)], [field, { start, length }]);
  }
});

test("parseRange() says none for what cannot be had", () => {
  for (const field of ["bytes=10-", "bytes=10-20", "bytes=99999999999999999999-", "bytes=-0"]) {
    assertEquals([field, parseRange(field, 10)], [field, "none"]);
  }
  assertEquals([parseRange("bytes=0-", 0), parseRange("bytes=-0", 0)], ["none", "none"]);
  assertEquals(parseRange("bytes=-5", 0), null);
});

test("parseRange() ignores what is malformed, of another unit, or more than one", () => {
  const fields =
    "bytes bytes= bytes=- bytes=a-b bytes=2-1 bytes=0x1-2 bytes=1.5-2 bytes=+1-2 items=0-1 =0-1 0-1 bytes:0-1 bytes=0-1,3-4 bytes=0-1, bytes=--1 bytes=1--2 bytes=1-2-3 none"
      .split(" ");
  for (const field of [...fields, "", "bytes=1 -2", "bytes =1-2", "bytes=0-0\n"]) {
    assertEquals([field, parseRange(field, 10)], [field, null]);
  }
});

test("contentRange() tells the part and the size", () => {
  assertEquals(contentRange({ start: 3, length: 4 }, 10), "bytes 3-6/10");
  assertEquals(contentRange("none", 10), "bytes */10");
});
