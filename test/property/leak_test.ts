/** Endless work must need no memory per item: a million items, one signal that outlives them all. */

import { assert, assertEquals } from "#assert";
import process from "node:process";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { map } from "../../core/map.ts";
import { takeUntil } from "../../core/take_until.ts";
import { collectGarbage } from "../support/garbage.ts";
import { test } from "../support/harness.ts";

const WARM_UP = 200_000;
const ITEMS = 1_000_000;
/** A listener on the signal costs hundreds of bytes, a number in an array 8: this is 1 byte an item. */
const MOST_GROWTH = ITEMS;

/** Numbers without end; says how much memory is in use after the warm-up, and at the end. */
class Counter implements AsyncIterableIterator<number, undefined, undefined> {
  readonly heap: number[] = [];
  #next = 0;

  next(): Promise<IteratorResult<number, undefined>> {
    const value = this.#next++;
    if (value === WARM_UP || value === ITEMS) {
      collectGarbage();
      this.heap.push(process.memoryUsage().heapUsed);
    }
    if (value < ITEMS) return Promise.resolve({ done: false, value });
    return Promise.resolve({ done: true, value: undefined });
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
