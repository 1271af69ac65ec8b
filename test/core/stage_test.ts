import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { filter } from "../../core/filter.ts";
import { map } from "../../core/map.ts";
import { merge } from "../../core/merge.ts";
import type { Source } from "../../core/source.ts";
import { type Emitter, settle, Stage } from "../../core/stage.ts";
import { Stream } from "../../core/stream.ts";
import { take } from "../../core/take.ts";
import { takeUntil } from "../../core/take_until.ts";
import {
  Disposable,
  END,
  gate,
  item,
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

const error = new Error("no");

/** Every stream of this library, such that it hands out the items of its source as they are. */
const stages: Record<string, <T>(source: Source<T>) => Stream<T> | ReturnType<typeof take<T>>> = {
  map: (source) => map(source, (it) => it),
  "map with an async function": (source) => map(source, async (it) => await it) as never,
  filter: (source) => filter(source, () => true),
  "filter with an async predicate": (source) => filter(source, () => Promise.resolve(1)),
  take: (source) => take(source, Infinity),
  "takeUntil a signal": (source) => takeUntil(source, new AbortController().signal),
  "takeUntil a promise": (source) => takeUntil(source, never()),
  merge: (source) => merge(source) as never,
  Stream: (source) => new Stream(source),
  "a chain of all": <T>(source: Source<T>) =>
    new Stream(source).map((it: T) => it as Awaited<T>).filter(() => true).take(Infinity)
      .takeUntil(never()).merge() as never,
};

for (const [name, stage] of Object.entries(stages)) {
  test(`${name}: hands out the items of its source, in order, then the end`, async () => {
    const items: unknown[] = [];
    for await (const it of stage([1, null, undefined, "a", 0])) items.push(it);
    assertEquals(items, [1, null, undefined, "a", 0]);
  });

  test(`${name}: asks for nothing before the first next()`, async () => {
    const source = new ManualSource<number>();
    const stream = stage(source);
    await macrotask();
    assertEquals([source.pulls, source.closes], [0, 0]);
    const first = stream.next();
    await macrotask();
    assertEquals(source.pulls, 1);
    await source.push(1);
    assertEquals(await first, item(1));
  });

  test(`${name}: asks only while somebody waits`, async () => {
    const source = new ManualSource<number>();
    const stream = stage(source);
    const first = stream.next();
    await macrotask();
    await source.push(1);
    await first;
    assertEquals(source.pulls, 1);
  });

  test(`${name}: answers several next() in order, and has one outstanding at its source`, async () => {
    const source = new ManualSource<number>();
    const stream = stage(source);
    const answers = [stream.next(), stream.next(), stream.next(), stream.next()];
    await macrotask();
    for (const n of [1, 2, 3]) await source.push(n);
    await source.end();
    assertEquals(await Promise.all(answers), [item(1), item(2), item(3), END]);
    assertEquals([source.mostPending, source.pulls, source.closes], [1, 4, 0]);
  });

  test(`${name}: is done for good after the end, and asks no more`, async () => {
    const source = new ReadySource([1]);
    const stream = stage(source);
    await stream.next();
    assertEquals([await stream.next(), await stream.next()], [END, END]);
    assertEquals(await stream.return?.(), END);
    assertEquals([source.pulls, source.closes], [2, 0]);
  });

  test(`${name}: fails with its source, once, and does not close it`, async () => {
    const source = new ManualSource<number>();
    const stream = stage(source);
    const answers = [reasonOf(stream.next()), stream.next()];
    await macrotask();
    await source.fail(error);
    assertStrictEquals(await answers[0], error);
    assertEquals([await answers[1], await stream.next(), await stream.return?.()], [END, END, END]);
    assertEquals([source.pulls, source.closes], [1, 0]);
  });

  test(`${name}: fails with undefined like with any other reason`, async () => {
    const source = new ManualSource<number>();
    const stream = stage(source);
    const reason = stream.next().then(() => "an item", (it) => [it]);
    await macrotask();
    await source.fail(undefined);
    assertEquals(await reason, [undefined]);
    assertEquals(await stream.next(), END);
  });

  test(`${name}: fails with a source that answers no object, and does not close it`, async () => {
    for (const answer of [undefined, 1, Promise.resolve(null)]) {
      let closes = 0;
      const source = {
        [Symbol.asyncIterator]: () => ({ next: () => answer, return: () => closes++ }),
      };
      const stream = stage(source as unknown as AsyncIterable<number>);
      await assertRejects(() => stream.next(), TypeError, "next() must answer an object");
      assertEquals(await stream.next(), END);
      assertEquals(closes, 0);
    }
  });

  test(`${name}: fails with a source whose next() or answer throws`, async () => {
    const thrower = () => {
      throw error;
    };
    const answers = ["done", "value"].map((key) =>
      Object.defineProperty({}, key, { get: thrower })
    );
    for (const next of [thrower, ...answers.map((answer) => () => Promise.resolve(answer))]) {
      const source = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as AsyncIterable<
        number
      >;
      const stream = stage(source);
      assertStrictEquals(await reasonOf(stream.next()), error);
      assertEquals(await stream.next(), END);
    }
  });

  test(`${name}: does not look at the value of the end`, async () => {
    const end = {
      done: true,
      get value(): never {
        throw error;
      },
    };
    const next = () => Promise.resolve(end);
    const source = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as AsyncIterable<number>;
    assertEquals(await stage(source).next(), END);
  });

  test(`${name}: return() before the first next() closes the source unasked`, async () => {
    const source = new ManualSource<number>();
    const stream = stage(source);
    assertEquals([await stream.return?.(), await stream.next()], [END, END]);
    assertEquals([source.pulls, source.closes], [0, 1]);
  });

  test(`${name}: return() twice closes the source once`, async () => {
    const source = new ManualSource<number>();
    const stream = stage(source);
    assertEquals(await Promise.all([stream.return?.(), stream.return?.()]), [END, END]);
    assertEquals(await stream.return?.(), END);
    assertEquals(source.closes, 1);
  });

  test(`${name}: return() waits for a source that is not busy, and reports its failure once`, async () => {
    const source = new ManualSource<number>();
    const closing = gate();
    source.onReturn = () => closing.promise;
    const stream = stage(source);
    const left = reasonOf(Promise.resolve(stream.return?.()));
    assertEquals(await outcome(left), "pending");
    closing.reject(error);
    assertStrictEquals(await left, error);
    assertEquals([await stream.return?.(), await stream.next()], [END, END]);
    assertEquals(source.closes, 1);
  });

  test(`${name}: return() does not wait for a busy source, and ends every next()`, async () => {
    const source = new ManualSource<number>();
    source.onReturn = never;
    const stream = stage(source);
    const answers = [stream.next(), stream.next()];
    await macrotask();
    assert(source.parked);
    const left = stream.return?.();
    // At once.
    assertEquals(source.closes, 1);
    assertEquals(await Promise.all([...answers, left, stream.next()]), [END, END, END, END]);
    assertEquals([source.pulls, source.closes], [1, 1]);
  });

  test(`${name}: keeps quiet about a busy source that fails after return()`, async () => {
    const source = new ManualSource<number>();
    source.onReturn = () => Promise.reject(error);
    const stream = stage(source);
    const waiting = stream.next();
    await macrotask();
    assertEquals([await stream.return?.(), await waiting], [END, END]);
    await source.fail(error);
    assertEquals(await stream.next(), END);
  });

  test(`${name}: disposes of an item that arrives after return()`, async () => {
    const source = new ManualSource<Disposable>();
    const stream = stage(source);
    const waiting = stream.next();
    await macrotask();
    await stream.return?.();
    assertEquals(await waiting, END);
    const late = new Disposable();
    await source.push(late);
    assertEquals([late.disposals, source.pulls, source.closes], [1, 1, 1]);
  });

  test(`${name}: does not dispose of an item that was handed out`, async () => {
    const source = new ManualSource<Disposable>();
    const stream = stage(source);
    const waiting = stream.next();
    await macrotask();
    const given = new Disposable();
    await source.push(given);
    assertStrictEquals((await waiting).value, given);
    await stream.return?.();
    assertEquals(given.disposals, 0);
  });

  test(`${name}: break closes the source`, async () => {
    const source = new ReadySource(naturals());
    for await (const it of stage(source)) if (it === 2) break;
    assertEquals([source.pulls, source.closes], [3, 1]);
  });

  test(`${name}: asyncDispose closes the source, and waits for it`, async () => {
    const source = new ManualSource<number>();
    const closing = gate();
    source.onReturn = () => closing.promise;
    const stream = stage(source);
    const disposed = stream[Symbol.asyncDispose]();
    assertEquals(await outcome(disposed), "pending");
    closing.resolve();
    assertStrictEquals(await disposed, undefined);
    await stream[Symbol.asyncDispose]();
    assertEquals(source.closes, 1);
  });

  test(`${name}: runs the finally of a generator that is left`, async () => {
    let closed = 0;
    const source = async function* () {
      try {
        yield* naturals();
      } finally {
        await macrotask();
        closed++;
      }
    };
    for await (const it of stage(source())) if (it === 2) break;
    assertEquals(closed, 1);
  });

  test(`${name}: is its own iterator`, () => {
    const stream = stage([1]);
    assertStrictEquals(stream[Symbol.asyncIterator]() as unknown, stream);
  });
}

// Stage itself

test("Stage.begin() runs once, with the first next(), a microtask before the source is asked", async () => {
  const source = new ManualSource<number>();
  let begun = 0;
  const stage = new Stage<number, number>(source, {
    begin: () => void begun++,
    each: (it, { emit }) => emit(it),
  });
  await macrotask();
  assertEquals(begun, 0);
  const first = stage.next();
  assertEquals([begun, source.pulls], [1, 0]);
  await microtasks(1);
  assertEquals([begun, source.pulls], [1, 1]);
  await source.push(1);
  await first;
  void stage.next();
  await macrotask();
  assertEquals([begun, source.pulls], [1, 2]);
});

test("Stage.begin() may end the stream before anything is asked", async () => {
  const source = new ManualSource<number>();
  const stage = new Stage<number, number>(source, {
    begin: ({ end }) => end(),
    each: () => undefined,
  });
  assertEquals(await stage.next(), END);
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("Stage.more() is asked before each item; false ends the stream and closes the source", async () => {
  const source = new ReadySource(naturals());
  let asked = 0;
  const stage = new Stage<number, number>(source, {
    more: () => ++asked <= 2,
    each: (it, { emit }) => emit(it),
  });
  assertEquals(await Promise.all([stage.next(), stage.next(), stage.next()]), [
    item(0),
    item(1),
    END,
  ]);
  assertEquals([asked, source.pulls, source.closes], [3, 2, 1]);
});

test("Stage.over() runs once, whatever ends the stream", async () => {
  type Given = [
    stage: Stage<number, number>,
    source: ManualSource<number>,
    emitter: Emitter<number>,
  ];
  const ways: ((...given: Given) => unknown)[] = [
    (stage) => stage.return(),
    (_, source) => source.end(),
    (_, source) => source.fail(error),
    (_stage, _source, { end }) => end(),
    (_stage, _source, { fail }) => fail(error),
  ];
  for (const way of ways) {
    const source = new ManualSource<number>();
    let over = 0;
    const begun = gate<Emitter<number>>();
    const stage = new Stage<number, number>(source, {
      begin: begun.resolve,
      each: () => undefined,
      over: () => void over++,
    });
    void stage.next();
    const emitter = await begun.promise;
    await macrotask();
    await way(stage, source, emitter);
    await macrotask();
    await stage.return();
    emitter.end();
    emitter.fail(error);
    assertEquals(over, 1);
  }
});

test("Stage.fail() closes the source, waits for it, and counts before what that reports", async () => {
  const source = new ManualSource<number>();
  const closing = gate();
  source.onReturn = () => closing.promise;
  const stage = new Stage<number, number>(source, { each: (_, { fail }) => fail(error) });
  const failed = reasonOf(stage.next());
  await source.push(1);
  assertEquals(await outcome(failed), "pending");
  closing.reject(new Error("also"));
  assertStrictEquals(await failed, error);
  assertEquals(source.closes, 1);
});

test("Stage works on one item at a time", async () => {
  const source = new ReadySource(naturals());
  let emitter: Emitter<number> | undefined;
  const stage = new Stage<number, number>(source, { each: (_, given) => void (emitter = given) });
  const answers = [stage.next(), stage.next()];
  await macrotask();
  assertEquals(source.pulls, 1);
  emitter?.emit(10);
  await macrotask();
  assertEquals([await answers[0], source.pulls], [item(10), 2]);
  emitter?.skip();
  await macrotask();
  assertEquals(source.pulls, 3);
  emitter?.emit(12);
  assertEquals(await answers[1], item(12));
});

test("Stage does not show an item that arrives after the end to the operator", async () => {
  const source = new ManualSource<Disposable>();
  let shown = 0;
  const stage = new Stage<Disposable, number>(source, { each: () => void shown++ });
  const waiting = stage.next();
  await macrotask();
  await stage.return();
  assertEquals(await waiting, END);
  const late = new Disposable();
  await source.push(late);
  assertEquals([shown, late.disposals], [0, 1]);
});

test("Stage disposes of what is emitted after the end, and minds no other word", async () => {
  const source = new ReadySource(naturals());
  let emitter: Emitter<Disposable> | undefined;
  const stage = new Stage<number, Disposable>(source, {
    each: (_, given) => void (emitter = given),
  });
  const waiting = stage.next();
  await macrotask();
  await stage.return();
  assertEquals(await waiting, END);
  const late = new Disposable();
  emitter?.emit(late);
  emitter?.fail(error);
  emitter?.skip();
  emitter?.end();
  await macrotask();
  assertEquals([late.disposals, source.pulls, source.closes], [1, 1, 1]);
});

test("Stage fails with what the operator throws, and closes the source", async () => {
  const source = new ReadySource([1, 2]);
  const stage = new Stage<number, number>(source, {
    each: () => {
      throw error;
    },
  });
  assertStrictEquals(await reasonOf(stage.next()), error);
  assertEquals(await stage.next(), END);
  assertEquals([source.pulls, source.closes], [1, 1]);
});

test("settle() uses a value at once, and a promised one when it is there", async () => {
  const said: unknown[] = [];
  const emitter = { fail: (it: unknown) => said.push(["failed", it]) } as unknown as Emitter<never>;
  const use = (it: unknown) => void said.push(it);
  settle(emitter, 1, use);
  assertEquals(said, [1]);
  settle(emitter, Promise.resolve(2), use);
  settle(emitter, { then: (f: (n: number) => void) => f(3) } as PromiseLike<number>, use);
  settle(emitter, Promise.reject(4), use);
  assertEquals(said, [1]);
  await macrotask();
  assertEquals(said.slice(1), [2, ["failed", 4], 3]);
});

test("Stage over a stage takes an item in the moment that the other has it, without a promise", async () => {
  const seen: string[] = [];
  const inner = map([1], (n) => {
    seen.push("inner");
    queueMicrotask(() => seen.push("a microtask later"));
    return n;
  });
  const outer = map(inner, (n) => (seen.push("outer"), n));
  assertEquals(await outer.next(), item(1));
  await macrotask();
  assertEquals(seen, ["inner", "outer", "a microtask later"]);
});

test("Stage over a stage stands in line with the others that ask the inner one", async () => {
  const source = new ManualSource<number>();
  const inner = map(source, (n) => n);
  const outer = map(inner, (n) => n * 10);
  const answers = [inner.next(), outer.next(), inner.next(), outer.next()];
  for (const n of [1, 2, 3, 4]) await source.push(n);
  assertEquals(await Promise.all(answers), [item(1), item(20), item(3), item(40)]);
});

test("Stage over a stage reports the failure of the inner one, once", async () => {
  const source = new ManualSource<number>();
  const inner = map(source, () => {
    throw error;
  });
  const outer = map(map(inner, (n) => n), (n) => n);
  const [first, second] = [outer.next(), outer.next()];
  await source.push(1);
  assertStrictEquals(await reasonOf(first), error);
  assertEquals(await second, END);
  assertEquals(source.closes, 1);
  assertEquals(await outer.next(), END);
  assertEquals(await inner.next(), END);
});

test("Stage over a stage that was left already is done at once", async () => {
  const inner = map(naturals(), (n) => n);
  await inner[Symbol.asyncDispose]();
  assertEquals(await map(inner, (n) => n).next(), END);
});
