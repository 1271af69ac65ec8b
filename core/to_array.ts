/**
 * A stream as an array.
 *
 * @module
 */

import { consume } from "./consume.ts";
import type { Source } from "./source.ts";

/**
 * All items of `source`, in their order, when it has ended.
 *
 * It takes as much memory as they do: take only the beginning of an endless source. When the source
 * fails, the call rejects with its error, and the items before it are lost. What cannot be iterated
 * is a TypeError. A source that always has an item ready does not starve timers.
 *
 * Follows TC39's `AsyncIterator.prototype.toArray`, and `StreamExt::collect` of futures-rs. Beside
 * `Array.fromAsync`, it takes no array-likes and gives timers their turn.
 *
 * @example
 * ```ts
 * import { map, toArray } from "@incoming/net";
 *
 * const doubled = await toArray(map([1, 2, 3], (n) => n * 2));
 * if (doubled.join() !== "2,4,6") throw new Error(doubled.join());
 * ```
 */
export async function toArray<T>(source: Source<T>): Promise<T[]> {
  const items: T[] = [];
  await consume("make an array", source, () => undefined, (item: T) => {
    items.push(item);
    return false;
  });
  return items;
}
