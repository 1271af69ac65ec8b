import { assert, assertEquals, assertStrictEquals } from "#assert";
import fc from "fast-check";
import { chunks } from "../../core/chunks.ts";
import { drop } from "../../core/drop.ts";
import { filter } from "../../core/filter.ts";
import { flatMap } from "../../core/flat_map.ts";
import { map } from "../../core/map.ts";
import { merge } from "../../core/merge.ts";
import { take } from "../../core/take.ts";
import { takeUntil } from "../../core/take_until.ts";
import { timeout } from "../../core/timeout.ts";
import { test } from "../support/harness.ts";
import { check, collect, run, ScheduledSource } from "./scheduled.ts";

const items = fc.array(fc.nat(99), { maxLength: 12 });
/** How many items the consumer takes before it leaves. */
const appetite = fc.option(fc.nat(12), { nil: Infinity });

/** What an operator makes of a source, and what it should make of an array. */
interface Model {
  readonly stream: (source: AsyncIterable<number>, s: fc.Scheduler) => AsyncIterable<number>;
  readonly array: (items: readonly number[]) => readonly number[];
}

const slowly = async <T>(s: fc.Scheduler, value: T): Promise<T> => {
  await s.schedule(Promise.resolve(), "work");
  return value;
};

const MODELS: Record<string, Model> = {
  "map()": {
    stream: (source) => map(source, (n, i) => n * 100 + i),
    array: (xs) => xs.map((n, i) => n * 100 + i),
  },
  "map() with an async function": {
    stream: (source, s) => map(source, (n, i) => slowly(s, n * 100 + i)),
    array: (xs) => xs.map((n, i) => n * 100 + i),
  },
  "filter()": {
    stream: (source) => filter(source, (n, i) => (n + i) % 2 === 0),
    array: (xs) => xs.filter((n, i) => (n + i) % 2 === 0),
  },
  "filter() with an async predicate": {
    stream: (source, s) => filter(source, (n) => slowly(s, n % 3 === 0)),
    array: (xs) => xs.filter((n) => n % 3 === 0),
  },
  "take()": { stream: (source) => take(source, 4), array: (xs) => xs.slice(0, 4) },
  "drop()": { stream: (source) => drop(source, 3), array: (xs) => xs.slice(3) },
  "flatMap()": {
    stream: (source, s) =>
      flatMap(source, (n) => new ScheduledSource(s, { items: Array(n % 3).fill(n) })),
    array: (xs) => xs.flatMap((n) => Array<number>(n % 3).fill(n)),
  },
  "chunks()": {
    stream: (source) => map(chunks(source, 3), (chunk) => chunk.reduce((a, b) => a * 100 + b, 1)),
    array: (xs) =>
      xs.flatMap((_, i) =>
        i % 3 === 0 ? [xs.slice(i, i + 3).reduce((a, b) => a * 100 + b, 1)] : []
      ),
  },
  "timeout() that never comes": {
    stream: (source) => timeout(source, Infinity),
    array: (xs) => xs,
  },
  "takeUntil() that never stops": {
    stream: (source) => takeUntil(source, new AbortController().signal),
    array: (xs) => xs,
  },
  "merge() of one": { stream: (source) => merge(source), array: (xs) => xs },
  "a pipeline of all": {
    stream: (source, s) =>
      take(filter(map(merge(source), (n) => slowly(s, n + 1)), (n) => n % 2 === 0), 3),
    array: (xs) => xs.map((n) => n + 1).filter((n) => n % 2 === 0).slice(0, 3),
  },
};

