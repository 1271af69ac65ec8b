import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "#assert";
import { flatMap, type Flattenable } from "../../core/flat_map.ts";
import {
  Disposable,
  END,
  gate,
  item,
  macrotask,
  ManualSource,
  naturals,
  never,
  outcome,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

/** A stream that reads `inner` for each item of `outer`, and the calls of return() in their order. */
function nested<T>() {
  const outer = new ManualSource<string>();
  const inner = new ManualSource<T>();
  const log: string[] = [];
  outer.onReturn = () => log.push("outer");
  inner.onReturn = () => log.push("inner");
  return { outer, inner, log, stream: flatMap(outer, () => inner) };
}

test("flatMap() hands out the items of what the function returns, in order", async () => {
  const stream = flatMap([1, 2, 3], (n) => Array.from({ length: n }, () => n));
  assertEquals(await Array.fromAsync(stream), [1, 2, 2, 3, 3, 3]);
});

test("flatMap() takes sync and async iterables, and promises of them", async () => {
  const made: Record<string, () => Flattenable<number> | Promise<Flattenable<number>>> = {
    array: () => [1, 2],
    set: () => new Set([1, 2]),
    promised: () => [Promise.resolve(1), Promise.resolve(2)],
    async: () => new ReadySource([1, 2]),
    later: () => Promise.resolve([1, 2]),
    laterAsync: () => Promise.resolve(new ReadySource([1, 2])),
    stream: () => flatMap([1], () => [1, 2]),
  };
  for (const make of Object.values(made)) {
    assertEquals(await Array.fromAsync(flatMap("ab", make)), [1, 2, 1, 2]);
  }
});

test("flatMap() gives the function each item and its position", async () => {
  const given: unknown[] = [];
  await Array.fromAsync(flatMap("ab", (...all) => {
    given.push(all);
    return [];
  }));
  assertEquals(given, [["a", 0], ["b", 1]]);
});

test("flatMap() passes over what is empty, and takes null and undefined for items", async () => {
  const items = [[], [null], [], [undefined, 0], []];
  assertEquals(await Array.fromAsync(flatMap(items, (it) => it)), [null, undefined, 0]);
});

test("flatMap() flattens one level", async () => {
  assertEquals(await Array.fromAsync(flatMap([1], () => [[1, [2]]])), [[1, [2]]]);
});

test("flatMap() asks for nothing unasked, and of one source at a time", async () => {
  const { outer, inner, stream } = nested<number>();
  await macrotask();
  assertEquals(outer.pulls, 0);
  const answers = [stream.next(), stream.next()];
  await outer.push("a");
  assertEquals([outer.pulls, inner.pulls], [1, 1]);
  await inner.push(1);
  assertEquals([outer.pulls, inner.pulls], [1, 2]);
  await inner.push(2);
  assertEquals(await Promise.all(answers), [item(1), item(2)]);
  assertEquals([outer.pulls, inner.pulls, inner.mostPending], [1, 2, 1]);
  const last = stream.next();
  await inner.end();
  assertEquals([outer.pulls, inner.pulls], [2, 3]);
  await outer.end();
  assertEquals([await last, await stream.next()], [END, END]);
  assertEquals([outer.closes, inner.closes], [0, 0]);
});

test("flatMap() does not close what has ended", async () => {
  const inner: ReadySource<number>[] = [];
  const outer = new ReadySource("ab");
  const stream = flatMap(outer, () => inner[inner.push(new ReadySource([1])) - 1] ?? []);
  assertEquals(await Array.fromAsync(stream), [1, 1]);
  assertEquals([outer.closes, ...inner.map(({ closes }) => closes)], [0, 0, 0]);
});

test("flatMap() left between two items closes the inner one first, and waits for both", async () => {
  const { outer, inner, log, stream } = nested<number>();
  const first = stream.next();
  await outer.push("a");
  await inner.push(1);
  await first;
  const [closedInner, closedOuter] = [gate(), gate()];
  inner.onReturn = () => (log.push("inner"), closedInner.promise);
  outer.onReturn = () => (log.push("outer"), closedOuter.promise);
  let left = false;
  const leaving = stream.return?.().then((answer) => (left = true, answer));
  // Both at once.
  assertEquals(log, ["inner", "outer"]);
  closedOuter.resolve();
  await macrotask();
  assertEquals(left, false);
  closedInner.resolve();
  assertEquals([await leaving, await stream.next()], [END, END]);
  assertEquals([outer.closes, inner.closes], [1, 1]);
});

test("flatMap() left while the inner one is parked closes both at once", async () => {
  const { outer, inner, log, stream } = nested<Disposable>();
  inner.onReturn = () => (log.push("inner"), never());
  const waiting = [stream.next(), stream.next()];
  await outer.push("a");
  const leaving = stream.return?.();
  assertEquals(log, ["inner", "outer"]);
  assertEquals([await leaving, ...await Promise.all(waiting)], [END, END, END]);
  const late = new Disposable();
  await inner.push(late);
  assertEquals([late.disposals, outer.pulls, inner.pulls], [1, 1, 1]);
});

test("flatMap() left while the inner one is parked waits for the source to be closed", async () => {
  const { outer, inner, stream } = nested<number>();
  const closed = gate();
  outer.onReturn = () => closed.promise;
  const waiting = stream.next();
  await outer.push("a");
  const leaving = stream.return?.() ?? never();
  assertEquals(await outcome(leaving), "pending");
  closed.resolve();
  assertEquals([await leaving, await waiting], [END, END]);
  // The end of what was being read does not lead back to the source.
  await inner.end();
  assertEquals([outer.pulls, inner.pulls], [1, 1]);
});

test("flatMap() left while the source is parked closes it, and disposes of a late item", async () => {
  const outer = new ManualSource<Disposable>();
  outer.onReturn = never;
  let calls = 0;
  const stream = flatMap(outer, () => [calls++]);
  const waiting = stream.next();
  assertEquals([await stream.return?.(), await waiting, outer.closes], [END, END, 1]);
  const late = new Disposable();
  await outer.push(late);
  assertEquals([late.disposals, calls, outer.pulls, outer.closes], [1, 0, 1, 1]);
});

test("flatMap() left while the function is busy closes what that comes up with", async () => {
  const made = gate<ReadySource<number>>();
  const outer = new ReadySource("ab");
  const stream = flatMap(outer, () => made.promise);
  const waiting = stream.next();
  await macrotask();
  assertEquals([await stream.return?.(), await waiting, outer.closes], [END, END, 1]);
  const late = new ReadySource([1]);
  made.resolve(late);
  await macrotask();
  assertEquals([late.pulls, late.closes, outer.closes], [0, 1, 1]);
});

test("flatMap() left while the function is busy does not mind its failure", async () => {
  const made = gate<number[]>();
  const stream = flatMap("ab", () => made.promise);
  const waiting = stream.next();
  await macrotask();
  await stream.return?.();
  made.reject(error);
  assertEquals([await waiting, await stream.next()], [END, END]);
});

test("flatMap() left before the first next() closes the source", async () => {
  const outer = new ReadySource("a");
  const stream = flatMap(outer, () => [1]);
  assertEquals([await stream.return?.(), await stream.return?.()], [END, END]);
  assertEquals([await stream.next(), outer.pulls, outer.closes], [END, 0, 1]);
});

test("flatMap() left rejects with what closing throws, the inner one's first", async () => {
  const { outer, inner, stream } = nested<number>();
  const first = stream.next();
  await outer.push("a");
  await inner.push(1);
  await first;
  const closed = gate();
  inner.onReturn = () => Promise.reject(error);
  outer.onReturn = () => closed.promise;
  const leaving = reasonOf(stream.return?.() ?? never());
  assertEquals(await outcome(leaving), "pending");
  closed.reject(new Error("also"));
  assertStrictEquals(await leaving, error);
  assertEquals([inner.closes, outer.closes, await stream.next()], [1, 1, END]);
});

test("flatMap() closes the source and fails when the function fails", async () => {
  const reject = () => Promise.reject(error);
  const raise = () => {
    throw error;
  };
  for (const fail of [reject, raise]) {
    const outer = new ReadySource("ab");
    const stream = flatMap(outer, fail);
    assertStrictEquals(await reasonOf(stream.next()), error);
    assertEquals([await stream.next(), outer.pulls, outer.closes], [END, 1, 1]);
  }
});

test("flatMap() closes the source, not the inner one, when the inner one fails", async () => {
  const { outer, inner, log, stream } = nested<number>();
  const closed = gate();
  outer.onReturn = () => (log.push("outer"), closed.promise);
  const waiting = reasonOf(stream.next());
  await outer.push("a");
  await inner.fail(error);
  assertEquals(await outcome(waiting), "pending");
  closed.reject(new Error("also"));
  assertStrictEquals(await waiting, error);
  assertEquals([log, await stream.next(), outer.pulls], [["outer"], END, 1]);
});

test("flatMap() fails when the source fails, and closes nothing", async () => {
  const { outer, inner, log, stream } = nested<number>();
  const waiting = reasonOf(stream.next());
  await outer.push("a");
  await inner.end();
  await outer.fail(error);
  assertStrictEquals(await waiting, error);
  assertEquals([log, await stream.next(), outer.pulls], [[], END, 2]);
});

test("flatMap() fails with a TypeError for what cannot be read, strings included", async () => {
  for (const made of ["text", "", 1, null, undefined, {}, { next: never }]) {
    for (const bad of [made, Promise.resolve(made)]) {
      const outer = new ReadySource("ab");
      const stream = flatMap(outer, () => bad as unknown as number[]);
      const reason = await reasonOf(stream.next());
      assertInstanceOf(reason, TypeError);
      assertEquals(reason.message.startsWith("Cannot flat map: "), true);
      assertEquals([await stream.next(), outer.pulls, outer.closes], [END, 1, 1]);
    }
  }
  const named = await reasonOf(flatMap("a", () => "text" as unknown as string[]).next());
  const text = 'TypeError: Cannot flat map: a string is not taken apart, got "text"';
  assertEquals(String(named), text);
});

test("flatMap() fails when next() answers no object, of the source or of the inner one", async () => {
  const bad = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(1) }) };
  const broken = bad as unknown as AsyncIterable<number>;
  assertInstanceOf(await reasonOf(flatMap(broken, () => [1]).next()), TypeError);
  const outer = new ReadySource("ab");
  assertInstanceOf(await reasonOf(flatMap(outer, () => broken).next()), TypeError);
  assertEquals(outer.closes, 1);
});

test("flatMap() that finds nothing in an endless source starves no timer", async () => {
  const outer = new ReadySource(naturals());
  const stream = flatMap(outer, () => []);
  const waiting = stream.next();
  await macrotask();
  await stream.return?.();
  assertEquals([await waiting, outer.closes], [END, 1]);
});

test("flatMap() refuses a bad function or source", () => {
  const outer = new ReadySource("a");
  const bad = () => flatMap(outer, 1 as unknown as () => number[]);
  assertThrows(bad, TypeError, "Cannot flat map: expected a function, got 1");
  assertEquals([outer.pulls, outer.closes], [0, 1]);
  const none = () => flatMap(1 as unknown as number[], () => [1]);
  assertThrows(none, TypeError, "Cannot flat map: the source must be iterable, got 1");
});
