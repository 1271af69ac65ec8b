import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "#assert";
import { BufferedRun } from "../../core/buffered_run.ts";
import type { ItemContext } from "../../core/for_each_concurrent.ts";
import { iteratorOf, type Source } from "../../core/source.ts";
import {
  countListeners,
  Disposable,
  END,
  type Gate,
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

interface Options {
  limit?: number;
  signal?: AbortSignal;
}

/** What `fn` was called with, and the gates at which its results wait. */
function gated<T, U>() {
  const started: T[] = [];
  const gates: Gate<U>[] = [];
  const contexts: ItemContext[] = [];
  const fn = (it: T, context: ItemContext): Promise<U> => {
    started.push(it);
    contexts.push(context);
    const result = gate<U>();
    gates.push(result);
    return result.promise;
  };
  /** Settles the result of one, and lets all that follows from it happen. */
  const settle = (index: number, settle: (result: Gate<U>) => void): Promise<void> => {
    const result = gates[index];
    assert(result);
    settle(result);
    return macrotask();
  };
  return { started, contexts, fn, settle };
}

for (const ordered of [true, false]) {
  const name = `BufferedRun (${ordered ? "ordered" : "unordered"})`;

  const run = <T, U>(
    source: Source<T>,
    fn: (item: T, context: ItemContext) => U | PromiseLike<U>,
    { limit = Infinity, signal }: Options = {},
  ) => new BufferedRun(iteratorOf("test", source), fn, { limit, signal, ordered });

  test(`${name} hands out each result once`, async () => {
    assertEquals(await Array.fromAsync(run([1, 2, 3], (n) => n * 2)), [2, 4, 6]);
    const later = run([1, 2, 3], (n) => Promise.resolve(n * 2), { limit: 2 });
    assertEquals(await Array.fromAsync(later), [2, 4, 6]);
    assertEquals(await Array.fromAsync(run([], () => 1)), []);
  });

  test(`${name} takes null and undefined for items and results`, async () => {
    assertEquals(await Array.fromAsync(run([null, undefined], (it) => it)), [null, undefined]);
    const later = run([null, undefined], (it) => Promise.resolve(it));
    assertEquals(await Array.fromAsync(later), [null, undefined]);
  });

  test(`${name} asks for nothing, and calls nothing, before the first next()`, async () => {
    const source = new ReadySource([1]);
    const { started, fn } = gated();
    const stream = run(source, fn);
    await macrotask();
    assertEquals([source.pulls, started.length], [0, 0]);
    await stream.return();
    assertEquals([source.pulls, source.closes, await stream.next()], [0, 1, END]);
  });

  test(`${name} fills up to the limit while one next() waits`, async () => {
    const source = new ReadySource(naturals());
    const { started, fn } = gated<number, number>();
    const stream = run(source, fn, { limit: 3 });
    const waiting = stream.next();
    await macrotask();
    assertEquals([started, source.pulls], [[0, 1, 2], 3]);
    void stream.return();
    await waiting;
  });

  test(`${name} has one next() of the source outstanding at most`, async () => {
    const source = new ManualSource<number>();
    const stream = run(source, (n) => n, { limit: 3 });
    const answers = [stream.next(), stream.next()];
    assertEquals(source.pulls, 1);
    await source.push(1);
    await source.push(2);
    assertEquals(await Promise.all(answers), [item(1), item(2)]);
    assertEquals([source.mostPending, source.pulls], [1, 2]);
    await stream.return();
  });

  test(`${name} starts nothing while nobody waits, but lets what runs go on`, async () => {
    const source = new ReadySource(naturals());
    const { started, fn, settle } = gated<number, string>();
    const stream = run(source, fn, { limit: 2 });
    const first = stream.next();
    await macrotask();
    await settle(0, ({ resolve }) => resolve("a"));
    assertEquals(await first, item("a"));
    await settle(1, ({ resolve }) => resolve("b"));
    assertEquals([started, source.pulls], [[0, 1], 2]);
    assertEquals(await stream.next(), item("b"));
    assertEquals(source.pulls, 2);
    void stream.return();
  });

  test(`${name} starts as many as results were taken, once somebody waits`, async () => {
    const source = new ReadySource(naturals());
    const { started, fn, settle } = gated<number, string>();
    const stream = run(source, fn, { limit: 3 });
    const first = stream.next();
    await macrotask();
    await settle(0, ({ resolve }) => resolve("a"));
    await first;
    await settle(1, ({ resolve }) => resolve("b"));
    assertEquals([await stream.next(), started.length], [item("b"), 3]);
    const third = stream.next();
    await macrotask();
    assertEquals(started.length, 5);
    await settle(2, ({ resolve }) => resolve("c"));
    assertEquals([await third, started.length], [item("c"), 5]);
    void stream.return();
  });

  test(`${name} ends when the last result is taken`, async () => {
    const source = new ManualSource<number>();
    const { fn, settle } = gated<number, string>();
    const stream = run(source, fn);
    const [first, second] = [stream.next(), stream.next()];
    await source.push(1);
    await source.end();
    assertEquals(await outcome(second), "pending");
    await settle(0, ({ resolve }) => resolve("a"));
    assertEquals([await first, await second, await stream.next()], [item("a"), END, END]);
    assertEquals([source.pulls, source.closes], [2, 0]);
  });

  test(`${name} holds results after the end of the source until they are taken`, async () => {
    const source = new ManualSource<number>();
    const { fn, settle } = gated<number, string>();
    const stream = run(source, fn);
    const first = stream.next();
    await source.push(1);
    await source.push(2);
    await source.end();
    await settle(0, ({ resolve }) => resolve("a"));
    await settle(1, ({ resolve }) => resolve("b"));
    assertEquals([await first, await stream.next()], [item("a"), item("b")]);
    assertEquals([await stream.next(), await stream.return(), source.closes], [END, END, 0]);
  });

  for (const how of ["throws", "rejects"]) {
    test(`${name} fails with what the function ${how}, and closes the source`, async () => {
      const source = new ReadySource(naturals());
      const signals: AbortSignal[] = [];
      const stream = run(source, (_, { signal }) => {
        signals.push(signal);
        if (how === "throws") throw error;
        return Promise.reject(error);
      }, { limit: 1 });
      const [first, second] = [reasonOf(stream.next()), stream.next()];
      assertStrictEquals(await first, error);
      assertEquals([await second, await stream.next(), await stream.return()], [END, END, END]);
      assertEquals([source.pulls, source.closes], [1, 1]);
      // What the function has left running is told, too.
      assertStrictEquals(signals[0]?.reason, error);
    });
  }

  test(`${name} fails with undefined when that is the reason`, async () => {
    const stream = run([1], () => Promise.reject(undefined));
    assertEquals(await stream.next().then(() => "a result", (reason) => [reason]), [undefined]);
  });

  test(`${name} that fails aborts what runs, and waits for it`, async () => {
    const source = new ManualSource<number>();
    source.onReturn = never;
    const { fn, contexts, settle } = gated<number, Disposable>();
    const stream = run(source, fn);
    const waiting = stream.next();
    await source.push(0);
    await source.push(1);
    const signals = contexts.map(({ signal }) => signal);
    await settle(1, ({ reject }) => reject(error));
    assertEquals([source.closes, signals[0]?.aborted, signals[0]?.reason], [1, true, error]);
    assertEquals(await outcome(waiting), "pending");
    const late = new Disposable();
    await settle(0, ({ resolve }) => resolve(late));
    assertStrictEquals(await reasonOf(waiting), error);
    assertEquals([late.disposals, await stream.next(), source.pulls], [1, END, 3]);
    const item = new Disposable();
    await source.push(item as unknown as number);
    assertEquals([item.disposals, source.pulls, contexts.length], [1, 3, 2]);
  });

  test(`${name} that fails waits for the source to be closed`, async () => {
    const source = new ManualSource<number>();
    const { fn, settle } = gated<number, number>();
    const stream = run(source, fn, { limit: 1 });
    const waiting = stream.next();
    await source.push(0);
    const closed = gate();
    source.onReturn = () => closed.promise;
    await settle(0, ({ reject }) => reject(error));
    assertEquals([source.closes, await outcome(waiting)], [1, "pending"]);
    closed.resolve();
    assertStrictEquals(await reasonOf(waiting), error);
  });

  test(`${name} discards what waits to be taken when it fails`, async () => {
    const source = new ManualSource<number>();
    const { fn, settle } = gated<number, Disposable>();
    const stream = run(source, fn);
    const first = stream.next();
    for (const n of [0, 1, 2]) await source.push(n);
    const [taken, untaken] = [new Disposable(), new Disposable()];
    await settle(0, ({ resolve }) => resolve(taken));
    await settle(1, ({ resolve }) => resolve(untaken));
    await settle(2, ({ reject }) => reject(error));
    assertEquals(await first, item(taken));
    assertStrictEquals(await reasonOf(stream.next()), error);
    assertEquals([taken.disposals, untaken.disposals, await stream.next()], [0, 1, END]);
  });

  test(`${name} rejects with an AggregateError when others fail on their own`, async () => {
    const source = new ManualSource<number>();
    source.onReturn = () => Promise.reject("closing");
    const { fn, settle } = gated<number, number>();
    const stream = run(source, fn, { limit: 4 });
    const waiting = stream.next();
    for (const n of [0, 1, 2, 3]) await source.push(n);
    await settle(2, ({ reject }) => reject(error));
    await settle(0, ({ reject }) => reject("also"));
    await settle(1, ({ reject }) => reject(new DOMException("stopped", "AbortError")));
    await settle(3, ({ reject }) => reject(error));
    const reason = await reasonOf(waiting);
    assertInstanceOf(reason, AggregateError);
    assertEquals([reason.errors, reason.cause], [[error, "closing", "also"], error]);
  });

  test(`${name} fails when the source fails: aborts and waits, does not close`, async () => {
    const source = new ManualSource<number>();
    const { fn, contexts, settle } = gated<number, number>();
    const stream = run(source, fn);
    const waiting = stream.next();
    await source.push(0);
    const signal = contexts[0]?.signal;
    await source.fail(error);
    assertEquals([signal?.reason, await outcome(waiting)], [error, "pending"]);
    await settle(0, ({ resolve }) => resolve(1));
    assertStrictEquals(await reasonOf(waiting), error);
    assertEquals([await stream.next(), source.pulls, source.closes], [END, 2, 0]);
  });

  test(`${name} fails when next() answers no object`, async () => {
    const bad = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(1) }) };
    const stream = run(bad as unknown as AsyncIterable<number>, (n) => n);
    assertInstanceOf(await reasonOf(stream.next()), TypeError);
  });

  test(`${name} keeps a failure for the next next(), and tells it once`, async () => {
    const source = new ManualSource<number>();
    const { fn, settle } = gated<number, number>();
    const stream = run(source, fn);
    const first = stream.next();
    await source.push(0);
    await source.push(1);
    await settle(0, ({ resolve }) => resolve(0));
    await first;
    await settle(1, ({ reject }) => reject(error));
    // What the closed source still answers changes nothing.
    await source.end();
    assertEquals(source.closes, 1);
    assertStrictEquals(await reasonOf(stream.next()), error);
    assertEquals([await stream.next(), await stream.return()], [END, END]);
  });

  test(`${name} that is left tells a failure that nobody was told of`, async () => {
    const source = new ManualSource<number>();
    const { fn, settle } = gated<number, number>();
    const stream = run(source, fn);
    const first = stream.next();
    await source.push(0);
    await source.push(1);
    await settle(0, ({ resolve }) => resolve(0));
    await first;
    await settle(1, ({ reject }) => reject(error));
    assertStrictEquals(await reasonOf(stream.return()), error);
    assertEquals([await stream.next(), source.closes], [END, 1]);
  });

  test(`${name} left while parked closes the source and aborts at once`, async () => {
    const source = new ManualSource<Disposable>();
    source.onReturn = never;
    const { fn, contexts, settle } = gated<Disposable, Disposable>();
    const stream = run(source, fn);
    const waiting = [stream.next(), stream.next()];
    await source.push(new Disposable());
    await source.push(new Disposable());
    const signal = contexts[0]?.signal;
    const leaving = stream.return();
    assertEquals([source.closes, signal?.aborted, signal?.reason.name], [1, true, "AbortError"]);
    assertEquals([await leaving, ...await Promise.all(waiting)], [END, END, END]);
    const [lateItem, lateResult] = [new Disposable(), new Disposable()];
    await source.push(lateItem);
    await settle(0, ({ resolve }) => resolve(lateResult));
    await settle(1, ({ reject }) => reject(error));
    assertEquals([lateItem.disposals, lateResult.disposals, contexts.length], [1, 1, 2]);
    assertEquals([await stream.next(), source.pulls, source.closes], [END, 3, 1]);
  });

  test(`${name} left waits for the source to be closed, not for what runs`, async () => {
    const source = new ManualSource<number>();
    const closed = gate();
    source.onReturn = () => closed.promise;
    const { fn } = gated<number, number>();
    const stream = run(source, fn, { limit: 1 });
    const waiting = stream.next();
    await source.push(0);
    const leaving = stream.return();
    assertEquals([await outcome(leaving), await outcome(waiting)], ["pending", "pending"]);
    closed.resolve();
    assertEquals([await leaving, await waiting, await stream.return()], [END, END, END]);
    assertEquals(source.closes, 1);
  });

  test(`${name} left rejects with what closing the source throws`, async () => {
    const source = new ManualSource<number>();
    source.onReturn = () => Promise.reject(error);
    const stream = run(source, (n) => n);
    const first = stream.next();
    await source.push(0);
    await first;
    assertStrictEquals(await reasonOf(stream.return()), error);
    assertEquals([await stream.next(), source.closes], [END, 1]);
  });

  test(`${name} left disposes of what waits to be taken`, async () => {
    const source = new ManualSource<number>();
    const { fn, settle } = gated<number, Disposable>();
    const stream = run(source, fn);
    const first = stream.next();
    await source.push(0);
    await source.push(1);
    await settle(0, ({ resolve }) => resolve(new Disposable()));
    await first;
    const untaken = new Disposable();
    await settle(1, ({ resolve }) => resolve(untaken));
    await stream.return();
    assertEquals([untaken.disposals, await stream.next()], [1, END]);
  });

  test(`${name} left after the end of the source does not close it`, async () => {
    const source = new ManualSource<number>();
    const { fn, contexts } = gated<number, number>();
    const stream = run(source, fn);
    const waiting = stream.next();
    await source.push(0);
    const signal = contexts[0]?.signal;
    await source.end();
    assertEquals([await stream.return(), await waiting, source.closes], [END, END, 0]);
    assertEquals(signal?.aborted, true);
  });

  test(`${name} can be left, and asked, in the function`, async () => {
    const source = new ReadySource(naturals());
    const late = new Disposable();
    const left = run(source, () => {
      void left.return();
      return late;
    });
    assertEquals([await left.next(), late.disposals, source.closes], [END, 1, 1]);
    const more: Promise<unknown>[] = [];
    const asked = run([0, 1], (n) => {
      if (n === 0) more.push(asked.next());
      return n;
    });
    assertEquals([await asked.next(), await more[0]], [item(0), item(1)]);
    assertEquals(await asked.next(), END);
  });

  test(`${name} ends the signal of a result with the result`, async () => {
    const source = new ManualSource<number>();
    const { fn, contexts, settle } = gated<number, number>();
    const stream = run(source, fn);
    const first = stream.next();
    await source.push(0);
    const signal = contexts[0]?.signal;
    await settle(0, ({ resolve }) => resolve(0));
    await first;
    await stream.return();
    assertEquals(signal?.aborted, false);
    const atOnce = run(naturals(), (_, context) => context.signal);
    const { value } = await atOnce.next();
    await atOnce.return();
    assertEquals(value?.aborted, false);
  });

  test(`${name} fails with the reason when its signal aborts`, async () => {
    const stop = new AbortController();
    const source = new ManualSource<number>();
    source.onReturn = never;
    const { fn, contexts, settle } = gated<number, number>();
    const stream = run(source, fn, { signal: stop.signal });
    const waiting = stream.next();
    await source.push(0);
    const signal = contexts[0]?.signal;
    stop.abort(error);
    assertEquals([source.closes, signal?.reason, await outcome(waiting)], [1, error, "pending"]);
    await settle(0, ({ reject }) => reject(error));
    assertStrictEquals(await reasonOf(waiting), error);
    assertEquals([await stream.next(), source.pulls], [END, 2]);
  });

  test(`${name} asks for nothing when its signal has aborted before`, async () => {
    const source = new ReadySource([1]);
    const stream = run(source, never, { signal: AbortSignal.abort(error) });
    await macrotask();
    assertEquals(source.closes, 0);
    assertStrictEquals(await reasonOf(stream.next()), error);
    assertEquals([await stream.next(), source.pulls, source.closes], [END, 0, 1]);
  });

  test(`${name} has one listener on its signal from the first next() to the end`, async () => {
    const ends: ((source: ManualSource<number>, stream: AsyncIterator<number>) => unknown)[] = [
      (source) => source.end(),
      (source) => source.fail(error),
      (_, stream) => stream.return?.(),
    ];
    const stop = new AbortController();
    const listeners = countListeners(stop.signal);
    for (const end of ends) {
      const source = new ManualSource<number>();
      const stream = run(source, (n) => n, { signal: stop.signal });
      assertEquals(listeners(), 0);
      const first = stream.next();
      await source.push(1);
      await first;
      const waiting = stream.next().catch(() => END);
      assertEquals(listeners(), 1);
      await end(source, stream);
      await waiting;
      assertEquals(listeners(), 0);
    }
    const unasked = run([1], (n) => n, { signal: stop.signal });
    await unasked.return();
    assertEquals([await unasked.next(), listeners()], [END, 0]);
    const waiting = reasonOf(run(new ManualSource(), never, { signal: stop.signal }).next());
    stop.abort(error);
    assertEquals([await waiting, listeners()], [error, 0]);
  });

  test(`${name} starves no timer with an endless source`, async () => {
    const source = new ReadySource(naturals());
    const busy = run(source, never);
    const waiting = busy.next();
    await macrotask();
    await busy.return();
    assertEquals([await waiting, source.closes], [END, 1]);
    let stopped = false;
    const stream = run(naturals(), (n) => n, { limit: 1 });
    const consumed = (async () => {
      for await (const _ of stream) if (stopped) break;
    })();
    await macrotask();
    stopped = true;
    await consumed;
  });
}
