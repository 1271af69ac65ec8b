/**
 * The first item of a stream that passes a test.
 *
 * @module
 */

import { consume } from "./consume.ts";
import { isThenable, requireFunction, type Source } from "./source.ts";

/**
 * The first item of `source` for which `predicate` returns something truthy; `undefined` if there is
 * none.
 *
 * `predicate` is given the item and its position, from 0, and may be async: then it is awaited
 * before the next item is asked for. A type guard narrows the type of the result. As soon as the
 * item is found, the source is closed, and that is waited for. When `predicate` fails, the source is
 * closed, too, and the call rejects with the error, as it does with one of the source. An invalid
 * source or function rejects before anything is asked for. A source that always has an item ready
 * does not starve timers.
 *
 * Follows TC39's `AsyncIterator.prototype.find`.
 *
 * @example
 * ```ts
 * import { find } from "@incoming/net";
 *
 * const word = await find([1, "a", 2, "b"], (item) => typeof item === "string");
 * if (word?.toUpperCase() !== "A") throw new Error(word);
 * ```
 */
export function find<T, S extends T>(
  source: Source<T>,
  predicate: (item: T, index: number) => item is S,
): Promise<S | undefined>;
/** The same, without a type guard. */
export function find<T>(
  source: Source<T>,
  predicate: (item: T, index: number) => unknown,
): Promise<T | undefined>;
export async function find<T>(
  source: Source<T>,
  predicate: (item: T, index: number) => unknown,
): Promise<T | undefined> {
  let found: T | undefined;
  await consume("find", source, () => requireFunction("find", predicate), (item: T, index) => {
    const keep = (passes: unknown): boolean => {
      if (passes) found = item;
      return Boolean(passes);
    };
    const passes = predicate(item, index);
    return isThenable(passes) ? Promise.resolve(passes).then(keep) : keep(passes);
  });
  return found;
}
