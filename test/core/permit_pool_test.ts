import { assertEquals, assertThrows } from "#assert";
import { PermitPool } from "../../core/permit_pool.ts";
import { countListeners, microtasks, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { forEachSeed } from "../support/seeded.ts";

test("PermitPool.take() gives what is free, or null", () => {
  const pool = new PermitPool();
  pool.add("add", 2);
  assertEquals(pool.take(3), null);
  const lease = pool.take(2);
  assertEquals(pool.available, 0);
  lease?.release();
  assertEquals(pool.available, 2);
});

test("PermitPool.add() changes nothing when there would be too many", () => {
  const pool = new PermitPool();
  pool.add("add", 1);
  const all = Number.MAX_SAFE_INTEGER;
  assertThrows(() => pool.add("add", all), RangeError, "Cannot add: there are 1, and ");
  assertEquals(pool.available, 1);
});

test("PermitPool.refuse() sends away all who wait, and takes nothing from the others", async () => {
  const pool = new PermitPool();
  const waiting = [pool.wait(1, undefined), pool.wait(2, undefined)];
  pool.refuse("reason");
  for (const each of waiting) assertEquals(await reasonOf(each), "reason");
  pool.add("add", 1);
  assertEquals(pool.available, 1);
});

test("PermitPool does as a list does, in any order of events", async () => {
  await forEachSeed(500, async (chance) => {
    const pool = new PermitPool();
    const total = { free: chance.below(4), all: 0 };
    if (total.free > 0) pool.add("add", total.free);
    total.all = total.free;
    let line: { id: number; count: number }[] = [];
    const state: string[] = [];
    const expected: string[] = [];
    const holds: { count: number; release: () => void }[] = [];
    const granted = new Map<number, () => void>();
    const stops: AbortController[] = [];
    const listeners: (() => number)[] = [];

    const serve = () => {
      for (let next = line[0]; next && next.count <= total.free; next = line[0]) {
        const { id, count } = next;
        line.shift();
        total.free -= count;
        expected[id] = "granted";
        holds.push({ count, release: () => granted.get(id)?.() });
      }
    };
    const events = [
      () => {
        const [id, count, stop] = [state.length, 1 + chance.below(3), new AbortController()];
        state.push("waits");
        expected.push("waits");
        stops.push(stop);
        listeners.push(countListeners(stop.signal));
        line.push({ id, count });
        serve();
        const taken = pool.take(count);
        assertEquals(taken !== null, expected[id] === "granted");
        const leased = taken === null ? pool.wait(count, stop.signal) : Promise.resolve(taken);
        leased.then((lease) => {
          state[id] = "granted";
          granted.set(id, () => lease.release());
        }, (reason) => state[id] = String(reason));
      },
      () => {
        const count = 1 + chance.below(2);
        const free = line.length === 0 ? total.free : 0;
        const lease = pool.take(count);
        assertEquals(lease !== null, count <= free);
        if (lease === null) return;
        total.free -= count;
        holds.push({ count, release: () => lease.release() });
      },
      async () => {
        const [held] = holds.splice(chance.below(holds.length), 1);
        if (held === undefined) return;
        // What was granted has to arrive before it can be released.
        await microtasks(4);
        total.free += held.count;
        held.release();
        serve();
        if (chance.once(3)) held.release();
      },
      () => {
        const id = chance.below(stops.length);
        if (expected[id] === "waits") expected[id] = "aborted";
        line = line.filter((waiter) => waiter.id !== id);
        stops[id]?.abort("aborted");
        serve();
      },
      () => {
        if (!chance.once(4)) return;
        total.free++;
        total.all++;
        pool.add("add", 1);
        serve();
      },
      () => {
        if (!chance.once(10)) return;
        for (const { id } of line) expected[id] = "refused";
        line = [];
        pool.refuse("refused");
      },
    ];
    for (let step = 0; step < 50; step++) {
      await chance.pick(events)();
      assertEquals(pool.available, line.length === 0 ? total.free : 0);
      if (!chance.once(3)) continue;
      await microtasks(4);
      assertEquals(state, expected);
      const waits = expected.map((each) => each === "waits" ? 1 : 0);
      assertEquals(listeners.map((count) => count()), waits);
    }
    // No permit is lost: when all is given back, all of them are there.
    line = [];
    pool.refuse("refused");
    await microtasks(4);
    for (const { release } of holds) release();
    assertEquals(pool.available, total.all);
  });
});
