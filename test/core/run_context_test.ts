import { assert, assertEquals, assertStrictEquals } from "#assert";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { RunContext, RunSignals } from "../../core/run_context.ts";
import { gate, macrotask, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const reason = new Error("stopped");

test("RunContext.signal is made when it is read, and only once", () => {
  const made: AbortController[] = [];
  class Counted extends RunSignals {
    override add(): AbortController {
      const controller = super.add();
      made.push(controller);
      return controller;
    }
  }
  const signals = new Counted();
  const context = new RunContext(signals);
  context.endWith(Promise.resolve());
  assertEquals(made.length, 0);
  assertStrictEquals(context.signal, context.signal);
  assertEquals(made.length, 1);
});

test("RunContext.signal aborts with the others, with their reason", () => {
  const signals = new RunSignals();
  const [one, two] = [new RunContext(signals).signal, new RunContext(signals).signal];
  assert(one !== two);
  assert(!one.aborted);
  signals.abort(reason);
  assertStrictEquals(one.reason, reason);
  assertStrictEquals(two.reason, reason);
});

test("RunContext.signal has aborted when it is first read after the stop", () => {
  const signals = new RunSignals();
  const context = new RunContext(signals);
  signals.abort(reason);
  assertStrictEquals(context.signal.reason, reason);
});

test("RunContext.signal dies with an item that has no promise", () => {
  const signals = new RunSignals();
  const [read, unread] = [new RunContext(signals), new RunContext(signals)];
  const { signal } = read;
  read.end();
  unread.end();
  const late = unread.signal;
  signals.abort(reason);
  assertEquals([signal.aborted, late.aborted], [false, false]);
});

test("RunContext.signal dies when the item's promise settles, either way", async () => {
  const signals = new RunSignals();
  const contexts = [new RunContext(signals), new RunContext(signals), new RunContext(signals)];
  const before = contexts[0]?.signal;
  contexts[0]?.endWith(Promise.resolve());
  contexts[1]?.endWith(Promise.reject(reason));
  contexts[2]?.endWith(Promise.resolve());
  // Read after the handler has returned, while its promise is pending, and after that.
  const during = contexts[1]?.signal;
  await macrotask();
  const after = contexts[2]?.signal;
  await macrotask();
  signals.abort(reason);
  assertEquals([before, during, after].map((signal) => signal?.aborted), [false, false, false]);
});

test("RunContext.signal lives as long as the item", async () => {
  const signals = new RunSignals();
  const pending = gate();
  const context = new RunContext(signals);
  const { signal } = context;
  context.endWith(pending.promise);
  await macrotask();
  signals.abort(reason);
  assertStrictEquals(signal.reason, reason);
});

test("RunSignals.forget() keeps a controller from aborting", () => {
  const signals = new RunSignals();
  const [one, two] = [signals.add(), signals.add()];
  signals.forget(one);
  signals.abort(reason);
  assertEquals([one.signal.aborted, two.signal.aborted], [false, true]);
});

test("RunSignals.abort() reaches every signal, though a listener reads another one", () => {
  const signals = new RunSignals();
  const [one, two, three] = [signals.add(), signals.add(), new RunContext(signals)];
  let third: unknown;
  one.signal.addEventListener("abort", () => third = three.signal.reason);
  signals.abort(reason);
  assertStrictEquals(two.signal.reason, reason);
  assertStrictEquals(third, reason);
});

test("forEachConcurrent() gives each item a signal of its own", async () => {
  const signals: AbortSignal[] = [];
  await forEachConcurrent([1, 2], (_, { signal }) => void signals.push(signal));
  assertEquals(new Set(signals).size, 2);
});

test("forEachConcurrent() aborts the signals of running items with the first error as reason", async () => {
  const signals: AbortSignal[] = [];
  const [fail, held] = [gate(), gate()];
  const done = forEachConcurrent([0, 1, 2], (item, { signal }) => {
    signals.push(signal);
    return [fail.promise, held.promise, undefined][item];
  });
  await macrotask();
  fail.reject(reason);
  await macrotask();
  // The one that has failed is told as well: it may have left something running.
  assertEquals(signals.map(({ aborted }) => aborted), [true, true, false]);
  assertStrictEquals(signals[1]?.reason, reason);
  held.resolve();
  assertStrictEquals(await reasonOf(done), reason);
});

test("forEachConcurrent() aborts the signal of the item that fails the run, however it fails", async () => {
  const fails = [
    () => {
      throw reason;
    },
    () => Promise.reject(reason),
  ];
  for (const fail of fails) {
    let signal: AbortSignal | undefined;
    const done = forEachConcurrent([0], (_, context) => {
      signal = context.signal;
      return fail();
    });
    assertStrictEquals(await reasonOf(done), reason);
    assertStrictEquals(signal?.reason, reason);
  }
});

test("forEachConcurrent() does not abort the signals of items that have ended", async () => {
  const signals: AbortSignal[] = [];
  const fail = gate();
  const done = forEachConcurrent([0, 1, 2], async (item, context) => {
    if (item === 1) await Promise.resolve();
    signals[item] = context.signal;
    if (item === 2) await fail.promise;
  });
  await macrotask();
  fail.reject(reason);
  await reasonOf(done);
  assertEquals(signals.map(({ aborted }) => aborted), [false, false, true]);
});

test("forEachConcurrent() does not abort the signal of an item whose failure onError has taken", async () => {
  const signals: AbortSignal[] = [];
  const stop = new AbortController();
  const held = gate();
  const done = forEachConcurrent([0, 1, 2], (item, { signal }) => {
    signals.push(signal);
    if (item === 0) throw reason;
    return item === 1 ? Promise.reject(reason) : held.promise;
  }, { onError: () => undefined, signal: stop.signal });
  await macrotask();
  stop.abort("enough");
  held.resolve();
  await reasonOf(done);
  assertEquals(signals.map(({ aborted }) => aborted), [false, false, true]);
});

test("forEachConcurrent() has aborted a signal that is first read after the stop", async () => {
  const stop = new AbortController();
  const held = gate();
  let told: unknown;
  const done = forEachConcurrent([1], async (_, context) => {
    await held.promise;
    told = context.signal.reason;
  }, { signal: stop.signal });
  await macrotask();
  stop.abort(reason);
  held.resolve();
  await reasonOf(done);
  assertStrictEquals(told, reason);
});

test("forEachConcurrent() lets a handler wait for its signal alone", async () => {
  const stop = new AbortController();
  const done = forEachConcurrent([1, 2, 3], (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    }), { signal: stop.signal });
  await macrotask();
  stop.abort(reason);
  assertStrictEquals(await reasonOf(done), reason);
});
