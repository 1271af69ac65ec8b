/**
 * Runs a handler for each item of a source, one after the other.
 *
 * @module
 */

import { consume } from "./consume.ts";
import { isThenable, requireFunction, type Source } from "./source.ts";

/**
 * Calls `fn` for every item of `source`, and waits for it before the next item is asked for.
 *
 * `fn` is given the item and its position, from 0. Resolves when the source has ended. When `fn`
 * fails, the source is closed, and the call rejects with the error, as it does with one of the
 * source. An invalid source or function rejects before anything is asked for. A source that always
 * has an item ready does not starve timers.
 *
 * Follows TC39's `AsyncIterator.prototype.forEach`, and `StreamExt::for_each` of futures-rs. To have
 * several calls run at once, or to stop by a signal, use {@linkcode forEachConcurrent}.
 *
 * @example
 * ```ts
 * import { forEach } from "@incoming/net";
 *
 * const lines: string[] = [];
 * await forEach(["a", "b"], async (item, index) => {
 *   await Promise.resolve();
 *   lines.push(`${index}: ${item}`);
 * });
 * if (lines.join() !== "0: a,1: b") throw new Error(lines.join());
 * ```
 */
export function forEach<T>(
  source: Source<T>,
  fn: (item: T, index: number) => unknown,
): Promise<void> {
  return consume(
    "run for each item",
    source,
    () => requireFunction("run for each item", fn),
    visit,
  );

  function visit(item: T, index: number): false | PromiseLike<false> {
    const result = fn(item, index);
    return isThenable(result) ? Promise.resolve(result).then(() => false) : false;
  }
}
