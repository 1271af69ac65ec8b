import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { every } from "../../core/every.ts";
import {
  gate,
  macrotask,
  ManualSource,
  naturals,
  outcome,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

test("every() is whether all items pass", async () => {
  assertStrictEquals(await every([1, 2, 3], (n) => n > 0), true);
  assertStrictEquals(await every([1, 2, 3], (n) => n !== 2), false);
  assertStrictEquals(await every([], () => false), true);
});

test("every() takes truthy for true, and falsy for false", async () => {
  assertStrictEquals(await every(["b", "a"], (text) => Promise.resolve(text)), true);
  assertStrictEquals(await every(["a", ""], (it) => it), false);
});

test("every() gives the predicate each item and its position", async () => {
  const given: unknown[] = [];
  await every("ab", (...all) => {
    given.push(all);
    return true;
  });
  assertEquals(given, [["a", 0], ["b", 1]]);
});

test("every() awaits the predicate before it asks for the next item", async () => {
  const source = new ManualSource<number>();
  const held = gate<unknown>();
  const answer = every(source, () => held.promise);
  await source.push(1);
  assertEquals(source.pulls, 1);
  held.resolve(true);
  await macrotask();
  assertEquals(source.pulls, 2);
  await source.end();
  assertEquals([await answer, source.closes], [true, 0]);
});

test("every() closes the source as soon as the answer is known, and waits for that", async () => {
  for (const verdict of [false, Promise.resolve(false)]) {
    const source = new ManualSource<number>();
    const closed = gate();
    source.onReturn = () => closed.promise;
    const answer = every(source, () => verdict);
    await source.push(7);
    assertEquals([source.pulls, source.closes, await outcome(answer)], [1, 1, "pending"]);
    closed.resolve();
    assertEquals(await answer, false);
  }
});

test("every() ends with an endless source, when the answer is known", async () => {
  const source = new ReadySource(naturals());
  assertEquals(await every(source, (n) => n < 2000), false);
  assertEquals([source.pulls, source.closes], [2001, 1]);
});

test("every() closes the source and rejects when the predicate fails", async () => {
  const source = new ReadySource([1, 2]);
  assertStrictEquals(await reasonOf(every(source, () => Promise.reject(error))), error);
  assertEquals([source.pulls, source.closes], [1, 1]);
});

test("every() rejects when the source fails", async () => {
  const source = new ManualSource<number>();
  const answer = reasonOf(every(source, () => true));
  await source.fail(error);
  assertStrictEquals(await answer, error);
});

test("every() refuses a bad predicate or source with a rejection", async () => {
  const source = new ReadySource([1]);
  const bad = () => every(source, {} as unknown as () => boolean);
  await assertRejects(bad, TypeError, "Cannot every: expected a function, got an object (Object)");
  assertEquals([source.pulls, source.closes], [0, 1]);
  const none = () => every(1 as unknown as number[], () => true);
  await assertRejects(none, TypeError, "Cannot every: the source must be iterable, got 1");
});