for (const [name, model] of Object.entries(MODELS)) {
  test(`${name}: in any order of events it gives what it gives of an array, and closes its source`, async () => {
    await check(fc.asyncProperty(fc.scheduler(), items, appetite, async (s, xs, count) => {
      const source = new ScheduledSource(s, { items: xs });
      const result = await run(s, collect(model.stream(source, s), count));
      assertEquals(result, { status: "fulfilled", value: model.array(xs).slice(0, count) });
      assertEquals(source.leftWell, true, "the source is left");
      assert(source.mostParked <= 1, "one pull at a time");
    }));
  });

  test(`${name}: in any order of events a failure of the source comes after what was before it`, async () => {
    await check(fc.asyncProperty(fc.scheduler(), items, async (s, xs) => {
      const failure = new Error("the source");
      const source = new ScheduledSource(s, { items: xs, failure });
      const seen: number[] = [];
      const reading = (async () => {
        for await (const item of model.stream(source, s)) seen.push(item);
      })();
      const result = await run(s, reading);
      assertEquals(seen, [...model.array(xs)]);
      if (result.status === "rejected") assertStrictEquals(result.reason, failure);
      else assertEquals(source.returns, 1, "it had enough before the failure");
      assertEquals(source.leftWell, true);
    }));
  });

  test(`${name}: in any order of events return() ends a waiting next() at once`, async () => {
    await check(fc.asyncProperty(fc.scheduler(), items, fc.nat(12), async (s, xs, before) => {
      const source = new ScheduledSource(s, { items: xs });
      const iterator = model.stream(source, s)[Symbol.asyncIterator]();
      for (let i = 0; i < before; i++) await run(s, iterator.next());
      // Nothing of the scheduler runs any more: what is parked stays so.
      const waiting = [iterator.next(), iterator.next()];
      await iterator.return?.();
      for (const result of await Promise.all(waiting)) assertEquals(result.done, true);
      assertEquals((await iterator.next()).done, true);
      assertEquals(source.leftWell, true);
    }));
  });
}

test("merge(): in any order of events every item comes once, those of a source in their order", async () => {
  const sources = fc.array(items, { maxLength: 4 });
  await check(fc.asyncProperty(fc.scheduler(), sources, appetite, async (s, lists, count) => {
    const opened = lists.map((list, i) =>
      new ScheduledSource(s, { items: list.map((n) => [i, n] as const) })
    );
    const result = await run(s, collect(merge(...opened), count));
    assert(result.status === "fulfilled");
    const total = lists.flat().length;
    assertEquals(result.value.length, Math.min(count, total));
    lists.forEach((list, i) => {
      const mine = result.value.filter(([source]) => source === i).map(([, n]) => n);
      assertEquals(mine, list.slice(0, mine.length));
    });
    for (const source of opened) assert(source.leftWell, "each source is left");
  }));
});

test("merge(): in any order of events a failure closes the others and comes once", async () => {
  await check(fc.asyncProperty(fc.scheduler(), items, items, async (s, xs, ys) => {
    const failure = new Error("the first");
    const bad = new ScheduledSource(s, { items: xs, failure });
    const good = new ScheduledSource(s, { items: ys });
    const result = await run(s, collect(merge(bad, good)));
    assertEquals(result.status, "rejected");
    if (result.status === "rejected") assertStrictEquals(result.reason, failure);
    assert(bad.returns === 0 && good.leftWell);
  }));
});

test("takeUntil(): in any order of events nothing comes after the stop", async () => {
  await check(fc.asyncProperty(fc.scheduler(), items, fc.boolean(), async (s, xs, byPromise) => {
    const source = new ScheduledSource(s, { items: xs });
    const controller = new AbortController();
    const stopping = s.schedule(Promise.resolve(), "stop");
    const seen: number[] = [];
    let before = Infinity;
    void stopping.then(() => {
      before = seen.length;
      controller.abort();
    });
    const reading = (async () => {
      for await (const item of takeUntil(source, byPromise ? stopping : controller.signal)) {
        seen.push(item);
      }
    })();
    assertEquals((await run(s, reading)).status, "fulfilled");
    assertEquals(seen, xs.slice(0, seen.length));
    assert(seen.length <= before, "an item after the stop");
    assert(seen.length === xs.length || before < Infinity, "the end without a stop");
    assertEquals(source.leftWell, true);
  }));
});
