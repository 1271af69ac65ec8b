/**
 * Results that are made several at once, in the order of their items.
 *
 * @module
 */

import type { BufferedOptions } from "./buffered_options.ts";
import { BufferedRun } from "./buffered_run.ts";
import type { ItemContext } from "./for_each_concurrent.ts";
import { requireLimit, requireSignal } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { open, requireFunction, type Source } from "./source.ts";

/**
 * What `fn` makes of the items of `source`, in their order, with up to `limit` results in the making
 * at once. A first one that takes long holds up those after it.
 *
 * Nothing is asked for before the first `next()`. While a `next()` waits, items are asked for, one at
 * a time, and `fn` is started on them, until `limit` results are in the making or wait to be taken;
 * while nobody waits, what runs goes on, and nothing new is started.
 *
 * **Failure.** The first error, of `fn` or of the source, fails the stream: nothing more is asked
 * for, the source is closed, the signals that `fn` was given abort with that error, and when what
 * runs is finished, `next()` rejects with it, or with an AggregateError as in
 * {@linkcode forEachConcurrent}. Results that wait to be taken are discarded,
 * those of earlier items, too: the failure is known as soon as possible.
 * Every `next()` after that is done. An abort of `signal` is such an error.
 *
 * **Leaving.** `return()` closes the source at once, also while it is busy, aborts the signals that
 * `fn` was given, and ends a `next()` that waits; it does not wait for what runs. An item or a result
 * that nobody takes any more is disposed of, if it has `Symbol.asyncDispose` or `Symbol.dispose`.
 *
 * **Taking turns.** A source that always has an item ready does not starve timers and sockets.
 *
 * Follows `StreamExt::buffered` of futures-rs (and `try_buffered`), with `fn` applied. There, only
 * what runs counts for the limit. A limit of 0 is refused. And promises are eager: what was started
 * goes on whether or not somebody asks for its result.
 *
 * An invalid limit is a RangeError, an invalid source, function or signal a TypeError, thrown before
 * anything is asked for.
 *
 * @example
 * ```ts
 * import { buffered, toArray } from "@incoming/net";
 *
 * const sizes = await toArray(
 *   buffered(["a", "bb", "ccc"], (text) => Promise.resolve(text.length), { limit: 2 }),
 * );
 * if (sizes.join() !== "1,2,3") throw new Error(sizes.join());
 * ```
 */
export function buffered<T, U>(
  source: Source<T>,
  fn: (item: T, context: ItemContext) => U | PromiseLike<U>,
  options: BufferedOptions = {},
): AsyncIterableIterator<U, undefined, undefined> & AsyncDisposable {
  return bufferedRun(source, fn, options, { ordered: true });
}

/** Checks the arguments and makes the stream, for both `buffered` and `bufferUnordered`. */
export function bufferedRun<T, U>(
  source: Source<T>,
  fn: (item: T, context: ItemContext) => U | PromiseLike<U>,
  options: BufferedOptions,
  { ordered }: { readonly ordered: boolean },
): BufferedRun<T, U> {
  const verb = "buffer";
  const iterator = open(verb, source, () => {
    requireOptions(verb, options);
    requireFunction(verb, fn);
    requireLimit(verb, options.limit);
    requireSignal(verb, options.signal);
  });
  const { limit, signal } = options;
  return new BufferedRun(iterator, fn, { limit: limit ?? Infinity, signal, ordered });
}
