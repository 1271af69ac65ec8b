/**
 * A stream as one value.
 *
 * @module
 */

import { consume } from "./consume.ts";
import { isThenable, requireFunction, type Source } from "./source.ts";

/**
 * Combines the items of `source` into one value, from the first to the last.
 *
 * `fn` is given what has been combined so far, the item and its position, and may be async: then it
 * is awaited before the next item is asked for. Without an initial value, the first item is it: `fn`
 * is called from position 1 on, and an empty source is a TypeError. An initial value counts when it
 * is given, also as `undefined`; the result for an empty source is that value.
 *
 * When `fn` fails, the source is closed, and the call rejects with the error, as it does with one of
 * the source. An invalid source or function rejects before anything is asked for. A source that
 * always has an item ready does not starve timers.
 *
 * Follows TC39's `AsyncIterator.prototype.reduce`, and `StreamExt::fold` of futures-rs.
 *
 * @example
 * ```ts
 * import { reduce } from "@incoming/net";
 *
 * const longest = await reduce(["a", "ccc", "bb"], (most, word) => Math.max(most, word.length), 0);
 * if (longest !== 3) throw new Error(`${longest}`);
 * ```
 */
export function reduce<T>(
  source: Source<T>,
  fn: (sum: T, item: T, index: number) => T | PromiseLike<T>,
): Promise<T>;
/** The same, from an initial value on. */
export function reduce<T, A>(
  source: Source<T>,
  fn: (sum: A, item: T, index: number) => A | PromiseLike<A>,
  initial: A,
): Promise<A>;
export async function reduce<T, A>(
  source: Source<T>,
  fn: (sum: A, item: T, index: number) => A | PromiseLike<A>,
  ...initial: [] | [A]
): Promise<A> {
  // In an array, so that no value of an item can be taken for the lack of one.
  let combined: readonly A[] = initial;
  const keep = (value: A): false => {
    combined = [value];
    return false;
  };
  await consume("reduce", source, () => requireFunction("reduce", fn), (item: T, index) => {
    // Without an initial value, A is T: the overloads say so, and the compiler cannot see it here.
    if (combined.length === 0) return keep(item as unknown as A);
    const value = fn(combined[0] as A, item, index);
    return isThenable(value) ? Promise.resolve(value).then(keep) : keep(value);
  });
  if (combined.length > 0) return combined[0] as A;
  throw new TypeError("Cannot reduce: the source is empty, and there is no initial value");
}
