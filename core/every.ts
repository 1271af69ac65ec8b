/**
 * Whether all items of a stream pass a test.
 *
 * @module
 */

import { consume } from "./consume.ts";
import { isThenable, requireFunction, type Source } from "./source.ts";

/**
 * Whether `predicate` returns something truthy for every item of `source`; `true` for none at all.
 *
 * `predicate` is given the item and its position, from 0, and may be async: then it is awaited
 * before the next item is asked for. As soon as the answer is known, the source is closed, and that
 * is waited for. When `predicate` fails, the source is closed, too, and the call rejects with the
 * error, as it does with one of the source. An invalid source or function rejects before anything is
 * asked for. A source that always has an item ready does not starve timers.
 *
 * Follows TC39's `AsyncIterator.prototype.every`, and `StreamExt::all` of futures-rs.
 *
 * @example
 * ```ts
 * import { every } from "@incoming/net";
 *
 * const positive = await every([1, -2, 3], (n) => n > 0);
 * if (positive) throw new Error("there is another");
 * ```
 */
export async function every<T>(
  source: Source<T>,
  predicate: (item: T, index: number) => unknown,
): Promise<boolean> {
  let answer = true;
  await consume("every", source, () => requireFunction("every", predicate), visit);
  return answer;

  function visit(item: T, index: number): boolean | PromiseLike<boolean> {
    const passes = predicate(item, index);
    return isThenable(passes) ? Promise.resolve(passes).then(decide) : decide(passes);
  }

  function decide(passes: unknown): boolean {
    answer = Boolean(passes);
    return !answer;
  }
}
