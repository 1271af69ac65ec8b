/**
 * A stream of the items that pass a test.
 *
 * @module
 */

import { open, requireFunction, type Source } from "./source.ts";
import { settle, Stage } from "./stage.ts";

/**
 * The items of `source` for which `predicate` returns something truthy, in their order.
 *
 * `predicate` is given the item and its position, from 0, and may be async; a type guard narrows the
 * type of the items. When it fails, the source is closed and `next()` rejects with its error.
 * `return()` closes the source at once.
 *
 * Follows TC39's `AsyncIterator.prototype.filter`, and `StreamExt::filter` of futures-rs.
 *
 * @example
 * ```ts
 * import { filter } from "@incoming/net";
 *
 * const words = await Array.fromAsync(filter([1, "a", 2, "b"], (item) => typeof item === "string"));
 * if (words.join() !== "a,b") throw new Error(words.join());
 * ```
 */
export function filter<T, S extends T>(
  source: Source<T>,
  predicate: (item: T, index: number) => item is S,
): AsyncIterableIterator<S, undefined, undefined> & AsyncDisposable;
/** The same, without a type guard. */
export function filter<T>(
  source: Source<T>,
  predicate: (item: T, index: number) => unknown,
): AsyncIterableIterator<T, undefined, undefined> & AsyncDisposable;
export function filter<T>(
  source: Source<T>,
  predicate: (item: T, index: number) => unknown,
): AsyncIterableIterator<T, undefined, undefined> & AsyncDisposable {
  const iterator = open("filter", source, () => requireFunction("filter", predicate));
  let index = 0;
  return new Stage<T, T>(iterator, {
    each: (item, emitter) =>
      settle(
        emitter,
        predicate(item, index++),
        (passes) => passes ? emitter.emit(item) : emitter.skip(),
      ),
  });
}
