/**
 * The beginning of a stream.
 *
 * @module
 */

import { requireCount } from "./limits.ts";
import { open, type Source } from "./source.ts";
import { Stage } from "./stage.ts";

/**
 * The first `count` items of `source`; then its end.
 *
 * `count` is an integer of at least 0, or `Infinity`; anything else is a RangeError. The source is
 * closed when an item after the last one is asked for, not before; with 0, nothing is ever asked of
 * it. `return()` closes it at once.
 *
 * Follows TC39's `AsyncIterator.prototype.take`, and `StreamExt::take` of futures-rs.
 *
 * @example
 * ```ts
 * import { take } from "@incoming/net";
 *
 * const first = await Array.fromAsync(take("abcdef", 3));
 * if (first.join() !== "a,b,c") throw new Error(first.join());
 * ```
 */
export function take<T>(
  source: Source<T>,
  count: number,
): AsyncIterableIterator<T, undefined, undefined> & AsyncDisposable {
  const iterator = open("take", source, () => requireCount("take", count));
  let left = count;
  return new Stage<T, T>(iterator, {
    more: () => left-- > 0,
    each: (item, { emit }) => emit(item),
  });
}
