/** Endless work must need no memory per item: a million items, one signal that outlives them all. */

import { assert, assertEquals } from "#assert";
import process from "node:process";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { map } from "../../core/map.ts";
import { takeUntil } from "../../core/take_until.ts";
import { collectGarbage } from "../support/garbage.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const WARM_UP = 200_000;
const ITEMS = 1_000_000;
/** The least that can be kept of an item is its place in an array: 8 bytes. */
const MOST_GROWTH = 8 * (ITEMS - WARM_UP);

/** How much memory is in use when all garbage is gone; what is weak goes with a turn of the event loop. */
async function heapUsed(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await macrotask();
  }
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Numbers without end; says how much memory is in use after the warm-up, and at the end. */
class Counter implements AsyncIterableIterator<number, undefined, undefined> {
  readonly heap: number[] = [];
  #next = 0;

  async next(): Promise<IteratorResult<number, undefined>> {
    const value = this.#next++;
    if (value === WARM_UP || value === ITEMS) this.heap.push(await heapUsed());
    return value < ITEMS ? { done: false, value } : { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get growth(): number {
    const [before = 0, after = Infinity] = this.heap;
    return after - before;
  }
}

for (const limit of [64, undefined]) {
  test(`forEachConcurrent({ limit: ${limit} }) keeps nothing of a million items`, async () => {
    const source = new Counter();
    const { signal } = new AbortController();
    let handled = 0;
    await forEachConcurrent(source, async (item, context) => {
      // Now and then the signal of an item is used as well.
      if (item % 16 === 0) context.signal.addEventListener("abort", () => undefined);
      await undefined;
      handled++;
    }, { limit, signal });
    assertEquals(handled, ITEMS);
    assert(source.growth < MOST_GROWTH, `the heap has grown by ${source.growth} bytes`);
  });
}

test("forEachConcurrent({ onError }) keeps nothing of a million failures", async () => {
  const source = new Counter();
  let failures = 0;
  const failure = new Error("always the same");
  await forEachConcurrent(source, () => Promise.reject(failure), {
    limit: 64,
    onError: () => void failures++,
  });
  assertEquals(failures, ITEMS);
  assert(source.growth < MOST_GROWTH, `the heap has grown by ${source.growth} bytes`);
});

test("takeUntil() and map() keep nothing of a million items", async () => {
  const source = new Counter();
  const { signal } = new AbortController();
  let seen = 0;
  for await (const item of takeUntil(map(source, (n) => n + 1), signal)) seen = item;
  assertEquals(seen, ITEMS);
  assert(source.growth < MOST_GROWTH, `the heap has grown by ${source.growth} bytes`);
});
