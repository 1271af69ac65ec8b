/**
 * A stream without its beginning.
 *
 * @module
 */

import { requireCount } from "./limits.ts";
import { open, type Source } from "./source.ts";
import { Stage } from "./stage.ts";

/**
 * The items of `source` after the first `count`.
 *
 * `count` is an integer of at least 0, or `Infinity`: then the source is read to its end, and
 * nothing comes out. Anything else is a RangeError. The first items are asked for, one by one, with
 * the first `next()`; they are dropped, not disposed of. A failure of the source fails the stream,
 * also among those items. `return()` closes the source at once, and ends a `next()` that waits.
 *
 * Follows TC39's `AsyncIterator.prototype.drop`, and `StreamExt::skip` of futures-rs. Unlike there,
 * a `count` that is no integer is refused, not rounded.
 *
 * @example
 * ```ts
 * import { drop } from "@incoming/net";
 *
 * const rest = await Array.fromAsync(drop("abcdef", 4));
 * if (rest.join() !== "e,f") throw new Error(rest.join());
 * ```
 */
export function drop<T>(
  source: Source<T>,
  count: number,
): AsyncIterableIterator<T, undefined, undefined> & AsyncDisposable {
  const iterator = open("drop", source, () => requireCount("drop", count));
  let left = count;
  return new Stage<T, T>(iterator, {
    each: (item, { emit, skip }) => {
      if (left === 0) return emit(item);
      left--;
      skip();
    },
  });
}
