import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { drop } from "../../core/drop.ts";
import {
  Disposable,
  END,
  gate,
  item,
  macrotask,
  ManualSource,
  naturals,
  never,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

test("drop() hands out what comes after the first items", async () => {
  const cases: [number, string][] = [[0, "abc"], [1, "bc"], [3, ""], [4, ""], [Infinity, ""]];
  for (const [count, rest] of cases) {
    assertEquals((await Array.fromAsync(drop("abc", count))).join(""), rest);
  }
  assertEquals(await Array.fromAsync(drop([], 2)), []);
});

test("drop() takes async and sync iterables", async () => {
  assertEquals(await Array.fromAsync(drop(new ReadySource([1, 2, 3]), 2)), [3]);
  assertEquals(await Array.fromAsync(drop(new Set([1, 2]), 1)), [2]);
  assertEquals(await Array.fromAsync(drop([Promise.resolve(1), Promise.resolve(2)], 1)), [2]);
});

test("drop() asks for nothing before the first next(), then for no more than it needs", async () => {
  const source = new ReadySource(naturals());
  const stream = drop(source, 2);
  await macrotask();
  assertEquals(source.pulls, 0);
  assertEquals([await stream.next(), source.pulls], [item(2), 3]);
  assertEquals([await stream.next(), source.pulls], [item(3), 4]);
});

test("drop() takes null and undefined for items", async () => {
  assertEquals(await Array.fromAsync(drop([null, undefined, null, undefined], 2)), [
    null,
    undefined,
  ]);
});

test("drop() does not dispose of what it drops", async () => {
  const dropped = new Disposable();
  await drop([dropped], 1).next();
  assertEquals(dropped.disposals, 0);
});

test("drop() does not close a source that has ended", async () => {
  const source = new ReadySource([1]);
  const stream = drop(source, 5);
  assertEquals([await stream.next(), await stream.next(), source.closes], [END, END, 0]);
});

test("drop() fails when the source fails, also among what is dropped", async () => {
  const source = new ManualSource<number>();
  const stream = drop(source, 2);
  const first = reasonOf(stream.next());
  await source.push(1);
  await source.fail(error);
  assertStrictEquals(await first, error);
  assertEquals([await stream.next(), source.pulls, source.closes], [END, 2, 0]);
});

test("drop() is left while it drops: the parked source is closed, a late item disposed of", async () => {
  const source = new ManualSource<Disposable>();
  source.onReturn = never;
  const stream = drop(source, 2);
  const waiting = stream.next();
  await source.push(new Disposable());
  assertEquals([await stream.return?.(), await waiting], [END, END]);
  const late = new Disposable();
  await source.push(late);
  assertEquals([late.disposals, source.pulls, source.closes], [1, 2, 1]);
});

test("drop() of an endless source starves no timer", async () => {
  const source = new ReadySource(naturals());
  const stream = drop(source, Infinity);
  const waiting = stream.next();
  await macrotask();
  await stream.return?.();
  assertEquals([await waiting, source.closes], [END, 1]);
});

test("drop() answers several next() in their order", async () => {
  const opened = gate();
  const stream = drop([opened.promise.then(() => 0), 1, 2], 1);
  const answers = [stream.next(), stream.next(), stream.next()];
  opened.resolve();
  assertEquals(await Promise.all(answers), [item(1), item(2), END]);
});

test("drop() refuses a bad count, and closes the source", () => {
  for (const count of [-1, 1.5, NaN, "1", undefined]) {
    const source = new ReadySource([1]);
    const text = "Cannot drop: count must be an integer of at least 0, or Infinity, got";
    assertThrows(() => drop(source, count as number), RangeError, text);
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
});

test("drop() refuses what cannot be iterated", () => {
  const call = () => drop(1 as unknown as number[], 0);
  assertThrows(call, TypeError, "Cannot drop: the source must be iterable, got 1");
});
