import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { some } from "../../core/some.ts";
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

test("some() is whether an item passes", async () => {
  assertStrictEquals(await some([1, 2, 3], (n) => n > 2), true);
  assertStrictEquals(await some([1, 2, 3], (n) => n > 3), false);
  assertStrictEquals(await some([], () => true), false);
});

test("some() takes truthy for true, and falsy for false", async () => {
  assertStrictEquals(await some(["", "a"], (text) => text), true);
  assertStrictEquals(await some([0, ""], (it) => Promise.resolve(it)), false);
});

test("some() gives the predicate each item and its position", async () => {
  const given: unknown[] = [];
  await some("ab", (...all) => {
    given.push(all);
    return false;
  });
  assertEquals(given, [["a", 0], ["b", 1]]);
});

test("some() awaits the predicate before it asks for the next item", async () => {
  const source = new ManualSource<number>();
  const held = gate<unknown>();
  const answer = some(source, () => held.promise);
  await source.push(1);
  assertEquals(source.pulls, 1);
  held.resolve(false);
  await macrotask();
  assertEquals(source.pulls, 2);
  await source.end();
  assertEquals([await answer, source.closes], [false, 0]);
});

test("some() closes the source as soon as the answer is known, and waits for that", async () => {
  for (const verdict of [true, Promise.resolve(true)]) {
    const source = new ManualSource<number>();
    const closed = gate();
    source.onReturn = () => closed.promise;
    const answer = some(source, () => verdict);
    await source.push(7);
    assertEquals([source.pulls, source.closes, await outcome(answer)], [1, 1, "pending"]);
    closed.resolve();
    assertEquals(await answer, true);
  }
});

test("some() ends with an endless source, when the answer is known", async () => {
  const source = new ReadySource(naturals());
  assertEquals(await some(source, (n) => n === 2000), true);
  assertEquals([source.pulls, source.closes], [2001, 1]);
});

test("some() closes the source and rejects when the predicate fails", async () => {
  const source = new ReadySource([1, 2]);
  assertStrictEquals(await reasonOf(some(source, () => Promise.reject(error))), error);
  assertEquals([source.pulls, source.closes], [1, 1]);
});

test("some() rejects when the source fails", async () => {
  const source = new ManualSource<number>();
  const answer = reasonOf(some(source, () => false));
  await source.fail(error);
  assertStrictEquals(await answer, error);
});

test("some() refuses a bad predicate or source with a rejection", async () => {
  const source = new ReadySource([1]);
  const bad = () => some(source, {} as unknown as () => boolean);
  await assertRejects(bad, TypeError, "Cannot some: expected a function, got an object (Object)");
  assertEquals([source.pulls, source.closes], [0, 1]);
  const none = () => some(1 as unknown as number[], () => true);
  await assertRejects(none, TypeError, "Cannot some: the source must be iterable, got 1");
});
