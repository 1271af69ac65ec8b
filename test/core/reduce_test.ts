import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { reduce } from "../../core/reduce.ts";
import { gate, macrotask, ManualSource, ReadySource, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

/** What `reduce` calls its function with. */
async function calls<T>(source: Iterable<T>, ...initial: [] | [T]): Promise<unknown[]> {
  const given: unknown[] = [];
  const keep = (...all: [T, T, number]): T => {
    given.push(all);
    return all[1];
  };
  given.push(await reduce(source, keep, ...initial as [T]));
  return given;
}

test("reduce() combines from the initial value on", async () => {
  assertEquals(await reduce([1, 2, 3], (sum, n) => sum + n, 10), 16);
  assertEquals(await reduce("abc", (text, letter) => letter + text, ""), "cba");
  assertEquals(await calls("ab", "x"), [["x", "a", 0], ["a", "b", 1], "b"]);
});

test("reduce() combines from the first item on, at position 1", async () => {
  assertEquals(await reduce([1, 2, 3], (sum, n) => sum + n), 6);
  assertEquals(await calls("abc"), [["a", "b", 1], ["b", "c", 2], "c"]);
  assertEquals(await calls("a"), ["a"]);
});

test("reduce() of an empty source is the initial value, or a TypeError", async () => {
  assertEquals(await reduce([], () => 0, 7), 7);
  const text = "Cannot reduce: the source is empty, and there is no initial value";
  await assertRejects(() => reduce([], () => 0), TypeError, text);
});

test("reduce() takes undefined for an initial value, when it is given", async () => {
  assertEquals(await calls<string | undefined>([], undefined), [undefined]);
  assertEquals(await calls<string | undefined>("a", undefined), [[undefined, "a", 0], "a"]);
});

test("reduce() takes an undefined first item for the beginning", async () => {
  assertEquals(await calls([undefined]), [undefined]);
  assertEquals(await calls([undefined, undefined]), [[undefined, undefined, 1], undefined]);
});

test("reduce() awaits the function before it asks for the next item", async () => {
  const source = new ManualSource<number>();
  const held = gate<number>();
  const result = reduce(source, () => held.promise, 0);
  await source.push(1);
  assertEquals(source.pulls, 1);
  held.resolve(5);
  await macrotask();
  assertEquals(source.pulls, 2);
  await source.end();
  assertEquals(await result, 5);
  assertEquals(source.closes, 0);
});

test("reduce() closes the source and rejects when the function fails", async () => {
  const source = new ReadySource([1, 2, 3]);
  assertStrictEquals(await reasonOf(reduce(source, () => Promise.reject(error))), error);
  assertEquals([source.pulls, source.closes], [2, 1]);
});

test("reduce() rejects when the source fails", async () => {
  const source = new ManualSource<number>();
  const result = reasonOf(reduce(source, () => 0, 0));
  await source.fail(error);
  assertStrictEquals(await result, error);
});

test("reduce() refuses a bad function or source with a rejection", async () => {
  const source = new ReadySource([1]);
  const bad = 1 as unknown as () => number;
  const text = "Cannot reduce: expected a function, got 1";
  await assertRejects(() => reduce(source, bad), TypeError, text);
  assertEquals([source.pulls, source.closes], [0, 1]);
  const none = () => reduce(1 as unknown as number[], () => 0);
  await assertRejects(none, TypeError, "Cannot reduce: the source must be iterable, got 1");
});
