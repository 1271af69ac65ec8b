import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { chunks } from "../../core/chunks.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import {
  Disposable,
  END,
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

/** A stream of chunks of `size`, gathered for 100 ms at most. */
function timed<T>(size: number) {
  const timers = new FakeTimers();
  const source = new ManualSource<T>();
  return { timers, source, stream: chunks(source, size, { timeout: 100, timers }) };
}

test("chunks() hands out arrays of a size, the last one shorter", async () => {
  const cases: [number, number[][]][] = [
    [1, [[1], [2], [3], [4]]],
    [2, [[1, 2], [3, 4]]],
    [3, [[1, 2, 3], [4]]],
    [5, [[1, 2, 3, 4]]],
    [Number.MAX_SAFE_INTEGER, [[1, 2, 3, 4]]],
  ];
  for (const [size, all] of cases) {
    assertEquals(await Array.fromAsync(chunks([1, 2, 3, 4], size)), all);
  }
  assertEquals(await Array.fromAsync(chunks([], 2)), []);
});

test("chunks() takes null and undefined for items", async () => {
  const all = await Array.fromAsync(chunks([null, undefined, null], 2));
  assertEquals(all, [[null, undefined], [null]]);
});

test("chunks() hands out an array of its own each time", async () => {
  const stream = chunks([1, 2], 1);
  const first = await stream.next();
  await stream.next();
  assertEquals(first, item([1]));
});

test("chunks() asks for nothing unasked, and one item at a time", async () => {
  const source = new ManualSource<number>();
  const stream = chunks(source, 2);
  await macrotask();
  assertEquals(source.pulls, 0);
  const waiting = stream.next();
  await source.push(1);
  assertEquals(await outcome(waiting), "pending");
  await source.push(2);
  assertEquals([await waiting, source.pulls, source.mostPending], [item([1, 2]), 2, 1]);
  await macrotask();
  assertEquals(source.pulls, 2);
  await stream.return?.();
});

test("chunks() answers several next() in their order", async () => {
  const stream = chunks(new ReadySource([1, 2, 3]), 2);
  const answers = [stream.next(), stream.next(), stream.next(), stream.next()];
  assertEquals(await Promise.all(answers), [item([1, 2]), item([3]), END, END]);
});

test("chunks() does not close a source that has ended", async () => {
  const source = new ReadySource([1, 2, 3]);
  const stream = chunks(source, 2);
  await Array.fromAsync(stream);
  assertEquals([await stream.next(), await stream.return?.(), source.closes], [END, END, 0]);
});

test("chunks() hands out what was gathered before a failure of the source", async () => {
  const source = new ManualSource<number>();
  const stream = chunks(source, 3);
  const waiting = stream.next();
  await source.push(1);
  await source.fail(error);
  assertEquals(await waiting, item([1]));
  assertStrictEquals(await reasonOf(stream.next()), error);
  assertEquals([await stream.next(), source.pulls, source.closes], [END, 2, 0]);
});

test("chunks() fails at once when nothing was gathered", async () => {
  const source = new ManualSource<number>();
  const stream = chunks(source, 3);
  const [first, second] = [reasonOf(stream.next()), stream.next()];
  await source.fail(error);
  assertStrictEquals(await first, error);
  assertEquals([await second, await stream.next()], [END, END]);
});

test("chunks() gives those in line what was gathered, the failure and the end", async () => {
  const source = new ManualSource<number>();
  const stream = chunks(source, 3);
  const [first, second, third] = [stream.next(), reasonOf(stream.next()), stream.next()];
  await source.push(1);
  await source.fail(error);
  assertEquals([await first, await second, await third], [item([1]), error, END]);
});

test("chunks() fails when next() answers no object", async () => {
  const bad = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(1) }) };
  const reason = await reasonOf(chunks(bad as unknown as AsyncIterable<number>, 2).next());
  assertEquals(reason instanceof TypeError, true);
});

test("chunks() left while parked closes the source, and disposes of what was gathered", async () => {
  const { timers, source, stream } = timed<Disposable>(3);
  source.onReturn = never;
  const waiting = stream.next();
  const [gathered, late] = [new Disposable(), new Disposable()];
  await source.push(gathered);
  assertEquals(timers.armed, 1);
  assertEquals([await stream.return?.(), await waiting], [END, END]);
  assertEquals([gathered.disposals, source.closes, timers.armed], [1, 1, 0]);
  await source.push(late);
  assertEquals([late.disposals, source.pulls, await stream.next()], [1, 2, END]);
});

test("chunks() left while parked does not mind a late failure of the source", async () => {
  const source = new ManualSource<number>();
  const stream = chunks(source, 2);
  const waiting = stream.next();
  await macrotask();
  assertEquals([await stream.return?.(), await waiting], [END, END]);
  await source.fail(error);
  assertEquals(await stream.next(), END);
});

test("chunks() left between two chunks waits for the source to be closed", async () => {
  const source = new ManualSource<number>();
  const stream = chunks(source, 1);
  const first = stream.next();
  await source.push(1);
  await first;
  source.onReturn = () => Promise.reject(error);
  assertStrictEquals(await reasonOf(stream.return?.() ?? never()), error);
  assertEquals([await stream.next(), source.closes], [END, 1]);
});

test("chunks() with a timeout hands out a shorter one, that long after its first item", async () => {
  const { timers, source, stream } = timed<number>(3);
  const waiting = stream.next();
  await macrotask();
  // No item, no time.
  assertEquals(timers.armed, 0);
  timers.advance(1_000);
  await source.push(1);
  timers.advance(60);
  await source.push(2);
  // Since the first item, not since the last one.
  assertEquals([timers.armed, timers.next], [1, 40]);
  timers.advance(39);
  assertEquals(await outcome(waiting), "pending");
  timers.advance(1);
  assertEquals([await waiting, timers.armed], [item([1, 2]), 0]);
  await stream.return?.();
});

