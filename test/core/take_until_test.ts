import { assert, assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { takeUntil } from "../../core/take_until.ts";
import {
  countListeners,
  Disposable,
  END,
  gate,
  macrotask,
  ManualSource,
  naturals,
  never,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

/** The ways to stop. */
const stops: Record<string, () => { stop: AbortSignal | PromiseLike<unknown>; go: () => void }> = {
  signal: () => {
    const controller = new AbortController();
    return { stop: controller.signal, go: () => controller.abort(error) };
  },
  promise: () => {
    const { promise, resolve } = gate();
    return { stop: promise, go: resolve };
  },
  thenable: () => {
    const { promise, resolve } = gate();
    return { stop: { then: promise.then.bind(promise) }, go: resolve };
  },
};

for (const [name, make] of Object.entries(stops)) {
  test(`takeUntil() with a ${name}: hands out items until the stop, then the end`, async () => {
    const { stop, go } = make();
    const source = new ReadySource(naturals());
    const items: number[] = [];
    for await (const n of takeUntil(source, stop)) {
      items.push(n);
      if (n === 2) {
        go();
        await macrotask();
      }
    }
    assertEquals(items, [0, 1, 2]);
    assertEquals([source.pulls, source.closes], [3, 1]);
  });

  test(`takeUntil() with a ${name}: goes to the end of the source when there is no stop`, async () => {
    const source = new ReadySource([1, 2]);
    assertEquals(await Array.fromAsync(takeUntil(source, make().stop)), [1, 2]);
    assertEquals(source.closes, 0);
  });

  test(`takeUntil() with a ${name}: ends a next() that waits, and closes the busy source`, async () => {
    const { stop, go } = make();
    const source = new ManualSource<number>();
    source.onReturn = never;
    const stream = takeUntil(source, stop);
    const answers = [stream.next(), stream.next()];
    await macrotask();
    go();
    assertEquals([...await Promise.all(answers), await stream.next()], [END, END, END]);
    assertEquals([source.pulls, source.closes], [1, 1]);
  });

  test(`takeUntil() with a ${name}: asks for nothing when the stop has happened before`, async () => {
    const { stop, go } = make();
    go();
    const source = new ReadySource([1]);
    const stream = takeUntil(source, stop);
    assertEquals(source.closes, 0);
    assertEquals([await stream.next(), await stream.next()], [END, END]);
    assertEquals(source.closes, 1);
    // A foreign thenable cannot tell in time what has happened before.
    if (name !== "thenable") assertEquals(source.pulls, 0);
  });

  test(`takeUntil() with a ${name}: the stop goes before an item that is ready`, async () => {
    // A foreign thenable is heard a moment later than a promise.
    for (const stopFirst of name === "thenable" ? [true] : [true, false]) {
      const { stop, go } = make();
      const source = new ManualSource<Disposable>();
      const stream = takeUntil(source, stop);
      const waiting = stream.next();
      await macrotask();
      const ready = new Disposable();
      if (stopFirst) go();
      const pushed = source.push(ready);
      if (!stopFirst) go();
      assertEquals([await waiting, await stream.next()], [END, END]);
      await pushed;
      assertEquals([ready.disposals, source.closes], [1, 1]);
    }
  });

  test(`takeUntil() with a ${name}: disposes of an item that arrives after the stop`, async () => {
    const { stop, go } = make();
    const source = new ManualSource<Disposable>();
    const stream = takeUntil(source, stop);
    const waiting = stream.next();
    await macrotask();
    go();
    assertEquals(await waiting, END);
    const late = new Disposable();
    await source.push(late);
    assertEquals([late.disposals, source.pulls], [1, 1]);
  });

  test(`takeUntil() with a ${name}: is fused: what comes after the end changes nothing`, async () => {
    const { stop, go } = make();
    const source = new ManualSource<number>();
    const stream = takeUntil(source, stop);
    const waiting = stream.next();
    await macrotask();
    await source.end();
    assertEquals(await waiting, END);
    go();
    await macrotask();
    assertEquals([await stream.next(), await stream.return?.(), source.closes], [END, END, 0]);
  });

  test(`takeUntil() with a ${name}: waits for an idle source to close, and reports how it goes`, async () => {
    const { stop, go } = make();
    const source = new ManualSource<number>();
    source.onReturn = () => Promise.reject(error);
    const stream = takeUntil(source, stop);
    const first = stream.next();
    await macrotask();
    await source.push(1);
    await first;
    go();
    await macrotask();
    assertEquals(source.closes, 1);
    assertStrictEquals(await reasonOf(stream.next()), error);
    assertEquals(await stream.next(), END);
  });

  test(`takeUntil() with a ${name}: the stop closes an idle source at once`, async () => {
    const { stop, go } = make();
    const source = new ReadySource(naturals());
    const stream = takeUntil(source, stop);
    await stream.next();
    go();
    await macrotask();
    assertEquals([source.pulls, source.closes], [1, 1]);
    assertEquals(await stream.next(), END);
    assertEquals([source.pulls, source.closes], [1, 1]);
  });

  test(`takeUntil() with a ${name}: passes a failure of the source on`, async () => {
    const source = new ManualSource<number>();
    const stream = takeUntil(source, make().stop);
    const failed = reasonOf(stream.next());
    await macrotask();
    await source.fail(error);
    assertStrictEquals(await failed, error);
    assertEquals([await stream.next(), source.closes], [END, 0]);
  });
}

test("takeUntil() fails when the promise is rejected, and closes the source", async () => {
  const { promise, reject } = gate();
  const source = new ManualSource<number>();
  source.onReturn = never;
  const stream = takeUntil(source, promise);
  const answers = [reasonOf(stream.next()), stream.next()];
  await macrotask();
  reject(error);
  assertEquals(await Promise.all(answers), [error, END]);
  assertEquals([await stream.next(), source.closes], [END, 1]);
});

test("takeUntil() fails with the next next() when the promise is rejected between two", async () => {
  const { promise, reject } = gate();
  const source = new ReadySource(naturals());
  const stream = takeUntil(source, promise);
  await stream.next();
  reject(undefined);
  await macrotask();
  assertEquals(source.closes, 1);
  assertEquals(await stream.next().then(() => "an item", (reason) => [reason]), [undefined]);
  assertEquals(await stream.next(), END);
});

test("takeUntil() fails unasked when the promise has been rejected before", async () => {
  const source = new ReadySource([1]);
  const stream = takeUntil(source, Promise.reject(error));
  assertStrictEquals(await reasonOf(stream.next()), error);
  assertEquals([await stream.next(), source.pulls, source.closes], [END, 0, 1]);
});

test("takeUntil() does not mind a promise that is rejected after the end", async () => {
  const { promise, reject } = gate();
  const stream = takeUntil([1], promise);
  await Array.fromAsync(stream);
  reject(error);
  await macrotask();
  assertEquals(await stream.next(), END);
});

test("takeUntil() ends without an error when its signal aborts with one", async () => {
  const stop = new AbortController();
  const stream = takeUntil(new ManualSource<number>(), stop.signal);
  const waiting = stream.next();
  stop.abort(error);
  assertEquals(await waiting, END);
});

test("takeUntil() hears a signal at once, without a microtask between", async () => {
  const stop = new AbortController();
  const source = new ManualSource<number>();
  const stream = takeUntil(source, stop.signal);
  const waiting = stream.next();
  await macrotask();
  stop.abort();
  assertEquals(source.closes, 1);
  await waiting;
});

test("takeUntil() has one listener on its signal from the first next() to the end", async () => {
  const ends: ((stream: AsyncIterator<number>, source: ManualSource<number>) => unknown)[] = [
    (stream) => stream.return?.(),
    (_, source) => source.end(),
    (_, source) => source.fail(error),
  ];
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  for (const end of ends) {
    const source = new ManualSource<number>();
    const stream = takeUntil(source, stop.signal);
    assertEquals(listeners(), 0);
    const first = stream.next();
    await macrotask();
    await source.push(1);
    await first;
    const waiting = stream.next().catch(() => END);
    await macrotask();
    assertEquals(listeners(), 1);
    await end(stream, source);
    await waiting;
    assertEquals(listeners(), 0);
  }
  const waiting = takeUntil(new ManualSource<number>(), stop.signal).next();
  assertEquals(listeners(), 1);
  stop.abort();
  await waiting;
  assertEquals(listeners(), 0);
});

test("takeUntil() that is left before the first next() puts nothing on the signal", async () => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const source = new ReadySource([1]);
  const stream = takeUntil(source, stop.signal);
  await stream.return?.();
  assertEquals([await stream.next(), listeners()], [END, 0]);
  stop.abort();
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("takeUntil() can be nested: the first stop ends it", async () => {
  const [outer, inner] = [new AbortController(), gate()];
  const source = new ManualSource<number>();
  const stream = takeUntil(takeUntil(source, inner.promise), outer.signal);
  const waiting = stream.next();
  await macrotask();
  outer.abort();
  assertEquals(await waiting, END);
  assertEquals(source.closes, 1);
  inner.resolve();
  await macrotask();
  assertEquals(source.closes, 1);
});

test("takeUntil() lets what runs go on: drain and kill", async () => {
  const [drain, kill] = [new AbortController(), new AbortController()];
  const source = new ManualSource<number>();
  const held = [gate(), gate()];
  const log: unknown[] = [];
  const done = forEachConcurrent(takeUntil(source, drain.signal), async (n, { signal }) => {
    signal.addEventListener("abort", () => log.push(`told ${n}`));
    await held[n]?.promise;
    log.push(`ended ${n}`);
  }, { signal: kill.signal, onError: (it) => log.push(it) });
  await macrotask();
  await source.push(0);
  await source.push(1);
  drain.abort();
  await macrotask();
  held[0]?.resolve();
  await macrotask();
  assertEquals(log, ["ended 0"]);
  kill.abort(error);
  assertEquals(log, ["ended 0", "told 1"]);
  held[1]?.resolve();
  assertStrictEquals(await reasonOf(done), error);
  assertEquals([source.pulls, source.closes], [3, 1]);
});

test("takeUntil() drained runs resolve when the last handler has ended", async () => {
  const drain = new AbortController();
  const source = new ManualSource<number>();
  const held = gate();
  const done = forEachConcurrent(takeUntil(source, drain.signal), () => held.promise);
  await macrotask();
  await source.push(0);
  drain.abort();
  held.resolve();
  assertStrictEquals(await done, undefined);
});

test("takeUntil() refuses a stop that is none, and closes the source", () => {
  for (const bad of [undefined, null, 1, {}, new AbortController()]) {
    const source = new ReadySource([1]);
    const call = () => takeUntil(source, bad as unknown as AbortSignal);
    assertThrows(
      call,
      TypeError,
      "Cannot take until: the stop must be an AbortSignal or a promise, got",
    );
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
});

test("takeUntil() refuses what cannot be iterated", () => {
  const call = () => takeUntil(1 as unknown as number[], never());
  assert(assertThrows(call, TypeError, "Cannot take until: the source must be iterable, got 1"));
});
