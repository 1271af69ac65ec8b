/**
 * Whether an item of a stream passes a test.
 *
 * @module
 */

import { consume } from "./consume.ts";
import { isThenable, requireFunction, type Source } from "./source.ts";

/**
 * Whether `predicate` returns something truthy for an item of `source`; `false` for none at all.
 *
 * `predicate` is given the item and its position, from 0, and may be async: then it is awaited
 * before the next item is asked for. As soon as the answer is known, the source is closed, and that
 * is waited for. When `predicate` fails, the source is closed, too, and the call rejects with the
 * error, as it does with one of the source. An invalid source or function rejects before anything is
 * asked for. A source that always has an item ready does not starve timers.
 *
 * Follows TC39's `AsyncIterator.prototype.some`, and `StreamExt::any` of futures-rs.
 *
 * @example
 * ```ts
 * import { some } from "@incoming/net";
 *
 * const negative = await some([1, -2, 3], (n) => n < 0);
 * if (!negative) throw new Error("there is one");
 * ```
 */
export async function some<T>(
  source: Source<T>,
  predicate: (item: T, index: number) => unknown,
): Promise<boolean> {
  let answer = false;
  await consume("some", source, () => requireFunction("some", predicate), visit);
  return answer;

  function visit(item: T, index: number): boolean | PromiseLike<boolean> {
    const passes = predicate(item, index);
    return isThenable(passes) ? Promise.resolve(passes).then(decide) : decide(passes);
  }

  function decide(passes: unknown): boolean {
    answer = Boolean(passes);
    return answer;
  }
}
