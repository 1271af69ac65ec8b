import { assertEquals, assertThrows } from "#assert";
import {
  endedEarly,
  requireByteCount,
  requireByteLimit,
  requireReader,
  tooLong,
} from "../../core/byte_limits.ts";
import { NetworkError } from "../../core/errors.ts";
import { test } from "../support/harness.ts";

test("requireByteLimit() takes a positive integer or Infinity", () => {
  for (const limit of [1, 2 ** 53 - 1, Infinity]) requireByteLimit("read", limit);
  for (const limit of [0, -1, 1.5, NaN, "1", null, undefined, 2 ** 53]) {
    const message = "Cannot read: limit must be a positive integer, or Infinity, got ";
    assertThrows(() => requireByteLimit("read", limit), RangeError, message);
  }
});

test("requireByteCount() takes an integer of at least 0", () => {
  for (const count of [0, 1, 2 ** 53 - 1]) requireByteCount("read", count);
  for (const count of [-1, 0.5, NaN, Infinity, "1", null, undefined]) {
    const message = "Cannot read: the count of bytes must be an integer of at least 0, got ";
    assertThrows(() => requireByteCount("read", count), RangeError, message);
  }
});

test("requireReader() takes what has a read()", () => {
  requireReader("read", { read: () => Promise.resolve(null) });
  for (const reader of [null, undefined, 1, {}, { read: 1 }]) {
    const message = "Cannot read: the reader must have read(), got ";
    assertThrows(() => requireReader("read", reader as never), TypeError, message);
  }
});

test("tooLong() and endedEarly() are NetworkErrors with a code", () => {
  const long = tooLong("read", "too much");
  assertEquals([long.message, long.code], ["Cannot read: too much (EMSGSIZE)", "EMSGSIZE"]);
  const early = endedEarly("read", 1);
  const message = "Cannot read: the input ended after 1 byte (EEOF)";
  assertEquals([early.message, early.code, early instanceof NetworkError], [message, "EEOF", true]);
  assertEquals(endedEarly("read", 2).message, "Cannot read: the input ended after 2 bytes (EEOF)");
});
