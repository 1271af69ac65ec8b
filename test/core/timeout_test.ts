import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "#assert";
import { timeout } from "../../core/timeout.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import {
  Disposable,
  END,
  item,
  macrotask,
  ManualSource,
  never,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

test("timeout() hands out the items that come in time", async () => {
  const timers = new FakeTimers();
  assertEquals(await Array.fromAsync(timeout([1, null, undefined], 5, { timers })), [
    1,
    null,
    undefined,
  ]);
  assertEquals(timers.armed, 0);
});

test("timeout() fails with a TimeoutError when no item comes within the time", async () => {
  const timers = new FakeTimers();
  const source = new ManualSource<number>();
  source.onReturn = never;
  const stream = timeout(source, 100, { timers });
  const waiting = stream.next();
  await macrotask();
  timers.advance(99);
  await macrotask();
  assertEquals([source.closes, timers.armed], [0, 1]);
  timers.advance(1);
  assertEquals(source.closes, 1);
  const reason = await reasonOf(waiting);
  assertInstanceOf(reason, DOMException);
  assertEquals([reason.name, reason.message], [
    "TimeoutError",
    "Cannot wait for the next item: none came within 100 ms",
  ]);
  assertEquals([await stream.next(), source.pulls, source.closes, timers.armed], [END, 1, 1, 0]);
});

test("timeout() measures each item anew, from when it is asked for", async () => {
  const timers = new FakeTimers();
  const source = new ManualSource<number>();
  const stream = timeout(source, 100, { timers });
  assertEquals(timers.armed, 0);
  for (const n of [1, 2, 3]) {
    const waiting = stream.next();
    await macrotask();
    assertEquals(timers.next, 100);
    timers.advance(99);
    await source.push(n);
    assertEquals([await waiting, timers.armed], [item(n), 0]);
    // Nobody asks: no time runs.
    timers.advance(1_000);
  }
  assertEquals(source.closes, 0);
  await stream.return?.();
});

test("timeout() disposes of an item that comes too late", async () => {
  const timers = new FakeTimers();
  const source = new ManualSource<Disposable>();
  const waiting = timeout(source, 1, { timers }).next();
  await macrotask();
  timers.advance(1);
  await reasonOf(waiting);
  const late = new Disposable();
  await source.push(late);
  assertEquals([late.disposals, source.pulls], [1, 1]);
});

test("timeout() answers those in line after a timeout with the end", async () => {
  const timers = new FakeTimers();
  const stream = timeout(new ManualSource<number>(), 1, { timers });
  const [first, second] = [reasonOf(stream.next()), stream.next()];
  await macrotask();
  timers.advance(1);
  assertInstanceOf(await first, DOMException);
  assertEquals(await second, END);
});

test("timeout() clears its timer with the end, a failure and return()", async () => {
  const ends: ((source: ManualSource<number>, stream: AsyncIterator<number>) => unknown)[] = [
    (source) => source.end(),
    (source) => source.fail(error),
    (_, stream) => stream.return?.(),
  ];
  for (const end of ends) {
    const timers = new FakeTimers();
    const source = new ManualSource<number>();
    const stream = timeout(source, 5, { timers });
    const waiting = stream.next().then(() => undefined, (reason) => reason);
    await macrotask();
    assertEquals(timers.armed, 1);
    await end(source, stream);
    assertEquals(timers.armed, 0);
    assertStrictEquals(await waiting, end === ends[1] ? error : undefined);
  }
});

test("timeout() that is left before the first next() arms no timer", async () => {
  const timers = new FakeTimers();
  const source = new ReadySource([1]);
  const stream = timeout(source, 5, { timers });
  await stream.return?.();
  assertEquals([await stream.next(), source.pulls, source.closes, timers.armed], [END, 0, 1, 0]);
});

test("timeout() of Infinity arms no timer", async () => {
  const timers = new FakeTimers();
  const source = new ManualSource<number>();
  const stream = timeout(source, Infinity, { timers });
  const waiting = stream.next();
  await macrotask();
  assertEquals(timers.armed, 0);
  await source.push(1);
  assertEquals(await waiting, item(1));
  await stream.return?.();
  assertEquals(source.closes, 1);
});

test("timeout() uses the platform's clock by default", async () => {
  const source = new ManualSource<number>();
  const reason = await reasonOf(timeout(source, 1).next());
  assert(reason instanceof DOMException && reason.name === "TimeoutError");
  // A timer that is not needed any more holds no process open: the harness looks.
  assertEquals(await Array.fromAsync(timeout([1], 1_000_000)), [1]);
});

test("timeout() refuses a bad time, and closes the source", () => {
  for (const ms of [0, -1, NaN, 2 ** 31, "1", undefined, null]) {
    const source = new ReadySource([1]);
    const text = "Cannot time out: ms must be a positive number of at most 2147483647, or Infinity";
    assertThrows(() => timeout(source, ms as number), RangeError, text);
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
  timeout([1], 2 ** 31 - 1);
});

test("timeout() refuses what cannot be iterated", () => {
  const call = () => timeout(1 as unknown as number[], 1);
  assertThrows(call, TypeError, "Cannot time out: the source must be iterable, got 1");
});
