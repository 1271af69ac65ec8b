/** How many bytes a pipeline still holds of each item that has gone through it. */

import process from "node:process";
import { collectGarbage } from "../test/support/garbage.ts";

/**
 * Bytes per item between two moments of one run over a source that does not end in between;
 * `consume` gets that source.
 */
export async function retained(
  consume: (source: AsyncIterable<number>) => Promise<unknown>,
  items: number,
): Promise<number> {
  const used: number[] = [];
  // The first part makes what stays for good: compiled code, buffers at their full size.
  await consume(observed(items, 2 * items, () => used.push(heapBytes())));
  const [before = NaN, after = NaN] = used;
  return (after - before) / items;
}

/** Counts to `end`; observes the heap at `start` and at the end. */
async function* observed(
  start: number,
  end: number,
  observe: () => void,
): AsyncGenerator<number, void, undefined> {
  for (let item = 0; item < end; item++) {
    if (item === start) observe();
    yield item;
  }
  observe();
}

function heapBytes(): number {
  for (let round = 0; round < 3; round++) collectGarbage();
  return process.memoryUsage().heapUsed;
}
