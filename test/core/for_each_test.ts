import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { forEach } from "../../core/for_each.ts";
import { gate, macrotask, ManualSource, ReadySource, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

test("forEach() calls the function with each item and its position", async () => {
  const given: unknown[] = [];
  const result = await forEach("ab", (...all) => given.push(all));
  assertStrictEquals(result, undefined);
  assertEquals(given, [["a", 0], ["b", 1]]);
});

test("forEach() runs one after the other", async () => {
  const source = new ManualSource<number>();
  const held = gate();
  const done = forEach(source, () => held.promise);
  await source.push(1);
  assertEquals(source.pulls, 1);
  held.resolve();
  await macrotask();
  assertEquals(source.pulls, 2);
  await source.end();
  await done;
  assertEquals(source.closes, 0);
});

test("forEach() goes on whatever the function returns", async () => {
  const source = new ReadySource([true, Promise.resolve(true), "x", 1, null]);
  await forEach(source, (it) => it);
  assertEquals([source.pulls, source.closes], [6, 0]);
});

test("forEach() closes the source and rejects when the function fails", async () => {
  for (const fail of [() => Promise.reject(error), () => void reject()]) {
    const source = new ReadySource([1, 2]);
    assertStrictEquals(await reasonOf(forEach(source, fail)), error);
    assertEquals([source.pulls, source.closes], [1, 1]);
  }
  function reject(): never {
    throw error;
  }
});

test("forEach() rejects when the source fails", async () => {
  const source = new ManualSource<number>();
  const done = reasonOf(forEach(source, () => 0));
  await source.fail(error);
  assertStrictEquals(await done, error);
});

test("forEach() refuses a bad function or source with a rejection", async () => {
  const source = new ReadySource([1]);
  const bad = () => forEach(source, null as unknown as () => void);
  await assertRejects(bad, TypeError, "Cannot run for each item: expected a function, got null");
  assertEquals([source.pulls, source.closes], [0, 1]);
  const none = () => forEach(1 as unknown as number[], () => 0);
  await assertRejects(none, TypeError, "Cannot run for each item: the source must be iterable");
});
