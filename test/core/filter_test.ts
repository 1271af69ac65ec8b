import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { filter } from "../../core/filter.ts";
import {
  Disposable,
  END,
  gate,
  macrotask,
  ManualSource,
  naturals,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

test("filter() hands out the items that pass, in their order", async () => {
  assertEquals(await Array.fromAsync(filter([1, 2, 3, 4], (n) => n % 2 === 0)), [2, 4]);
  const even = filter([1, 2, 3, 4], (n) => Promise.resolve(n % 2 === 0));
  assertEquals(await Array.fromAsync(even), [2, 4]);
});

test("filter() takes whatever is truthy for passed", async () => {
  const verdicts = [0, 1, "", "a", null, {}, undefined, [], NaN, -1];
  const passed = filter(verdicts, (it) => it);
  assertEquals(await Array.fromAsync(passed), [1, "a", {}, [], -1]);
  const awaited = filter(verdicts, (it) => Promise.resolve(it));
  assertEquals(await Array.fromAsync(awaited), [1, "a", {}, [], -1]);
});

test("filter() gives the item and its position in the source", async () => {
  const given: unknown[] = [];
  await Array.fromAsync(filter("abc", (...all) => {
    given.push(all);
    return all[1] === 2;
  }));
  assertEquals(given, [["a", 0], ["b", 1], ["c", 2]]);
});

test("filter() narrows the type by a guard", async () => {
  const words: string[] = await Array.fromAsync(
    filter([1, "a"], (it): it is string => typeof it === "string"),
  );
  assertEquals(words, ["a"]);
});

test("filter() awaits the predicate before it asks for the next item", async () => {
  const source = new ReadySource(naturals());
  const verdict = gate<boolean>();
  const stream = filter(source, (n) => n === 0 ? verdict.promise : true);
  const first = stream.next();
  await macrotask();
  assertEquals(source.pulls, 1);
  verdict.resolve(false);
  assertEquals(await first, { done: false, value: 1 });
  assertEquals(source.pulls, 2);
});

test("filter() ends when nothing passed", async () => {
  const source = new ReadySource([1, 2]);
  assertEquals(await filter(source, () => false).next(), END);
  assertEquals([source.pulls, source.closes], [3, 0]);
});

test("filter() answers several next() in order, past what it drops", async () => {
  const stream = filter(naturals(), (n) => n % 3 === 2);
  const answers = await Promise.all([stream.next(), stream.next(), stream.next()]);
  assertEquals(answers.map(({ value }) => value), [2, 5, 8]);
});

test("filter() fails and closes its source when the predicate throws or rejects", async () => {
  const fails = [
    () => {
      throw error;
    },
    () => Promise.reject(error),
  ];
  for (const fail of fails) {
    const source = new ReadySource(naturals());
    const stream = filter(source, fail);
    assertStrictEquals(await reasonOf(stream.next()), error);
    assertEquals(await stream.next(), END);
    assertEquals([source.pulls, source.closes], [1, 1]);
  }
});

test("filter() is left while the predicate is busy: an item that passes is disposed of", async () => {
  const source = new ManualSource<Disposable>();
  const verdict = gate<boolean>();
  const stream = filter(source, () => verdict.promise);
  const waiting = stream.next();
  const late = new Disposable();
  await source.push(late);
  await stream.return?.();
  assertEquals(await waiting, END);
  verdict.resolve(true);
  await macrotask();
  assertEquals([late.disposals, source.pulls], [1, 1]);
});

test("filter() that is left asks for nothing more when an item does not pass", async () => {
  const source = new ManualSource<number>();
  const verdict = gate<boolean>();
  const stream = filter(source, () => verdict.promise);
  const waiting = stream.next();
  await source.push(1);
  await stream.return?.();
  assertEquals(await waiting, END);
  verdict.resolve(false);
  await macrotask();
  assertEquals(source.pulls, 1);
});

test("filter() does not starve timers while it drops everything, and can be left then", async () => {
  const source = new ReadySource(naturals());
  const stream = filter(source, () => false);
  const waiting = stream.next();
  await macrotask();
  assertEquals(await stream.return?.(), END);
  assertEquals([await waiting, source.closes], [END, 1]);
  const { pulls } = source;
  await macrotask();
  await macrotask();
  assertEquals(source.pulls, pulls);
});

test("filter() refuses what is no function, and closes the source", () => {
  const source = new ReadySource([1]);
  const call = () => filter(source, null as unknown as () => boolean);
  assertThrows(call, TypeError, "Cannot filter: expected a function, got null");
  assertEquals([source.pulls, source.closes], [0, 1]);
});
