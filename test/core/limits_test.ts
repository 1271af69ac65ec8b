import { assertEquals, assertThrows } from "#assert";
import {
  requireCount,
  requireLimit,
  requireSignal,
  requireSize,
  requireTime,
} from "../../core/limits.ts";
import { test } from "../support/harness.ts";

/** What nobody takes for a number of items. */
const NEVER = [-1, 1.5, NaN, -Infinity, 2 ** 53, "2", true, 3n, {}, [1], Symbol("s")];

test("requireCount() takes 0, integers and Infinity", () => {
  for (const count of [0, -0, 1, Number.MAX_SAFE_INTEGER, Infinity]) requireCount("drop", count);
});

test("requireCount() refuses everything else, with the value", () => {
  for (const count of [...NEVER, null, undefined]) {
    const text = "Cannot drop: count must be an integer of at least 0, or Infinity, got ";
    assertThrows(() => requireCount("drop", count), RangeError, text);
  }
  assertThrows(() => requireCount("drop", "2"), RangeError, 'got "2"');
});

test("requireSize() takes positive integers, and nothing else", () => {
  for (const size of [1, 2, Number.MAX_SAFE_INTEGER]) requireSize("cut", size);
  for (const size of [...NEVER, 0, -0, Infinity, null, undefined]) {
    const text = "Cannot cut: size must be a positive integer, got ";
    assertThrows(() => requireSize("cut", size), RangeError, text);
  }
});

test("requireLimit() takes positive integers, and three words for no limit", () => {
  const limits = [1, 2, Number.MAX_SAFE_INTEGER, Infinity, null, undefined];
  for (const limit of limits) requireLimit("run", limit);
  for (const limit of [...NEVER, 0, -0]) {
    const text = "Cannot run: limit must be a positive integer, Infinity or null, got ";
    assertThrows(() => requireLimit("run", limit), RangeError, text);
  }
});

test("requireTime() takes what a timer can wait, and Infinity", () => {
  for (const ms of [Number.MIN_VALUE, 0.5, 1, 2 ** 31 - 1, Infinity]) requireTime("wait", "ms", ms);
  const bad = [0, -0, -1, NaN, -Infinity, 2 ** 31, "1", 1n, true, null, undefined, {}];
  for (const ms of bad) {
    const text =
      "Cannot wait: ms must be a positive number of at most 2147483647, or Infinity, got";
    assertThrows(() => requireTime("wait", "ms", ms), RangeError, text);
  }
});

test("requireSignal() takes an AbortSignal and undefined", () => {
  requireSignal("run", undefined);
  requireSignal("run", new AbortController().signal);
  const shown: string[] = [];
  for (const signal of [null, {}, new AbortController(), "signal", { aborted: false }]) {
    const call = () => requireSignal("run", signal);
    shown.push(assertThrows(call, TypeError, "Cannot run: signal must be an AbortSignal").message);
  }
  assertEquals(shown.at(-2), 'Cannot run: signal must be an AbortSignal, got "signal"');
});
