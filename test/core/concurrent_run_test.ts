import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "#assert";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { collectGarbage } from "../support/garbage.ts";
import {
  countListeners,
  Disposable,
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

const first = new Error("first");
const second = new Error("second");

function thrower(reason: unknown): () => never {
  return () => {
    throw reason;
  };
}

async function rejectLater(reason: unknown): Promise<never> {
  await macrotask();
  throw reason;
}

/** `errors` of the AggregateError that `promise` rejects with; its cause has to be the first. */
async function errorsOf(promise: Promise<unknown>): Promise<unknown[]> {
  const error = await reasonOf(promise);
  assertInstanceOf(error, AggregateError);
  assert(Object.hasOwn(error, "cause"));
  assertStrictEquals(error.cause, error.errors[0]);
  const text =
    `Cannot run for each item: ${error.errors.length} failures, the first one is the cause`;
  assertEquals(error.message, text);
  return error.errors;
}

// One failure

test("forEachConcurrent() rejects with the very error of a handler that rejects", async () => {
  assertStrictEquals(await reasonOf(forEachConcurrent([1], () => rejectLater(first))), first);
});

test("forEachConcurrent() rejects with the very error of a handler that throws", async () => {
  assertStrictEquals(await reasonOf(forEachConcurrent([1], thrower(first))), first);
});

for (
  const reason of [undefined, null, 0, "", "text", false, NaN, Symbol("s"), { not: "an error" }]
) {
  test(`forEachConcurrent() takes ${String(reason)} for an error like any other`, async () => {
    const source = new ReadySource([1, 2, 3]);
    assertStrictEquals(await reasonOf(forEachConcurrent(source, thrower(reason))), reason);
    assertEquals([source.pulls, source.closes], [1, 1]);
    const rejecting = forEachConcurrent([1, 2], () => Promise.reject(reason));
    assertStrictEquals(await reasonOf(rejecting), reason);
    const failing = new ManualSource<number>();
    const failed = forEachConcurrent(failing, () => 0);
    await macrotask();
    await Promise.all([
      failing.fail(reason),
      reasonOf(failed).then((it) => assertStrictEquals(it, reason)),
    ]);
  });
}

test("forEachConcurrent() asks for nothing more after a failure", async () => {
  const source = new ReadySource(naturals());
  let items = 0;
  const done = forEachConcurrent(source, () => ++items === 3 ? Promise.reject(first) : items, {
    limit: 1,
  });
  assertStrictEquals(await reasonOf(done), first);
  assertEquals([source.pulls, source.closes], [3, 1]);
});

test("forEachConcurrent() waits for the running handlers after a failure", async () => {
  const [last, fail] = [gate(), gate()];
  const done = forEachConcurrent([0, 1], (item) => item === 0 ? last.promise : fail.promise);
  await macrotask();
  fail.reject(first);
  assertEquals(await outcome(done), "pending");
  last.resolve();
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() starts no handler after a failure", async () => {
  const source = new ManualSource<number>();
  const items: number[] = [];
  const held = gate();
  const done = forEachConcurrent(source, (item) => {
    items.push(item);
    return item === 0 ? held.promise : Promise.reject(first);
  });
  await macrotask();
  await source.push(0);
  await source.push(1);
  await source.push(2);
  held.resolve();
  await reasonOf(done);
  assertEquals(items, [0, 1]);
});

test("forEachConcurrent() closes a parked source without waiting for it", async () => {
  const source = new ManualSource<number>();
  source.onReturn = never;
  const fail = gate();
  const done = forEachConcurrent(source, () => fail.promise);
  await macrotask();
  await source.push(1);
  assert(source.parked);
  fail.reject(first);
  assertStrictEquals(await reasonOf(done), first);
  assertEquals([source.pulls, source.closes], [2, 1]);
});

test("forEachConcurrent() does not hang on a parked async generator", async () => {
  const fail = gate();
  const source = async function* () {
    yield 1;
    await never();
  };
  const done = forEachConcurrent(source(), () => fail.promise);
  await macrotask();
  fail.reject(first);
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() lets a parked generator run its finally, when it comes back", async () => {
  const [fail, back] = [gate(), gate()];
  let closed = false;
  const source = async function* () {
    try {
      yield 1;
      await back.promise;
      yield 2;
    } finally {
      closed = true;
    }
  };
  const done = forEachConcurrent(source(), () => fail.promise);
  await macrotask();
  fail.reject(first);
  await reasonOf(done);
  back.resolve();
  await macrotask();
  assert(closed);
});

test("forEachConcurrent() waits for the return() of a source that is not parked", async () => {
  const source = new ManualSource<number>();
  const closing = gate();
  source.onReturn = () => closing.promise;
  const fail = gate();
  const done = forEachConcurrent(source, () => fail.promise, { limit: 1 });
  await macrotask();
  await source.push(1);
  assert(!source.parked);
  fail.reject(first);
  assertEquals(await outcome(done), "pending");
  assertEquals(source.closes, 1);
  closing.resolve();
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() has run a generator's finally when it rejects", async () => {
  for (const handle of [thrower(first), () => Promise.reject(first)]) {
    let closed = 0;
    const sync = function* () {
      try {
        yield* [1, 2, 3];
      } finally {
        closed++;
      }
    };
    const async = async function* () {
      try {
        yield* [1, 2, 3];
      } finally {
        await Promise.resolve();
        closed++;
      }
    };
    await reasonOf(forEachConcurrent(sync(), handle, { limit: 1 }));
    assertEquals(closed, 1);
    await reasonOf(forEachConcurrent(async(), handle, { limit: 1 }));
    assertEquals(closed, 2);
  }
});

test("forEachConcurrent() does without return() if the source has none", async () => {
  for (const none of [undefined, null]) {
    const next = () => Promise.resolve({ done: false as const, value: 1 });
    const source = { [Symbol.asyncIterator]: () => ({ next, return: none }) };
    const done = forEachConcurrent(source as unknown as AsyncIterable<number>, thrower(first));
    assertStrictEquals(await reasonOf(done), first);
  }
});

test("forEachConcurrent() does not close a source that has ended", async () => {
  const source = new ReadySource([1]);
  const fail = gate();
  const done = forEachConcurrent(source, () => fail.promise);
  await macrotask();
  fail.reject(first);
  assertStrictEquals(await reasonOf(done), first);
  assertEquals([source.pulls, source.closes], [2, 0]);
});

// The source fails

test("forEachConcurrent() rejects with the error of the source, and does not close it", async () => {
  const source = new ManualSource<number>();
  const done = forEachConcurrent(source, () => 0);
  await macrotask();
  await source.push(1);
  await Promise.all([source.fail(first), assertRejects(() => done, Error, "first")]);
  assertEquals([source.pulls, source.closes], [2, 0]);
});

test("forEachConcurrent() waits for the running handlers when the source fails", async () => {
  const source = new ManualSource<number>();
  const held = gate();
  let told: unknown;
  const done = forEachConcurrent(source, async (_, { signal }) => {
    signal.addEventListener("abort", () => told = signal.reason);
    await held.promise;
  });
  await macrotask();
  await source.push(1);
  await source.fail(first);
  assertStrictEquals(told, first);
  assertEquals(await outcome(done), "pending");
  held.resolve();
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() takes a failure of the source for fatal in spite of onError", async () => {
  const source = new ManualSource<number>();
  const told: unknown[] = [];
  const done = forEachConcurrent(source, () => 0, { onError: (error) => void told.push(error) });
  await macrotask();
  await Promise.all([source.fail(first), assertRejects(() => done, Error, "first")]);
  assertEquals(told, []);
});

// Several failures

test("forEachConcurrent() rejects with an AggregateError of all failures, the first one first", async () => {
  const [one, two, three] = [gate(), gate(), gate()];
  const third = "third";
  const gates = [one.promise, two.promise, three.promise];
  const done = forEachConcurrent([0, 1, 2], (item) => gates[item]);
  await macrotask();
  two.reject(second);
  await macrotask();
  three.reject(third);
  await macrotask();
  one.reject(first);
  assertEquals(await errorsOf(done), [second, third, first]);
});

test("forEachConcurrent() counts undefined and null among several failures", async () => {
  const reasons = [undefined, null, 0];
  assertEquals(await errorsOf(forEachConcurrent(reasons, (item) => rejectLater(item))), reasons);
});

test("forEachConcurrent() does not count what only repeats the first failure", async () => {
  const fail = gate();
  const done = forEachConcurrent([0, 1, 2, 3, 4], async (item, { signal }) => {
    if (item === 0) await fail.promise;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (item === 1) signal.throwIfAborted();
    if (item === 2) throw new DOMException("told to stop", "AbortError");
    if (item === 3) throw new Error("told to stop", { cause: signal.reason });
  });
  await macrotask();
  fail.reject(first);
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() takes an AbortError that comes first for a failure", async () => {
  const abortError = new DOMException("mine", "AbortError");
  assertStrictEquals(await reasonOf(forEachConcurrent([1], thrower(abortError))), abortError);
});

test("forEachConcurrent() reports a return() that fails, too", async () => {
  const returns = [() => Promise.reject(second), thrower(second)];
  for (const onReturn of returns) {
    const source = new ManualSource<number>();
    source.onReturn = onReturn;
    const done = forEachConcurrent(source, thrower(first));
    await macrotask();
    await Promise.all([
      source.push(1),
      errorsOf(done).then((errors) => assertEquals(errors, [first, second])),
    ]);
    assertEquals(source.closes, 1);
  }
});

test("forEachConcurrent() reports a return() that throws before there is a promise, too", async () => {
  const next = () => Promise.resolve({ done: false as const, value: 1 });
  const source = { [Symbol.asyncIterator]: () => ({ next, return: thrower(second) }) };
  assertEquals(await errorsOf(forEachConcurrent(source, thrower(first))), [first, second]);
});

test("forEachConcurrent() reports a return() of a parked source that fails while handlers run", async () => {
  const source = new ManualSource<number>();
  source.onReturn = () => Promise.reject(second);
  const [fail, held] = [gate(), gate()];
  const done = forEachConcurrent(source, (item) => item === 0 ? fail.promise : held.promise);
  await macrotask();
  await source.push(0);
  await source.push(1);
  fail.reject(first);
  await macrotask();
  held.resolve();
  assertEquals(await errorsOf(done), [first, second]);
});

test("forEachConcurrent() reports a next() that fails after the stop, while handlers run", async () => {
  const source = new ManualSource<number>();
  const [fail, held] = [gate(), gate()];
  const done = forEachConcurrent(source, (item) => item === 0 ? fail.promise : held.promise);
  await macrotask();
  await source.push(0);
  await source.push(1);
  fail.reject(first);
  await macrotask();
  await source.fail(second);
  held.resolve();
  assertEquals(await errorsOf(done), [first, second]);
});

test("forEachConcurrent() keeps quiet about what fails after it has rejected", async () => {
  const source = new ManualSource<number>();
  const closing = gate();
  source.onReturn = () => closing.promise;
  const fail = gate();
  const done = forEachConcurrent(source, () => fail.promise);
  await macrotask();
  await source.push(1);
  fail.reject(first);
  assertStrictEquals(await reasonOf(done), first);
  closing.reject(second);
  await source.fail(second);
});

// The signal

test("forEachConcurrent() closes the source unasked when its signal has aborted before", async () => {
  const source = new ReadySource([1]);
  const done = forEachConcurrent(source, () => 0, { signal: AbortSignal.abort(first) });
  assertStrictEquals(await reasonOf(done), first);
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("forEachConcurrent() reports a return() that fails when its signal has aborted before", async () => {
  const source = new ManualSource<number>();
  source.onReturn = () => Promise.reject(second);
  const done = forEachConcurrent(source, () => 0, { signal: AbortSignal.abort(first) });
  assertEquals(await errorsOf(done), [first, second]);
});

test("forEachConcurrent() asks for nothing when its signal aborts before the first microtask", async () => {
  const source = new ReadySource([1]);
  const stop = new AbortController();
  const done = forEachConcurrent(source, () => 0, { signal: stop.signal });
  stop.abort(first);
  assertStrictEquals(await reasonOf(done), first);
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("forEachConcurrent() stops at its signal: parked source, running handlers", async () => {
  const source = new ManualSource<number>();
  const stop = new AbortController();
  const held = gate();
  let told: unknown;
  const done = forEachConcurrent(source, async (_, { signal }) => {
    signal.addEventListener("abort", () => told = signal.reason);
    await held.promise;
  }, { signal: stop.signal });
  await macrotask();
  await source.push(1);
  stop.abort(first);
  // At once, not in a microtask.
  assertEquals([source.closes, told === first], [1, true]);
  assertEquals(await outcome(done), "pending");
  held.resolve();
  assertStrictEquals(await reasonOf(done), first);
  assertEquals(source.pulls, 2);
});

test("forEachConcurrent() stops at its signal on an idle parked source", async () => {
  const source = new ManualSource<number>();
  source.onReturn = never;
  const stop = new AbortController();
  const done = forEachConcurrent(source, () => 0, { signal: stop.signal });
  await macrotask();
  stop.abort(first);
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() rejects with an AbortError when the abort has no reason", async () => {
  const stop = new AbortController();
  const done = forEachConcurrent(new ManualSource<number>(), () => 0, { signal: stop.signal });
  stop.abort();
  const error = await reasonOf(done);
  assertStrictEquals(error, stop.signal.reason);
  assertEquals((error as Error).name, "AbortError");
});

test("forEachConcurrent() takes any reason of its signal as it is", async () => {
  for (const reason of [null, 0, "text"]) {
    const signal = AbortSignal.abort(reason);
    assertStrictEquals(await reasonOf(forEachConcurrent([1], () => 0, { signal })), reason);
  }
});

test("forEachConcurrent() aggregates failures on top of an abort, but no echoes", async () => {
  const stop = new AbortController();
  const done = forEachConcurrent([0, 1], async (item, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw item === 0 ? second : signal.reason;
  }, { signal: stop.signal });
  await macrotask();
  stop.abort(first);
  assertEquals(await errorsOf(done), [first, second]);
});

test("forEachConcurrent() still rejects when its signal aborts after the last item", async () => {
  const source = new ReadySource([1]);
  const stop = new AbortController();
  const held = gate();
  const done = forEachConcurrent(source, () => held.promise, { signal: stop.signal });
  await macrotask();
  stop.abort(first);
  assertEquals(await outcome(done), "pending");
  held.resolve();
  assertStrictEquals(await reasonOf(done), first);
  assertEquals(source.closes, 0);
});

test("forEachConcurrent() does not mind an abort after it has settled", async () => {
  const stop = new AbortController();
  const source = new ReadySource([1]);
  await forEachConcurrent(source, () => Promise.resolve(), { signal: stop.signal });
  stop.abort(first);
  await macrotask();
  assertEquals(source.closes, 0);
});

test("forEachConcurrent() keeps the first of a failure and an abort", async () => {
  const stop = new AbortController();
  const held = gate();
  const done = forEachConcurrent(
    [0, 1],
    (item) => item === 0 ? held.promise : Promise.reject(first),
    {
      signal: stop.signal,
    },
  );
  await macrotask();
  stop.abort(second);
  held.resolve();
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() leaves nothing on a long-lived signal", async () => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const options = { signal: stop.signal };
  await forEachConcurrent([1, 2, 3], () => Promise.resolve(), options);
  assertEquals(listeners(), 0);
  await reasonOf(forEachConcurrent([1], thrower(first), options));
  assertEquals(listeners(), 0);
  await reasonOf(forEachConcurrent([1], () => rejectLater(first), options));
  assertEquals(listeners(), 0);
  await reasonOf(forEachConcurrent([1], () => 0, { ...options, limit: 0 }));
  assertEquals(listeners(), 0);
  const parked = forEachConcurrent(new ManualSource<number>(), () => 0, options);
  await macrotask();
  assertEquals(listeners(), 1);
  stop.abort(first);
  await reasonOf(parked);
  assertEquals(listeners(), 0);
});

test("forEachConcurrent() has one listener on its signal, however many items there are", async () => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  let most = 0;
  await forEachConcurrent(Array.from({ length: 100 }, (_, i) => i), async (_, { signal }) => {
    assert(!signal.aborted);
    await macrotask();
    most = Math.max(most, listeners());
  }, { signal: stop.signal });
  assertEquals([most, listeners()], [1, 0]);
});

// Reentrancy

test("forEachConcurrent() can be stopped by a handler that aborts its signal while it is called", async () => {
  for (const limit of [1, Infinity]) {
    const source = new ReadySource(naturals());
    const stop = new AbortController();
    const items: number[] = [];
    const done = forEachConcurrent(source, (item) => {
      items.push(item);
      if (item === 2) stop.abort(first);
    }, { signal: stop.signal, limit });
    assertStrictEquals(await reasonOf(done), first);
    assertEquals(items, [0, 1, 2]);
    assertEquals([source.pulls, source.closes], [3, 1]);
  }
});

test("forEachConcurrent() waits for a handler that aborts the signal and goes on", async () => {
  const stop = new AbortController();
  const held = gate();
  const done = forEachConcurrent([1], () => {
    stop.abort(first);
    return held.promise;
  }, { signal: stop.signal });
  assertEquals(await outcome(done), "pending");
  held.resolve();
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() counts what a handler throws after it has aborted the signal", async () => {
  const stop = new AbortController();
  const done = forEachConcurrent([1], () => {
    stop.abort(first);
    throw second;
  }, { signal: stop.signal });
  assertEquals(await errorsOf(done), [first, second]);
});

test("forEachConcurrent() closes a generator that aborts the signal while it is asked", async () => {
  for (const kind of ["sync", "async"]) {
    const stop = new AbortController();
    const items: number[] = [];
    let closed = 0;
    const late = new Disposable();
    const sync = function* (): Generator<number | Disposable> {
      try {
        yield 1;
        stop.abort(first);
        yield late;
        yield 3;
      } finally {
        closed++;
      }
    };
    const async = async function* () {
      yield* sync();
    };
    const held = gate();
    const done = forEachConcurrent(kind === "sync" ? sync() : async(), (item) => {
      items.push(item as number);
      return held.promise;
    }, { signal: stop.signal });
    await macrotask();
    held.resolve();
    assertStrictEquals(await reasonOf(done), first);
    assertEquals([items, closed, late.disposals], [[1], 1, 1]);
  }
});

test("forEachConcurrent() can be stopped from onError", async () => {
  for (const fail of [thrower(first), () => Promise.reject(first)]) {
    const source = new ReadySource(naturals());
    const stop = new AbortController();
    const done = forEachConcurrent(source, fail, {
      limit: 1,
      signal: stop.signal,
      onError: () => stop.abort(second),
    });
    assertStrictEquals(await reasonOf(done), second);
    assertEquals([source.pulls, source.closes], [1, 1]);
  }
});

test("forEachConcurrent() can be stopped by the listener of an item's signal", async () => {
  const stop = new AbortController();
  const fail = gate();
  const done = forEachConcurrent([0, 1], (item, { signal }) => {
    signal.addEventListener("abort", () => stop.abort(second));
    return item === 0 ? fail.promise : undefined;
  }, { signal: stop.signal });
  await macrotask();
  fail.reject(first);
  assertStrictEquals(await reasonOf(done), first);
});

// onError

test("forEachConcurrent() with onError goes on after a failure", async () => {
  const told: [unknown, number][] = [];
  const items: number[] = [];
  await forEachConcurrent([0, 1, 2, 3], (item) => {
    items.push(item);
    if (item === 1) throw first;
    return item === 2 ? Promise.reject(second) : undefined;
  }, { onError: (error, item) => void told.push([error, item]) });
  assertEquals(items, [0, 1, 2, 3]);
  assertEquals(told.length, 2);
  assertStrictEquals(told[0]?.[0], first);
  assertEquals(told.map(([, item]) => item), [1, 2]);
});

test("forEachConcurrent() with onError tells it of undefined as well", async () => {
  const told: unknown[] = [];
  await forEachConcurrent(
    [0, 1],
    (item) => item === 0 ? thrower(undefined)() : Promise.reject(undefined),
    {
      onError: (...given) => void told.push(given),
    },
  );
  assertEquals(told, [[undefined, 0], [undefined, 1]]);
});

test("forEachConcurrent() with onError does not tell it of handlers that succeed", async () => {
  let told = 0;
  await forEachConcurrent([1, 2], (item) => Promise.resolve(item), { onError: () => told++ });
  assertEquals(told, 0);
});

test("forEachConcurrent() keeps an item's place while onError is busy with it", async () => {
  for (const fail of [thrower(first), () => Promise.reject(first)]) {
    const busy = gate();
    const source = new ReadySource([0, 1]);
    let told = 0;
    const onError = () => {
      told++;
      return busy.promise;
    };
    const done = forEachConcurrent(source, fail, { limit: 1, onError });
    await macrotask();
    assertEquals([source.pulls, told], [1, 1]);
    assertEquals(await outcome(done), "pending");
    busy.resolve();
    await done;
    assertEquals([source.pulls, told], [3, 2]);
  }
});

test("forEachConcurrent() rejects with what onError throws or rejects with", async () => {
  for (
    const onError of [thrower(second), () => Promise.reject(second), () => rejectLater(second)]
  ) {
    for (const fail of [thrower(first), () => Promise.reject(first)]) {
      const source = new ReadySource(naturals());
      const done = forEachConcurrent(source, fail, { limit: 1, onError });
      assertStrictEquals(await reasonOf(done), second);
      assertEquals([source.pulls, source.closes], [1, 1]);
    }
  }
});

test("forEachConcurrent() lets onError pass the same error on", async () => {
  const done = forEachConcurrent([1], () => Promise.reject(first), {
    onError: (error) => Promise.reject(error),
  });
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() waits for the others when onError fails", async () => {
  const held = gate();
  const done = forEachConcurrent(
    [0, 1],
    (item) => item === 0 ? held.promise : Promise.reject(first),
    {
      onError: thrower(second),
    },
  );
  assertEquals(await outcome(done), "pending");
  held.resolve();
  assertStrictEquals(await reasonOf(done), second);
});

test("forEachConcurrent() tells onError of failures after the stop, but of no echoes", async () => {
  const stop = new AbortController();
  const told: unknown[] = [];
  const done = forEachConcurrent([0, 1, 2], async (item, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (item === 0) throw second;
    if (item === 1) throw signal.reason;
    throw new DOMException("told to stop", "AbortError");
  }, { signal: stop.signal, onError: (error) => void told.push(error) });
  await macrotask();
  stop.abort(first);
  assertStrictEquals(await reasonOf(done), first);
  assertEquals(told, [second]);
});

test("forEachConcurrent() waits for an onError that is called after the stop", async () => {
  const stop = new AbortController();
  const [held, busy] = [gate(), gate()];
  const done = forEachConcurrent([1], () => held.promise, {
    signal: stop.signal,
    onError: () => busy.promise,
  });
  await macrotask();
  stop.abort(first);
  held.reject(second);
  assertEquals(await outcome(done), "pending");
  busy.reject(second);
  assertEquals(await errorsOf(done), [first, second]);
});

test("forEachConcurrent() with onError forgets the items that failed", async () => {
  // An endless run of failures ends by its signal: with that reason alone.
  const stop = new AbortController();
  let told = 0;
  const done = forEachConcurrent(new ReadySource(naturals()), () => Promise.reject(first), {
    limit: 2,
    signal: stop.signal,
    onError: () => ++told === 10_000 ? stop.abort("enough") : undefined,
  });
  assertEquals(await reasonOf(done), "enough");
});

test("forEachConcurrent() awaits a thenable that onError returns", async () => {
  const told: string[] = [];
  await forEachConcurrent([1], thrower(first), {
    onError: () => ({
      then(resolve: () => void) {
        told.push("awaited");
        resolve();
      },
    }),
  });
  assertEquals(told, ["awaited"]);
  const bad = {
    get then(): never {
      throw second;
    },
  };
  const done = forEachConcurrent([1], thrower(first), { onError: () => bad });
  assertStrictEquals(await reasonOf(done), second);
});

test("forEachConcurrent() holds on to nothing of the items that have ended", async () => {
  const refs: WeakRef<object>[] = [];
  const [paused, held, stop] = [gate(), gate(), new AbortController()];
  const objects = function* () {
    for (const n of naturals()) yield { n };
  };
  const done = forEachConcurrent(objects(), async (item, context) => {
    if (item.n === 20_000) {
      paused.resolve();
      await held.promise;
      stop.abort("enough");
    }
    if (item.n % 100 !== 0) return;
    refs.push(new WeakRef(item), new WeakRef(context), new WeakRef(context.signal));
    if (item.n % 200 === 0) throw first;
  }, { limit: 1, signal: stop.signal, onError: () => undefined });
  await paused.promise;
  assertEquals(refs.length, 600);
  // The last ones may still be on the stack, for all that an engine knows.
  const alive = () => refs.filter((ref) => ref.deref() !== undefined).length;
  for (collectGarbage(); alive() > 12; collectGarbage()) await macrotask();
  held.resolve();
  assertEquals(await reasonOf(done), "enough");
});

// What handlers return

test("forEachConcurrent() awaits foreign thenables", async () => {
  const settle = gate();
  const done = forEachConcurrent([1], () => ({
    then: (resolve: () => void) => void settle.promise.then(resolve),
  }));
  assertEquals(await outcome(done), "pending");
  settle.resolve();
  await done;
  const failing = { then: (_: unknown, reject: (reason: unknown) => void) => reject(first) };
  assertStrictEquals(await reasonOf(forEachConcurrent([1], () => failing)), first);
});

test("forEachConcurrent() awaits a function that has a then", async () => {
  const settle = gate();
  const thenable = Object.assign(() => 0, {
    then: (resolve: () => void) => settle.promise.then(resolve),
  });
  const done = forEachConcurrent([1], () => thenable);
  assertEquals(await outcome(done), "pending");
  settle.resolve();
  await done;
});

test("forEachConcurrent() hears only the first word of a thenable that says several", async () => {
  type Callbacks = [resolve: () => void, reject: (reason: unknown) => void];
  const talkative = {
    then(...[resolve, reject]: Callbacks) {
      resolve();
      reject(first);
      resolve();
      throw second;
    },
  };
  const items: number[] = [];
  await forEachConcurrent([1, 2, 3], (item) => {
    items.push(item);
    return talkative;
  }, { limit: 1 });
  assertEquals(items, [1, 2, 3]);
  const otherWay = {
    then(...[resolve, reject]: Callbacks) {
      reject(first);
      reject(second);
      resolve();
    },
  };
  assertStrictEquals(await reasonOf(forEachConcurrent([1], () => otherWay)), first);
});

test("forEachConcurrent() takes a thenable that throws for a failure", async () => {
  const done = forEachConcurrent([1], () => ({ then: thrower(first) }));
  assertStrictEquals(await reasonOf(done), first);
  const bad = {
    get then(): never {
      throw second;
    },
  };
  assertStrictEquals(await reasonOf(forEachConcurrent([1], () => bad)), second);
});

test("forEachConcurrent() awaits a subclass of Promise by its own then()", async () => {
  let started = 0;
  // As p-lazy does: nothing happens before somebody waits.
  class Lazy extends Promise<void> {
    static override get [Symbol.species](): PromiseConstructor {
      return Promise;
    }
    override then<A, B>(
      onFulfilled?: ((value: void) => A | PromiseLike<A>) | null,
      onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      started++;
      return super.then(onFulfilled, onRejected);
    }
  }
  await forEachConcurrent([1, 2], () => new Lazy((resolve) => resolve()), { limit: 1 });
  assertEquals(started, 2);
});

test("forEachConcurrent() waits for a thenable that a thenable resolves to", async () => {
  const inner = gate();
  const done = forEachConcurrent([1], () => ({
    then: (resolve: (value: unknown) => void) => resolve(inner.promise),
  }));
  assertEquals(await outcome(done), "pending");
  inner.reject(first);
  assertStrictEquals(await reasonOf(done), first);
});

// Late items

test("forEachConcurrent() disposes of an item that arrives after the stop", async () => {
  const source = new ManualSource<Disposable>();
  const stop = new AbortController();
  const handled: Disposable[] = [];
  const done = forEachConcurrent(source, (item) => void handled.push(item), {
    signal: stop.signal,
  });
  await macrotask();
  const [early, late] = [new Disposable(), new Disposable()];
  await source.push(early);
  stop.abort(first);
  await reasonOf(done);
  await source.push(late);
  assertEquals([early.disposals, late.disposals, handled.length], [0, 1, 1]);
});

test("forEachConcurrent() disposes of an item that was ready when the stop came", async () => {
  const source = new ManualSource<Disposable>();
  const stop = new AbortController();
  const done = forEachConcurrent(source, () => assert(false), { signal: stop.signal });
  await macrotask();
  const item = new Disposable();
  void source.push(item);
  stop.abort(first);
  assertStrictEquals(await reasonOf(done), first);
  await macrotask();
  assertEquals(item.disposals, 1);
});

test("forEachConcurrent() disposes of a late item while handlers still run", async () => {
  const source = new ManualSource<Disposable>();
  const [fail, held] = [gate(), gate()];
  let items = 0;
  const done = forEachConcurrent(source, () => items++ === 0 ? fail.promise : held.promise);
  await macrotask();
  await source.push(new Disposable());
  await source.push(new Disposable());
  fail.reject(first);
  await macrotask();
  const late = new Disposable();
  await source.push(late);
  assertEquals([late.disposals, items, source.pulls], [1, 2, 3]);
  held.resolve();
  assertStrictEquals(await reasonOf(done), first);
});

test("forEachConcurrent() does not mind late items that cannot be disposed of", async () => {
  const bad = {
    get [Symbol.asyncDispose](): never {
      throw second;
    },
  };
  const failing = [{ [Symbol.dispose]: thrower(second) }, {
    [Symbol.asyncDispose]: () => rejectLater(second),
  }];
  for (const item of [null, undefined, 1, "text", {}, bad, ...failing]) {
    const source = new ManualSource<unknown>();
    const stop = new AbortController();
    const done = forEachConcurrent(source, () => 0, { signal: stop.signal });
    await macrotask();
    stop.abort(first);
    assertStrictEquals(await reasonOf(done), first);
    await source.push(item);
  }
});

test("forEachConcurrent() takes the end that arrives after the stop", async () => {
  const source = new ManualSource<number>();
  const [fail, held] = [gate(), gate()];
  const done = forEachConcurrent(source, (item) => item === 0 ? fail.promise : held.promise);
  await macrotask();
  await source.push(0);
  await source.push(1);
  fail.reject(first);
  await macrotask();
  await source.end();
  held.resolve();
  assertStrictEquals(await reasonOf(done), first);
  assertEquals(source.closes, 1);
});

// Bad sources

test("forEachConcurrent() takes a next() that throws for a failure of the source", async () => {
  let closes = 0;
  const source = {
    [Symbol.asyncIterator]: () => ({ next: thrower(first), return: () => closes++ }),
  };
  const done = forEachConcurrent(source as unknown as AsyncIterable<number>, () => 0);
  assertStrictEquals(await reasonOf(done), first);
  assertEquals(closes, 0);
});

test("forEachConcurrent() takes a next() that is missing for a failure of the source", async () => {
  const source = { [Symbol.asyncIterator]: () => ({}) } as unknown as AsyncIterable<number>;
  await assertRejects(() => forEachConcurrent(source, () => 0), TypeError);
});

test("forEachConcurrent() takes a next() that answers without a promise", async () => {
  let n = 0;
  const next = () => n < 3 ? { done: false, value: n++ } : { done: true };
  const source = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as AsyncIterable<number>;
  const items: number[] = [];
  await forEachConcurrent(source, (item) => void items.push(item));
  assertEquals(items, [0, 1, 2]);
});

test("forEachConcurrent() takes an answer that is no object for a failure of the source", async () => {
  for (const answer of [undefined, null, 1, "text", true]) {
    for (const symbol of [Symbol.iterator, Symbol.asyncIterator]) {
      let closes = 0;
      const source = { [symbol]: () => ({ next: () => answer, return: () => closes++ }) };
      const call = () => forEachConcurrent(source as unknown as Iterable<number>, () => 0);
      await assertRejects(
        call,
        TypeError,
        "Cannot read the source: next() must answer an object, got",
      );
      assertEquals(closes, 0);
    }
  }
});

test("forEachConcurrent() takes a done or value that throws for a failure of the source", async () => {
  for (const key of ["done", "value"]) {
    let closes = 0;
    const answer = Object.defineProperty({}, key, { get: thrower(first) });
    const next = () => Promise.resolve(answer);
    const source = { [Symbol.asyncIterator]: () => ({ next, return: () => closes++ }) };
    const done = forEachConcurrent(source as unknown as AsyncIterable<number>, () => 0);
    assertStrictEquals(await reasonOf(done), first);
    assertEquals(closes, 0);
  }
});

test("forEachConcurrent() does not look at the value of the end", async () => {
  const end = {
    done: true,
    get value(): never {
      throw first;
    },
  };
  const source = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(end) }) };
  await forEachConcurrent(source as unknown as AsyncIterable<number>, () => assert(false));
});

test("forEachConcurrent() takes whatever is truthy as done", async () => {
  const source = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: 1 }) }) };
  await forEachConcurrent(source as unknown as AsyncIterable<number>, () => assert(false));
});

