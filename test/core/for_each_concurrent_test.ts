import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "#assert";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import type { Source } from "../../core/source.ts";
import {
  type Gate,
  gate,
  macrotask,
  ManualSource,
  microtasks,
  naturals,
  never,
  outcome,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** The items that a handler was given, in order. */
async function seen<T>(source: Source<T>): Promise<T[]> {
  const items: T[] = [];
  await forEachConcurrent(source, (item) => void items.push(item));
  return items;
}

/** A handler that waits at a gate for each item. */
function gated<T>(): { started: T[]; gates: Gate<void>[]; handle: (item: T) => Promise<void> } {
  const started: T[] = [];
  const gates: Gate<void>[] = [];
  const handle = (item: T): Promise<void> => {
    started.push(item);
    const opened = gate();
    gates.push(opened);
    return opened.promise;
  };
  return { started, gates, handle };
}

// What it takes

test("forEachConcurrent() takes an array", async () => {
  assertEquals(await seen([1, 2, 3]), [1, 2, 3]);
});

test("forEachConcurrent() takes an empty source", async () => {
  assertEquals(await seen([]), []);
  assertEquals(await seen(new Set<number>()), []);
});

test("forEachConcurrent() takes a string, by code points", async () => {
  assertEquals(await seen("a💡b"), ["a", "💡", "b"]);
});

test("forEachConcurrent() takes Map, Set and array-likes that can be iterated", async () => {
  assertEquals(await seen(new Map([["a", 1]])), [["a", 1]]);
  assertEquals(await seen(new Set([1, 2])), [1, 2]);
  assertEquals(await seen(new Uint8Array([7, 8])), [7, 8]);
});

test("forEachConcurrent() takes a generator and an async generator", async () => {
  assertEquals(
    await seen((function* () {
      yield* [1, 2];
    })()),
    [1, 2],
  );
  assertEquals(
    await seen((async function* () {
      yield 1;
      await macrotask();
      yield 2;
    })()),
    [1, 2],
  );
});

test("forEachConcurrent() takes a ReadableStream", async () => {
  const stream = new ReadableStream<number>({
    start(controller) {
      controller.enqueue(1);
      controller.enqueue(2);
      controller.close();
    },
  });
  assertEquals(await seen(stream), [1, 2]);
});

test("forEachConcurrent() prefers the async iterator of a source that has both", async () => {
  const both = {
    [Symbol.iterator]: () => ["sync"].values(),
    [Symbol.asyncIterator]: () => new ReadySource(["async"]),
  };
  assertEquals(await seen(both), ["async"]);
});

test("forEachConcurrent() passes null, undefined, 0 and false on as items", async () => {
  assertEquals(await seen([null, undefined, 0, false, ""]), [null, undefined, 0, false, ""]);
  assertEquals(await seen(new ReadySource([null, undefined, 0])), [null, undefined, 0]);
});

test("forEachConcurrent() awaits the promised values of a sync iterable one by one", async () => {
  const [first, second] = [gate<string>(), gate<string>()];
  const items: string[] = [];
  const done = forEachConcurrent([first.promise, second.promise], (item) => void items.push(item));
  second.resolve("b");
  await macrotask();
  assertEquals(items, []);
  first.resolve("a");
  await done;
  assertEquals(items, ["a", "b"]);
});

test("forEachConcurrent() does not await what an async iterator hands out", async () => {
  const item = Promise.resolve(1);
  let given: unknown;
  await forEachConcurrent(new ReadySource([item]), (it) => void (given = it));
  assertStrictEquals(given, item);
});

test("forEachConcurrent() refuses what cannot be iterated", async () => {
  for (const source of [undefined, null, 1, true, {}, () => 1, Symbol("s")]) {
    const call = () => forEachConcurrent(source as unknown as number[], () => 0);
    await assertRejects(call, TypeError, "Cannot run for each item: the source must be iterable");
  }
});

test("forEachConcurrent() refuses an iterator that is none", async () => {
  for (const bad of [undefined, null, 1]) {
    const sync = { [Symbol.iterator]: () => bad } as unknown as Iterable<number>;
    const async = { [Symbol.asyncIterator]: () => bad } as unknown as AsyncIterable<number>;
    await assertRejects(() => forEachConcurrent(sync, () => 0), TypeError, "iterator must be");
    await assertRejects(() => forEachConcurrent(async, () => 0), TypeError, "iterator must be");
  }
});

test("forEachConcurrent() rejects with what opening the source throws", async () => {
  const error = new Error("no");
  const source = {
    [Symbol.asyncIterator]: () => {
      throw error;
    },
  };
  assertStrictEquals(await reasonOf(forEachConcurrent(source, () => 0)), error);
});

test("forEachConcurrent() refuses a handler that is no function, and closes the source", async () => {
  for (const each of [undefined, null, 1, {}, "f"]) {
    const source = new ReadySource([1]);
    const call = () => forEachConcurrent(source, each as unknown as () => void);
    await assertRejects(call, TypeError, "Cannot run for each item: expected a function, got");
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
});

test("forEachConcurrent() refuses an onError that is no function, and closes the source", async () => {
  const source = new ReadySource([1]);
  const onError = "log" as unknown as () => void;
  await assertRejects(() => forEachConcurrent(source, () => 0, { onError }), TypeError, '"log"');
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("forEachConcurrent() refuses a signal that is none, and closes the source", async () => {
  const source = new ReadySource([1]);
  const signal = { aborted: false } as unknown as AbortSignal;
  const call = () => forEachConcurrent(source, () => 0, { signal });
  await assertRejects(call, TypeError, "signal must be an AbortSignal, got an object");
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("forEachConcurrent() takes empty and undefined options", async () => {
  await forEachConcurrent([1], () => 0, {});
  await forEachConcurrent([1], () => 0, undefined);
  const none = { limit: undefined, signal: undefined, onError: undefined };
  await forEachConcurrent([1], () => 0, none);
});

test("forEachConcurrent() resolves to undefined, whatever the handlers return", async () => {
  assertStrictEquals(await forEachConcurrent([1], () => Promise.resolve(7)), undefined);
  assertStrictEquals(await forEachConcurrent([1], () => 7), undefined);
});

// Limits

for (const limit of [0, -0, -1, 1.5, NaN, -Infinity, 2 ** 53, "2", true, {}, 3n]) {
  const shown = typeof limit === "string"
    ? `"${limit}"`
    : Object.is(limit, -0)
    ? "-0"
    : String(limit);
  test(`forEachConcurrent() refuses a limit of ${shown} (${typeof limit})`, async () => {
    const source = new ReadySource([1]);
    const promise = forEachConcurrent(source, () => 0, { limit: limit as number });
    const error = await reasonOf(promise);
    assertInstanceOf(error, RangeError);
    assert(error.message.startsWith("Cannot run for each item: limit must be a positive integer"));
    assertEquals([source.pulls, source.closes], [0, 1]);
  });
}

test("forEachConcurrent() names the refused limit in the message", async () => {
  for (const [limit, text] of [[0, "got 0"], ["2", 'got "2"'], [NaN, "got NaN"]] as const) {
    await assertRejects(
      () => forEachConcurrent([], () => 0, { limit: limit as 0 }),
      RangeError,
      text,
    );
  }
});

test("forEachConcurrent() reports a refused limit even when closing the source fails", async () => {
  const source = new ManualSource<number>();
  source.onReturn = () => Promise.reject(new Error("also"));
  await assertRejects(() => forEachConcurrent(source, () => 0, { limit: 0 }), RangeError);
  assertEquals(source.closes, 1);
});

test("forEachConcurrent() has closed the source when it refuses a limit", async () => {
  const source = new ManualSource<number>();
  const closing = gate();
  source.onReturn = () => closing.promise;
  const refused = reasonOf(forEachConcurrent(source, () => 0, { limit: 0 }));
  assertEquals([await outcome(refused), source.closes], ["pending", 1]);
  closing.resolve();
  assertInstanceOf(await refused, RangeError);
});

test("forEachConcurrent() refuses a bad limit before it looks at the signal", async () => {
  const signal = AbortSignal.abort();
  await assertRejects(() => forEachConcurrent([], () => 0, { limit: 0, signal }), RangeError);
});

for (const limit of [1, 2, 3, 64]) {
  test(`forEachConcurrent() runs ${limit} handlers at once with a limit of ${limit}`, async () => {
    const { started, gates, handle } = gated<number>();
    const source = new ReadySource(Array.from({ length: 200 }, (_, i) => i));
    const done = forEachConcurrent(source, handle, { limit });
    await macrotask();
    assertEquals(started.length, limit);
    // The limit is the back-pressure: nothing is asked for that could not be started.
    assertEquals(source.pulls, limit);
    for (let i = 0; i < 200; i++) {
      gates[i]?.resolve();
      await microtasks();
      assertEquals(started.length, Math.min(200, limit + i + 1));
    }
    await done;
    assertEquals(started, Array.from({ length: 200 }, (_, i) => i));
  });
}

for (const limit of [Infinity, null, undefined]) {
  test(`forEachConcurrent() has no limit with ${limit}`, async () => {
    const { started, gates, handle } = gated<number>();
    const done = forEachConcurrent(Array.from({ length: 2000 }, (_, i) => i), handle, { limit });
    while (started.length < 2000) await macrotask();
    for (const { resolve } of gates) resolve();
    await done;
  });
}

test("forEachConcurrent() takes the largest safe integer as a limit", async () => {
  await forEachConcurrent([1, 2], () => Promise.resolve(), { limit: Number.MAX_SAFE_INTEGER });
});

test("forEachConcurrent() gives a free place to the next item, whichever handler ends", async () => {
  const { started, gates, handle } = gated<number>();
  const done = forEachConcurrent([0, 1, 2, 3], handle, { limit: 2 });
  await macrotask();
  assertEquals(started, [0, 1]);
  gates[1]?.resolve();
  await macrotask();
  assertEquals(started, [0, 1, 2]);
  gates[2]?.resolve();
  await macrotask();
  assertEquals(started, [0, 1, 2, 3]);
  gates[3]?.resolve();
  await macrotask();
  assertEquals(await outcome(done), "pending");
  gates[0]?.resolve();
  await done;
});

test("forEachConcurrent() holds no place for a handler that returns no promise", async () => {
  const [blocked, items] = [gate(), [] as number[]];
  const done = forEachConcurrent([0, 1, 2, 3], (item) => {
    items.push(item);
    return item === 3 ? blocked.promise : item % 2 === 0 ? item : { not: "thenable", then: 1 };
  }, { limit: 1 });
  await macrotask();
  assertEquals(items, [0, 1, 2, 3]);
  blocked.resolve();
  await done;
});

test("forEachConcurrent() asks on at once when a handler, or onError, returns no promise", async () => {
  const failing = () => {
    throw new Error("every one");
  };
  for (const fails of [false, true]) {
    const source = new ReadySource([0, 1, 2]);
    const pulls: number[] = [];
    // What happens in the next microtask finds the next item asked for.
    const look = () => queueMicrotask(() => pulls.push(source.pulls));
    const onError = fails ? look : undefined;
    await forEachConcurrent(source, fails ? failing : look, { limit: 1, onError });
    assertEquals(pulls, [2, 3, 4]);
  }
});

// Order

test("forEachConcurrent() starts handlers in the order of the source", async () => {
  const { started, gates, handle } = gated<number>();
  const source = new ManualSource<number>();
  const done = forEachConcurrent(source, handle);
  await macrotask();
  for (const item of [5, 3, 9]) await source.push(item);
  assertEquals(started, [5, 3, 9]);
  await source.end();
  for (const { resolve } of gates.reverse()) resolve();
  await done;
});

test("forEachConcurrent() is not held up by a first item that never ends", async () => {
  const items: number[] = [];
  const stop = new AbortController();
  const done = forEachConcurrent([0, 1, 2, 3], async (item, { signal }) => {
    items.push(item);
    if (item === 0) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }, { limit: 2, signal: stop.signal });
  await macrotask();
  assertEquals(items, [0, 1, 2, 3]);
  assertEquals(await outcome(done), "pending");
  stop.abort("enough");
  assertEquals(await reasonOf(done), "enough");
});

test("forEachConcurrent() has one next() outstanding at most", async () => {
  const source = new ManualSource<number>();
  const { gates, handle } = gated<number>();
  const done = forEachConcurrent(source, handle, { limit: 4 });
  await macrotask();
  for (const item of [1, 2, 3]) await source.push(item);
  for (const { resolve } of gates) resolve();
  await macrotask();
  assertEquals([source.mostPending, source.pulls], [1, 4]);
  await source.end();
  await done;
  assertEquals([source.mostPending, source.pulls], [1, 4]);
});

test("forEachConcurrent() asks for the first item in a microtask, not at once", async () => {
  const source = new ManualSource<number>();
  const done = forEachConcurrent(source, () => 0);
  assertEquals(source.pulls, 0);
  await microtasks();
  assertEquals(source.pulls, 1);
  await source.end();
  await done;
});

test("forEachConcurrent() opens the source at once", async () => {
  let opened = 0;
  const source = {
    [Symbol.asyncIterator]: () => {
      opened++;
      return new ReadySource([1]);
    },
  };
  const done = forEachConcurrent(source, () => 0);
  assertEquals(opened, 1);
  await done;
  assertEquals(opened, 1);
});

test("forEachConcurrent() runs eagerly: nobody needs to await it", async () => {
  let items = 0;
  void forEachConcurrent([1, 2], () => void items++);
  await macrotask();
  assertEquals(items, 2);
});

test("forEachConcurrent() resolves when the last handler has ended, not with the source", async () => {
  const { gates, handle } = gated<number>();
  const done = forEachConcurrent([1, 2], handle);
  await macrotask();
  gates[0]?.resolve();
  assertEquals(await outcome(done), "pending");
  gates[1]?.resolve();
  await done;
});

test("forEachConcurrent() resolves when the source ends after the last handler", async () => {
  const source = new ManualSource<number>();
  const done = forEachConcurrent(source, () => Promise.resolve());
  await macrotask();
  await source.push(1);
  assertEquals(await outcome(done), "pending");
  await source.end();
  await done;
  assertEquals(source.closes, 0);
});

test("forEachConcurrent() asks for nothing after the end", async () => {
  const { gates, handle } = gated<number>();
  const source = new ReadySource([1, 2]);
  const done = forEachConcurrent(source, handle);
  await macrotask();
  for (const { resolve } of gates) resolve();
  await done;
  assertEquals([source.pulls, source.closes], [3, 0]);
});

// Several at a time

test("forEachConcurrent() can be used in a handler of itself", async () => {
  const items: string[] = [];
  await forEachConcurrent(["a", "b"], (outer) =>
    forEachConcurrent([1, 2], async (inner) => {
      await Promise.resolve();
      items.push(outer + inner);
    }, { limit: 1 }), { limit: 2 });
  assertEquals(items.sort(), ["a1", "a2", "b1", "b2"]);
});

test("forEachConcurrent() passes a failure of a nested use on as the same error", async () => {
  const error = new Error("inner");
  const nested = forEachConcurrent(
    [1, 2],
    (_, { signal }) =>
      forEachConcurrent([1, 2], async (item) => {
        await Promise.resolve();
        if (item === 2) throw error;
      }, { signal }),
  );
  assertStrictEquals(await reasonOf(nested), error);
});

test("forEachConcurrent() stops nested uses by the item's signal", async () => {
  const error = new Error("first");
  const inner = [new ManualSource<number>(), new ManualSource<number>()];
  const fail = gate();
  const nested = forEachConcurrent([0, 1, 2], async (item, { signal }) => {
    const source = inner[item];
    if (source) return await forEachConcurrent(source, never, { signal });
    await fail.promise;
    throw error;
  });
  await macrotask();
  fail.resolve();
  assertStrictEquals(await reasonOf(nested), error);
  assertEquals(inner.map(({ closes }) => closes), [1, 1]);
});

test("forEachConcurrent() lets two runs share one source", async () => {
  const source = new ReadySource(Array.from({ length: 10 }, (_, i) => i));
  const items: number[] = [];
  const handle = async (item: number) => {
    items.push(item);
    await Promise.resolve();
  };
  await Promise.all([
    forEachConcurrent(source, handle, { limit: 1 }),
    forEachConcurrent(source, handle, { limit: 1 }),
  ]);
  assertEquals(items, Array.from({ length: 10 }, (_, i) => i));
});

test("forEachConcurrent() goes through a million items", async () => {
  let [items, running, most] = [0, 0, 0];
  const source = new ReadySource(naturals());
  const stop = new AbortController();
  const done = forEachConcurrent(source, async () => {
    most = Math.max(most, ++running);
    if (++items === 1_000_000) stop.abort("enough");
    await undefined;
    running--;
  }, { limit: 64, signal: stop.signal });
  assertEquals(await reasonOf(done), "enough");
  assertEquals([items, source.closes], [1_000_000, 1]);
  assert(most <= 64);
  // One that was ready came late, at most.
  assert(source.pulls <= 1_000_001);
});
