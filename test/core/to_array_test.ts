import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { toArray } from "../../core/to_array.ts";
import { ManualSource, ReadySource, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("toArray() has all items in their order", async () => {
  assertEquals(await toArray([3, 1, 2]), [3, 1, 2]);
  assertEquals(await toArray(new ReadySource([null, undefined, 0])), [null, undefined, 0]);
  assertEquals(await toArray([Promise.resolve(1), 2]), [1, 2]);
  assertEquals(await toArray([]), []);
});

test("toArray() makes an array of its own", async () => {
  const items = [1];
  const array = await toArray(items);
  items.push(2);
  assertEquals(array, [1]);
});

test("toArray() does not close a source that has ended", async () => {
  const source = new ReadySource([1, 2]);
  assertEquals(await toArray(source), [1, 2]);
  assertEquals([source.pulls, source.closes], [3, 0]);
});

test("toArray() rejects when the source fails", async () => {
  const source = new ManualSource<number>();
  const array = reasonOf(toArray(source));
  await source.push(1);
  const error = new Error("no");
  await source.fail(error);
  assertStrictEquals(await array, error);
});

test("toArray() refuses what cannot be iterated with a rejection", async () => {
  const call = () => toArray({ length: 1 } as unknown as number[]);
  await assertRejects(call, TypeError, "Cannot make an array: the source must be iterable, got an");
});
