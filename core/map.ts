/**
 * A stream of what a function makes of each item.
 *
 * @module
 */

import { open, requireFunction, type Source } from "./source.ts";
import { settle, Stage } from "./stage.ts";

/**
 * The items of `source`, each passed through `fn`, one after the other.
 *
 * `fn` is given the item and its position, from 0, and may be async: then it is awaited before the
 * next item is asked for. When it fails, the source is closed and `next()` rejects with its error.
 * `return()` closes the source at once. Nothing is asked for before the first `next()`.
 *
 * Follows TC39's `AsyncIterator.prototype.map`, and `StreamExt::then` of futures-rs.
 *
 * @example
 * ```ts
 * import { map } from "@incoming/net";
 *
 * const doubled = await Array.fromAsync(map([1, 2, 3], (n) => n * 2));
 * if (doubled.join() !== "2,4,6") throw new Error(doubled.join());
 * ```
 */
export function map<T, U>(
  source: Source<T>,
  fn: (item: T, index: number) => U | PromiseLike<U>,
): AsyncIterableIterator<U, undefined, undefined> & AsyncDisposable {
  const iterator = open("map", source, () => requireFunction("map", fn));
  let index = 0;
  return new Stage<T, U>(iterator, {
    each: (item, emitter) => settle(emitter, fn(item, index++), emitter.emit),
  });
}
