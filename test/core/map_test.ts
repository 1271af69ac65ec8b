import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { map } from "../../core/map.ts";
import {
  Disposable,
  END,
  gate,
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

test("map() hands out what the function makes of each item", async () => {
  assertEquals(await Array.fromAsync(map([1, 2, 3], (n) => n * 2)), [2, 4, 6]);
  assertEquals(await Array.fromAsync(map("ab", (s) => Promise.resolve(s + s))), ["aa", "bb"]);
});

test("map() gives the item and its position, and nothing else", async () => {
  const given: unknown[] = [];
  await Array.fromAsync(map("ab", (...all) => given.push(all)));
  assertEquals(given, [["a", 0], ["b", 1]]);
});

test("map() hands out null and undefined like other values", async () => {
  const values = [null, undefined, 0, false];
  assertEquals(await Array.fromAsync(map([0, 1, 2, 3], (i) => values[i])), values);
});

test("map() awaits the function before it asks for the next item", async () => {
  const source = new ReadySource(naturals());
  const gates = [gate<string>(), gate<string>()];
  let called = 0;
  const stream = map(source, (n) => {
    called++;
    return gates[n]?.promise;
  });
  const answers = [stream.next(), stream.next()];
  await macrotask();
  assertEquals([source.pulls, called], [1, 1]);
  // The second is known first, and yet comes second.
  gates[1]?.resolve("b");
  await macrotask();
  assertEquals([source.pulls, called], [1, 1]);
  gates[0]?.resolve("a");
  assertEquals((await Promise.all(answers)).map(({ value }) => value), ["a", "b"]);
});

test("map() fails and closes its source when the function throws or rejects", async () => {
  const fails = [
    () => {
      throw error;
    },
    () => Promise.reject(error),
    () => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(error) }),
    () => Object.defineProperty({}, "then", { get: () => fails[0]?.() }),
  ];
  for (const fail of fails) {
    const source = new ReadySource(naturals());
    const stream = map(source, (n) => n === 1 ? fail() as unknown : n);
    assertEquals(await stream.next(), { done: false, value: 0 });
    assertStrictEquals(await reasonOf(stream.next()), error);
    assertEquals([await stream.next(), await stream.return?.()], [END, END]);
    assertEquals([source.pulls, source.closes], [2, 1]);
  }
});

test("map() fails the first next() that waits; the others are done", async () => {
  const stream = map([1, 2, 3], () => Promise.reject(error));
  const answers = [reasonOf(stream.next()), stream.next(), stream.next()];
  assertEquals(await Promise.all(answers), [error, END, END]);
});

test("map() is left while the function is busy: the late value is disposed of", async () => {
  const source = new ManualSource<number>();
  const busy = gate<Disposable>();
  const stream = map(source, () => busy.promise);
  const waiting = stream.next();
  await source.push(1);
  assertEquals(await stream.return?.(), END);
  assertEquals([await waiting, source.closes], [END, 1]);
  const late = new Disposable();
  busy.resolve(late);
  await macrotask();
  assertEquals([late.disposals, source.pulls], [1, 1]);
});

test("map() keeps quiet about a function that fails after the stream was left", async () => {
  const busy = gate();
  const stream = map(new ReadySource([1]), () => busy.promise);
  const waiting = stream.next();
  await macrotask();
  await stream.return?.();
  busy.reject(error);
  assertEquals(await waiting, END);
  await macrotask();
});

test("map() waits for the source's return() before it ends the next() that waits", async () => {
  const source = new ManualSource<number>();
  const closing = gate();
  source.onReturn = () => closing.promise;
  const stream = map(source, never);
  const waiting = stream.next();
  await source.push(1);
  const left = stream.return?.();
  assertEquals([await outcome(waiting), source.closes], ["pending", 1]);
  closing.resolve();
  assertEquals([await waiting, await left], [END, END]);
});

test("map() refuses what is no function, and closes the source", () => {
  const source = new ReadySource([1]);
  const call = () => map(source, 1 as unknown as () => void);
  assertThrows(call, TypeError, "Cannot map: expected a function, got 1");
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("map() refuses what cannot be iterated", () => {
  const call = () => map(1 as unknown as number[], () => 0);
  assertThrows(call, TypeError, "Cannot map: the source must be iterable, got 1");
});
