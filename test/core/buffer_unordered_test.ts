import { assert, assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { bufferUnordered } from "../../core/buffer_unordered.ts";
import {
  type Gate,
  gate,
  item,
  macrotask,
  ManualSource,
  naturals,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

/** A stream over 0, 1, 2 …, at most three at once, whose results the test settles. */
function running() {
  const gates: Gate<string>[] = [];
  const source = new ReadySource(naturals());
  const stream = bufferUnordered(source, (n) => (gates[n] = gate<string>()).promise, { limit: 3 });
  const resolve = (n: number): Promise<void> => {
    const result = gates[n];
    assert(result);
    result.resolve(`${n}`);
    return macrotask();
  };
  return { gates, source, stream, resolve };
}

test("bufferUnordered() hands out results as they are ready", async () => {
  const { stream, resolve } = running();
  const answers = [stream.next(), stream.next(), stream.next()];
  await macrotask();
  await resolve(2);
  assertEquals(await answers[0], item("2"));
  await resolve(0);
  await resolve(1);
  assertEquals(await Promise.all(answers), [item("2"), item("0"), item("1")]);
  await stream.return?.();
});

test("bufferUnordered() is not held up by a slow first item, which keeps its place", async () => {
  const { gates, source, stream, resolve } = running();
  for (let n = 1; n < 10; n++) {
    const waiting = stream.next();
    await macrotask();
    assertEquals([gates.length, source.pulls], [Math.max(3, n + 2), Math.max(3, n + 2)]);
    await resolve(n);
    assertEquals(await waiting, item(`${n}`));
  }
  await stream.return?.();
});

test("bufferUnordered() keeps results in the order of their being ready", async () => {
  const { stream, resolve } = running();
  const first = stream.next();
  await macrotask();
  for (const n of [1, 2, 0]) await resolve(n);
  const rest = [await stream.next(), await stream.next()];
  assertEquals([await first, ...rest], [item("1"), item("2"), item("0")]);
  await stream.return?.();
});

test("bufferUnordered() starts nothing while as many as the limit wait to be taken", async () => {
  const { gates, stream, resolve } = running();
  const first = stream.next();
  await macrotask();
  for (const n of [1, 2, 0]) await resolve(n);
  await first;
  // Two wait. One of them answers this, so that nobody waits.
  assertEquals([await stream.next(), gates.length], [item("2"), 3]);
  const answers = [stream.next(), stream.next()];
  await macrotask();
  assertEquals([await answers[0], gates.length], [item("0"), 6]);
  await stream.return?.();
  await answers[1];
});

test("bufferUnordered() gives the function the item and a signal", async () => {
  const given: unknown[] = [];
  const results = await Array.fromAsync(bufferUnordered("ab", (letter, { signal }) => {
    given.push(letter, signal instanceof AbortSignal);
    return letter;
  }));
  assertEquals([results, given], [["a", "b"], ["a", true, "b", true]]);
});

for (const limit of [1, 2, 64]) {
  test(`bufferUnordered() runs ${limit} at once with a limit of ${limit}`, async () => {
    let [now, most] = [0, 0];
    const results = await Array.fromAsync(
      bufferUnordered(Array.from({ length: 200 }, (_, n) => n), async (n) => {
        most = Math.max(most, ++now);
        await macrotask();
        now--;
        return n;
      }, { limit }),
    );
    assertEquals([results.length, new Set(results).size, most], [200, 200, limit]);
  });
}

for (const limit of [Infinity, null, undefined]) {
  test(`bufferUnordered() has no limit with ${limit}`, async () => {
    const gates: Gate<number>[] = [];
    const source = new ManualSource<number>();
    const stream = bufferUnordered(source, (n) => (gates[n] = gate<number>()).promise, { limit });
    const first = stream.next();
    for (let n = 0; n < 100; n++) await source.push(n);
    assertEquals(gates.length, 100);
    gates[0]?.resolve(0);
    assertEquals(await first, item(0));
    await stream.return?.();
  });
}

test("bufferUnordered() takes no options at all", async () => {
  assertEquals(await Array.fromAsync(bufferUnordered([1, 2], (n) => n)), [1, 2]);
  assertEquals(await Array.fromAsync(bufferUnordered([1, 2], (n) => n, {})), [1, 2]);
});

test("bufferUnordered() refuses a bad limit, and closes the source", () => {
  for (const limit of [0, -1, 1.5, NaN, "2", 3n]) {
    const source = new ReadySource([1]);
    const text = "Cannot buffer: limit must be a positive integer, Infinity or null, got";
    assertThrows(
      () => bufferUnordered(source, (n) => n, { limit: limit as number }),
      RangeError,
      text,
    );
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
});

test("bufferUnordered() refuses a bad function, signal or source", () => {
  const source = new ReadySource([1]);
  const bad = () => bufferUnordered(source, 1 as unknown as () => number);
  assertThrows(bad, TypeError, "Cannot buffer: expected a function, got 1");
  assertEquals([source.pulls, source.closes], [0, 1]);
  const signal = {} as unknown as AbortSignal;
  const text = "Cannot buffer: signal must be an AbortSignal, got an object";
  assertThrows(() => bufferUnordered(source, (n) => n, { signal }), TypeError, text);
  assertEquals([source.pulls, source.closes], [0, 2]);
  const none = () => bufferUnordered(1 as unknown as number[], (n) => n);
  assertThrows(none, TypeError, "Cannot buffer: the source must be iterable, got 1");
});

test("bufferUnordered() passes its signal on: an abort fails the stream", async () => {
  const stop = new AbortController();
  const stream = bufferUnordered(new ManualSource<number>(), (n) => n, { signal: stop.signal });
  const waiting = reasonOf(stream.next());
  stop.abort(error);
  assertStrictEquals(await waiting, error);
});
