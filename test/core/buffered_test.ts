import { assert, assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { buffered } from "../../core/buffered.ts";
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
  const stream = buffered(source, (n) => (gates[n] = gate<string>()).promise, { limit: 3 });
  const resolve = (n: number): Promise<void> => {
    const result = gates[n];
    assert(result);
    result.resolve(`${n}`);
    return macrotask();
  };
  return { gates, source, stream, resolve };
}

test("buffered() hands out results in the order of the source", async () => {
  const { stream, resolve } = running();
  const answers = [stream.next(), stream.next(), stream.next()];
  await macrotask();
  const order: number[] = [];
  answers.forEach((answer, index) => void answer.then(() => order.push(index)));
  await resolve(2);
  await resolve(1);
  assertEquals(order, []);
  await resolve(0);
  assertEquals(await Promise.all(answers), [item("0"), item("1"), item("2")]);
  assertEquals(order, [0, 1, 2]);
  await stream.return?.();
});

test("buffered() is held up by a slow first item, and starts nothing beyond its limit", async () => {
  const { gates, source, stream, resolve } = running();
  const first = stream.next();
  await macrotask();
  await resolve(1);
  await resolve(2);
  assertEquals([gates.length, source.pulls], [3, 3]);
  await resolve(0);
  assertEquals([await first, gates.length], [item("0"), 3]);
  // The next ones are ready: nothing has to be started for them.
  assertEquals([await stream.next(), await stream.next(), gates.length], [item("1"), item("2"), 3]);
  const next = stream.next();
  await macrotask();
  assertEquals(gates.length, 6);
  await resolve(3);
  assertEquals(await next, item("3"));
  await stream.return?.();
});

test("buffered() fails at once, also while an earlier result is in the making", async () => {
  const { gates, source, stream, resolve } = running();
  const first = stream.next();
  await macrotask();
  await resolve(1);
  gates[2]?.reject(error);
  await macrotask();
  assertEquals(source.closes, 1);
  await resolve(0);
  assertStrictEquals(await reasonOf(first), error);
});

test("buffered() gives the function the item and a signal", async () => {
  const given: unknown[] = [];
  const results = await Array.fromAsync(buffered("ab", (letter, { signal }) => {
    given.push(letter, signal instanceof AbortSignal);
    return letter;
  }));
  assertEquals([results, given], [["a", "b"], ["a", true, "b", true]]);
});

for (const limit of [1, 2, 64]) {
  test(`buffered() runs ${limit} at once with a limit of ${limit}`, async () => {
    let [now, most] = [0, 0];
    const results = await Array.fromAsync(
      buffered(Array.from({ length: 200 }, (_, n) => n), async (n) => {
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
  test(`buffered() has no limit with ${limit}`, async () => {
    const gates: Gate<number>[] = [];
    const source = new ManualSource<number>();
    const stream = buffered(source, (n) => (gates[n] = gate<number>()).promise, { limit });
    const first = stream.next();
    for (let n = 0; n < 100; n++) await source.push(n);
    assertEquals(gates.length, 100);
    gates[0]?.resolve(0);
    assertEquals(await first, item(0));
    await stream.return?.();
  });
}

test("buffered() takes no options at all", async () => {
  assertEquals(await Array.fromAsync(buffered([1, 2], (n) => n)), [1, 2]);
  assertEquals(await Array.fromAsync(buffered([1, 2], (n) => n, {})), [1, 2]);
});

test("buffered() refuses a bad limit, and closes the source", () => {
  for (const limit of [0, -1, 1.5, NaN, "2", 3n]) {
    const source = new ReadySource([1]);
    const text = "Cannot buffer: limit must be a positive integer, Infinity or null, got";
    assertThrows(() => buffered(source, (n) => n, { limit: limit as number }), RangeError, text);
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
});

test("buffered() refuses a bad function, signal or source", () => {
  const source = new ReadySource([1]);
  const bad = () => buffered(source, 1 as unknown as () => number);
  assertThrows(bad, TypeError, "Cannot buffer: expected a function, got 1");
  assertEquals([source.pulls, source.closes], [0, 1]);
  const signal = {} as unknown as AbortSignal;
  const text = "Cannot buffer: signal must be an AbortSignal, got an object";
  assertThrows(() => buffered(source, (n) => n, { signal }), TypeError, text);
  assertEquals([source.pulls, source.closes], [0, 2]);
  const none = () => buffered(1 as unknown as number[], (n) => n);
  assertThrows(none, TypeError, "Cannot buffer: the source must be iterable, got 1");
});

test("buffered() passes its signal on: an abort fails the stream", async () => {
  const stop = new AbortController();
  const stream = buffered(new ManualSource<number>(), (n) => n, { signal: stop.signal });
  const waiting = reasonOf(stream.next());
  stop.abort(error);
  assertStrictEquals(await waiting, error);
});
