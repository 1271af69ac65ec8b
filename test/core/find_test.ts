import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { find } from "../../core/find.ts";
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

test("find() is the first item that passes", async () => {
  assertEquals(await find([1, 2, 3], (n) => n > 1), 2);
  assertEquals(await find([1, 2, 3], (n) => Promise.resolve(n > 1)), 2);
});

test("find() is undefined when no item passes", async () => {
  assertStrictEquals(await find([1, 2, 3], (n) => n > 3), undefined);
  assertStrictEquals(await find([], () => true), undefined);
  assertStrictEquals(await find([1], (): unknown => ""), undefined);
});

test("find() finds null, 0 and undefined", async () => {
  assertStrictEquals(await find([1, null], (it) => it === null), null);
  assertStrictEquals(await find([1, 0], (it) => it === 0), 0);
  const source = new ReadySource([1, undefined, 2]);
  assertStrictEquals(await find(source, (it) => it === undefined), undefined);
  assertEquals([source.pulls, source.closes], [2, 1]);
});

test("find() gives the predicate each item and its position", async () => {
  const given: unknown[] = [];
  await find("ab", (...all) => {
    given.push(all);
    return false;
  });
  assertEquals(given, [["a", 0], ["b", 1]]);
});

test("find() awaits the predicate before it asks for the next item", async () => {
  const source = new ManualSource<number>();
  const held = gate<unknown>();
  const answer = find(source, () => held.promise);
  await source.push(1);
  assertEquals(source.pulls, 1);
  held.resolve(false);
  await macrotask();
  assertEquals(source.pulls, 2);
  await source.end();
  assertEquals([await answer, source.closes], [undefined, 0]);
});

test("find() closes the source as soon as the answer is known, and waits for that", async () => {
  for (const verdict of [true, Promise.resolve(true)]) {
    const source = new ManualSource<number>();
    const closed = gate();
    source.onReturn = () => closed.promise;
    const answer = find(source, () => verdict);
    await source.push(7);
    assertEquals([source.pulls, source.closes, await outcome(answer)], [1, 1, "pending"]);
    closed.resolve();
    assertEquals(await answer, 7);
  }
});

test("find() ends with an endless source, when the answer is known", async () => {
  const source = new ReadySource(naturals());
  assertEquals(await find(source, (n) => n === 2000), 2000);
  assertEquals([source.pulls, source.closes], [2001, 1]);
});

test("find() closes the source and rejects when the predicate fails", async () => {
  const source = new ReadySource([1, 2]);
  assertStrictEquals(await reasonOf(find(source, () => Promise.reject(error))), error);
  assertEquals([source.pulls, source.closes], [1, 1]);
});

test("find() rejects when the source fails", async () => {
  const source = new ManualSource<number>();
  const answer = reasonOf(find(source, () => false));
  await source.fail(error);
  assertStrictEquals(await answer, error);
});

test("find() refuses a bad predicate or source with a rejection", async () => {
  const source = new ReadySource([1]);
  const bad = () => find(source, {} as unknown as () => boolean);
  await assertRejects(bad, TypeError, "Cannot find: expected a function, got an object (Object)");
  assertEquals([source.pulls, source.closes], [0, 1]);
  const none = () => find(1 as unknown as number[], () => true);
  await assertRejects(none, TypeError, "Cannot find: the source must be iterable, got 1");
});