test("forEachConcurrent() leaves no rejection unhandled, in whatever order things fail", async () => {
  // Every subset order of: handler fails, other handler fails, source fails, close fails, abort.
  type Event = "one" | "two" | "source" | "close" | "abort";
  const events: Event[] = ["one", "two", "source", "close", "abort"];
  for (const order of permutations(events)) {
    const source = new ManualSource<number>();
    const [one, two, closing] = [gate(), gate(), gate()];
    // The test's own: nobody hears of it before the source is closed.
    closing.promise.catch(() => undefined);
    source.onReturn = () => closing.promise;
    const stop = new AbortController();
    const done = forEachConcurrent(source, (item) => item === 0 ? one.promise : two.promise, {
      signal: stop.signal,
    });
    const reason = reasonOf(done);
    await microtasks(4);
    void source.push(0);
    await microtasks(4);
    void source.push(1);
    await microtasks(4);
    let expected: unknown;
    for (const event of order) {
      if (event !== "close") expected ??= event;
      if (event === "one") one.reject("one");
      if (event === "two") two.reject("two");
      if (event === "source") void source.fail("source");
      if (event === "close") closing.reject("close");
      if (event === "abort") stop.abort("abort");
      await microtasks(8);
    }
    const error = await reason;
    assertStrictEquals(error instanceof AggregateError ? error.cause : error, expected);
    assertEquals(source.pulls, 3);
  }
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest])
  );
}
