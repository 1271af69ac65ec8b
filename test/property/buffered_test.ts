import { assert, assertEquals, assertStrictEquals } from "#assert";
import fc from "fast-check";
import { bufferUnordered } from "../../core/buffer_unordered.ts";
import { buffered } from "../../core/buffered.ts";
import { test } from "../support/harness.ts";
import { check, collect, run, ScheduledSource } from "./scheduled.ts";

const items = fc.uniqueArray(fc.nat(99), { maxLength: 12 });
const limit = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
const appetite = fc.option(fc.nat(12), { nil: Infinity });

/** A function that takes as long as the scheduler likes, and fails for some items. */
function worker(s: fc.Scheduler, failing: ReadonlySet<number> = new Set()) {
  const state = { running: 0, most: 0, started: [] as number[], failures: [] as Error[] };
  const signals: AbortSignal[] = [];
  const work = async (item: number, { signal }: { signal: AbortSignal }): Promise<number> => {
    signals.push(signal);
    state.started.push(item);
    state.most = Math.max(state.most, ++state.running);
    await s.schedule(Promise.resolve(), `work ${item}`);
    state.running--;
    if (!failing.has(item)) return item * 2;
    const error = new Error(`item ${item}`);
    state.failures.push(error);
    throw error;
  };
  return { work, state, signals };
}

for (const operator of [buffered, bufferUnordered]) {
  const { name } = operator;

  test(`${name}(): in any order of events every result comes once, within the limit`, async () => {
    await check(
      fc.asyncProperty(fc.scheduler(), items, limit, appetite, async (s, xs, max, count) => {
        const source = new ScheduledSource(s, { items: xs });
        const { work, state, signals } = worker(s);
        const result = await run(s, collect(operator(source, work, { limit: max }), count));
        assert(result.status === "fulfilled");
        const all = xs.map((n) => n * 2);
        if (name === "buffered") assertEquals(result.value, all.slice(0, count));
        else {
          assertEquals(result.value.length, Math.min(count, xs.length));
          assertEquals(new Set(result.value).size, result.value.length, "none comes twice");
          assert(result.value.every((n) => all.includes(n)));
        }
        assertEquals(state.started, xs.slice(0, state.started.length), "they start in order");
        assert(state.most <= (max ?? Infinity), `${state.most} at once`);
        assert(source.mostParked <= 1 && source.leftWell);
        // Left early, those that still run are told.
        if (state.running > 0) assert(signals.some(({ aborted }) => aborted));
      }),
    );
  });

  test(`${name}(): in any order of events a failure comes out, and nothing runs after it`, async () => {
    const failing = fc.array(fc.nat(99), { minLength: 1, maxLength: 6 });
    await check(fc.asyncProperty(fc.scheduler(), items, limit, failing, async (s, xs, max, bad) => {
      const source = new ScheduledSource(s, { items: xs });
      const { work, state } = worker(s, new Set(bad));
      const result = await run(s, collect(operator(source, work, { limit: max })));
      assertEquals(state.running, 0, "what ran was waited for");
      assertEquals(result.status, state.failures.length === 0 ? "fulfilled" : "rejected");
      assert(source.leftWell);
      if (result.status === "fulfilled") return;
      const { reason } = result;
      if (state.failures.length === 1) assertStrictEquals(reason, state.failures[0]);
      else assertEquals(new Set(reason.errors), new Set(state.failures));
    }));
  });

  test(`${name}(): in any order of events an abort comes out as its reason`, async () => {
    await check(fc.asyncProperty(fc.scheduler(), items, limit, async (s, xs, max) => {
      const source = new ScheduledSource(s, { items: xs });
      const { work, state } = worker(s);
      const controller = new AbortController();
      const reason = new Error("enough");
      void s.schedule(Promise.resolve(), "abort").then(() => controller.abort(reason));
      const { signal } = controller;
      const result = await run(s, collect(operator(source, work, { limit: max, signal })));
      assertEquals([state.running, source.leftWell], [0, true]);
      if (result.status === "rejected") assertStrictEquals(result.reason, reason);
      else assertEquals(result.value.length, xs.length);
    }));
  });

  test(`${name}(): nothing is asked of the source before the first next()`, async () => {
    await check(fc.asyncProperty(fc.scheduler(), items, async (s, xs) => {
      const source = new ScheduledSource(s, { items: xs });
      const stream = operator(source, (n: number) => n);
      await Promise.resolve();
      assertEquals(source.pulls, 0);
      await stream.return?.();
      assertEquals([source.pulls, source.returns], [0, 1]);
    }));
  });
}
