import { assert, assertEquals, assertStrictEquals } from "#assert";
import fc from "fast-check";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { test } from "../support/harness.ts";
import { check, run, ScheduledSource } from "./scheduled.ts";

const items = fc.uniqueArray(fc.nat(99), { maxLength: 12 });
const limit = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });

/** Handlers that take as long as the scheduler likes, and fail for some items. */
function handlers(s: fc.Scheduler, failing: ReadonlySet<number> = new Set()) {
  const started: number[] = [];
  const finished: number[] = [];
  const failures: Error[] = [];
  const state = { running: 0, most: 0, startedAfterFailure: 0, started, finished, failures };
  const each = async (item: number): Promise<void> => {
    if (failures.length > 0) state.startedAfterFailure++;
    started.push(item);
    state.most = Math.max(state.most, ++state.running);
    await s.schedule(Promise.resolve(), `handle ${item}`);
    state.running--;
    finished.push(item);
    if (!failing.has(item)) return;
    const error = new Error(`item ${item}`);
    failures.push(error);
    throw error;
  };
  return { each, state };
}

test("forEachConcurrent(): in any order of events every item is handled once, in order, within the limit", async () => {
  await check(fc.asyncProperty(fc.scheduler(), items, limit, async (s, xs, max) => {
    const source = new ScheduledSource(s, { items: xs });
    const { each, state } = handlers(s);
    const result = await run(s, forEachConcurrent(source, each, { limit: max }));
    assertEquals(result.status, "fulfilled");
    assertEquals(state.started, xs);
    assertEquals(state.finished.toSorted(), xs.toSorted());
    assert(state.most <= (max ?? Infinity), `${state.most} at once`);
    assertEquals([state.running, source.mostParked, source.leftWell], [0, 1, true]);
  }));
});

test("forEachConcurrent(): in any order of events the first failure stops it, and all that runs is awaited", async () => {
  const failing = fc.array(fc.nat(99), { maxLength: 4 });
  await check(
    fc.asyncProperty(
      fc.scheduler(),
      items,
      limit,
      failing,
      fc.boolean(),
      async (s, xs, max, bad, broken) => {
        const failure = broken ? new Error("the source") : undefined;
        const source = new ScheduledSource(s, { items: xs, failure });
        const { each, state } = handlers(s, new Set(bad));
        const result = await run(s, forEachConcurrent(source, each, { limit: max }));
        assertEquals([state.running, state.startedAfterFailure, source.leftWell], [0, 0, true]);
        const failed = source.over && failure !== undefined;
        const expected = new Set<unknown>(state.failures);
        if (failed && source.returns === 0) expected.add(failure);
        assertEquals(result.status, expected.size === 0 ? "fulfilled" : "rejected");
        if (result.status === "fulfilled") return;
        const { reason } = result;
        const errors: unknown[] = reason instanceof AggregateError ? reason.errors : [reason];
        // A source that fails when it has been left already is heard while handlers still run.
        if (failed && errors.includes(failure)) expected.add(failure);
        assertEquals([new Set(errors), errors.length], [expected, expected.size]);
        if (reason instanceof AggregateError) assertStrictEquals(reason.cause, errors[0]);
      },
    ),
  );
});

test("forEachConcurrent({ onError }): in any order of events the failures are reported and the rest goes on", async () => {
  const failing = fc.array(fc.nat(99), { maxLength: 6 });
  await check(fc.asyncProperty(fc.scheduler(), items, limit, failing, async (s, xs, max, bad) => {
    const source = new ScheduledSource(s, { items: xs });
    const { each, state } = handlers(s, new Set(bad));
    const reported: [unknown, number][] = [];
    const onError = async (error: unknown, item: number) => {
      await s.schedule(Promise.resolve(), `report ${item}`);
      reported.push([error, item]);
    };
    const result = await run(s, forEachConcurrent(source, each, { limit: max, onError }));
    assertEquals(result.status, "fulfilled");
    assertEquals(state.started, xs);
    assertEquals(new Set(reported.map(([error]) => error)), new Set(state.failures));
    assert(state.most <= (max ?? Infinity));
  }));
});

test("forEachConcurrent({ signal }): in any order of events an abort stops it with its reason", async () => {
  await check(fc.asyncProperty(fc.scheduler(), items, limit, async (s, xs, max) => {
    const source = new ScheduledSource(s, { items: xs });
    const { each, state } = handlers(s);
    const controller = new AbortController();
    const reason = new Error("enough");
    let startedBefore = Infinity;
    void s.schedule(Promise.resolve(), "abort").then(() => {
      startedBefore = state.started.length;
      controller.abort(reason);
    });
    const signals: AbortSignal[] = [];
    const options = { limit: max, signal: controller.signal };
    const watched = (item: number, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return each(item);
    };
    const result = await run(s, forEachConcurrent(source, watched, options));
    assertEquals([state.running, source.leftWell], [0, true]);
    if (result.status === "fulfilled") return assertEquals(state.finished.length, xs.length);
    assertStrictEquals(result.reason, reason);
    assertEquals(state.started.length, startedBefore, "none starts after the abort");
    for (const signal of signals) if (signal.aborted) assertStrictEquals(signal.reason, reason);
  }));
});