test("chunks() with a timeout loses nothing: the source stays asked", async () => {
  const { timers, source, stream } = timed<number>(2);
  const first = stream.next();
  await source.push(1);
  timers.advance(100);
  assertEquals(await first, item([1]));
  // Arrives while nobody waits, and begins the next chunk, and its time.
  await source.push(2);
  assertEquals([source.pulls, timers.next], [2, 100]);
  const second = stream.next();
  await macrotask();
  assertEquals([source.pulls, source.mostPending], [3, 1]);
  await source.push(3);
  assertEquals([await second, timers.armed], [item([2, 3]), 0]);
  await stream.return?.();
});

test("chunks() with a timeout keeps a chunk that is due until it is asked for", async () => {
  const { timers, source, stream } = timed<number>(3);
  const first = stream.next();
  await source.push(1);
  timers.advance(100);
  await first;
  await source.push(2);
  timers.advance(100);
  assertEquals([timers.armed, source.pulls], [0, 2]);
  assertEquals([await stream.next(), source.pulls], [item([2]), 2]);
  const last = stream.next();
  await source.end();
  assertEquals([await last, timers.armed], [END, 0]);
});

test("chunks() with a timeout keeps a full chunk that nobody waits for, without a timer", async () => {
  const { timers, source, stream } = timed<number>(1);
  const answers = [stream.next(), stream.next()];
  await source.push(1);
  await source.push(2);
  assertEquals([await Promise.all(answers), timers.armed], [[item([1]), item([2])], 0]);

  const two = timed<number>(2);
  const first = two.stream.next();
  await two.source.push(1);
  two.timers.advance(100);
  await first;
  const second = two.stream.next();
  await two.source.push(2);
  two.timers.advance(100);
  assertEquals([await second, two.timers.armed], [item([2]), 0]);
  // The one that stayed asked fills no chunk beyond its size.
  await two.source.push(3);
  assertEquals([two.source.pulls, two.timers.armed], [3, 1]);
  two.timers.advance(100);
  assertEquals(await two.stream.next(), item([3]));
  await Promise.all([stream.return?.(), two.stream.return?.()]);
});

test("chunks() with a timeout hands out the last chunk after the end, and clears", async () => {
  for (const failed of [false, true]) {
    const { timers, source, stream } = timed<Disposable>(3);
    const first = stream.next();
    await source.push(new Disposable());
    timers.advance(100);
    await first;
    // The source stays asked: an item, then its end, while nobody waits.
    const last = new Disposable();
    await source.push(last);
    const second = stream.next();
    await (failed ? source.fail(error) : source.end());
    assertEquals([await second, timers.armed], [item([last]), 0]);
    const after = stream.next().then((answer) => answer, (reason) => reason);
    assertEquals([await after, await stream.next()], [failed ? error : END, END]);
    assertEquals([last.disposals, source.closes], [0, 0]);
  }
});

test("chunks() disposes of a due chunk that nobody takes", async () => {
  const { timers, source, stream } = timed<Disposable>(3);
  const first = stream.next();
  await source.push(new Disposable());
  timers.advance(100);
  await first;
  const untaken = new Disposable();
  await source.push(untaken);
  timers.advance(100);
  assertEquals([await stream.return?.(), await stream.next()], [END, END]);
  assertEquals([untaken.disposals, source.closes, timers.armed], [1, 1, 0]);
});

test("chunks() of Infinity or no timeout arms no timer", async () => {
  for (const timeout of [Infinity, undefined]) {
    const timers = new FakeTimers();
    const source = new ManualSource<number>();
    const stream = chunks(source, 2, { timeout, timers });
    const waiting = stream.next();
    await source.push(1);
    assertEquals(timers.armed, 0);
    await stream.return?.();
    await waiting;
  }
});

test("chunks() uses the platform's clock by default", async () => {
  const source = new ManualSource<number>();
  const stream = chunks(source, 2, { timeout: 1 });
  const waiting = stream.next();
  await source.push(1);
  assertEquals(await waiting, item([1]));
  await stream.return?.();
});

test("chunks() of an endless source starves no timer while it gathers", async () => {
  const source = new ReadySource(naturals());
  const stream = chunks(source, Number.MAX_SAFE_INTEGER);
  const waiting = stream.next();
  await macrotask();
  await stream.return?.();
  assertEquals([await waiting, source.closes], [END, 1]);
  const large = await chunks(new ReadySource(naturals()), 2_000).next();
  assertEquals(large.value?.length, 2_000);
});

test("chunks() refuses a bad size or timeout, and closes the source", () => {
  for (const size of [0, -1, 1.5, NaN, Infinity, "2", null, undefined]) {
    const source = new ReadySource([1]);
    const text = "Cannot make chunks: size must be a positive integer, got";
    assertThrows(() => chunks(source, size as number), RangeError, text);
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
  for (const timeout of [0, -1, NaN, "2", null]) {
    const source = new ReadySource([1]);
    const text = "Cannot make chunks: timeout must be a positive number of at most 2147483647";
    assertThrows(() => chunks(source, 1, { timeout: timeout as number }), RangeError, text);
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
});

test("chunks() refuses what cannot be iterated", () => {
  const call = () => chunks(1 as unknown as number[], 1);
  assertThrows(call, TypeError, "Cannot make chunks: the source must be iterable, got 1");
});
