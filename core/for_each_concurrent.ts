/**
 * Runs a handler for each item of a source, several at once.
 *
 * @module
 */

import { ConcurrentRun } from "./concurrent_run.ts";
import { requireLimit, requireSignal } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { iteratorOf, leave, requireFunction, type Source } from "./source.ts";

/** How {@linkcode forEachConcurrent} runs. */
export interface ForEachConcurrentOptions<T> {
  /**
   * How many handlers may run at once: a positive integer, or `Infinity`, `null` or `undefined` for
   * no limit (the default). While so many run, the source is not asked for more: the limit is the
   * back-pressure.
   */
  readonly limit?: number | null | undefined;
  /** Stops the run: no further item is asked for, the handlers' signals abort, the call rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Takes the failure of one handler, so that the others go on. May be async; the item keeps its
   * place under the limit meanwhile. What it throws stops the run. A failure of the source is
   * always fatal.
   */
  readonly onError?: ((error: unknown, item: T) => unknown) | undefined;
}

/** What a handler is given beside its item. */
export interface ItemContext {
  /** Aborts when the run stops, with the error that stopped it as its reason. Made when it is first read. */
  readonly signal: AbortSignal;
}

/**
 * Calls `each` for every item of `source` as it arrives, without waiting for the calls before,
 * with at most `limit` of them running at once.
 *
 * Resolves when the source has ended and every handler has finished. Handlers start in the order
 * of the source; a first item that never ends does not hold up the others. A handler that returns
 * no promise is finished when it returns.
 *
 * **Failure.** The first error, of a handler or of the source, stops the run: nothing more is asked
 * for, the source is closed, the handlers' signals abort with that error, and when the running
 * handlers are finished, the call rejects with it. When others failed on their own too, it rejects
 * with an AggregateError: `errors` has all of them, the first one first, `cause` is the first. What
 * only repeats the first is not counted: that error itself, an AbortError, an error caused by it.
 * With `onError`, the failure of one handler does not stop the run.
 *
 * **Leaving.** The source is closed (`return()`) exactly once, unless it has ended or failed by
 * itself. A source that is still busy with `next()` is closed without waiting for it; an item that
 * arrives then is disposed of, if it has `Symbol.asyncDispose` or `Symbol.dispose`.
 *
 * **Taking turns.** A source that always has an item ready does not starve timers and sockets: there
 * is a pause of one turn of the event loop about every 512 items.
 *
 * Follows `StreamExt::for_each_concurrent` of futures-rs (and `try_for_each_concurrent`: promises may
 * always reject). Two differences: a limit of 0 is refused, a RangeError (there it means no limit);
 * and promises are eager, so that handlers run whether or not the result is awaited.
 *
 * An invalid limit, source, function or signal rejects before anything is asked for.
 *
 * @example Two at a time
 * ```ts
 * import { forEachConcurrent } from "@incoming/net";
 *
 * let running = 0;
 * await forEachConcurrent([1, 2, 3, 4], async () => {
 *   if (++running > 2) throw new Error("too many");
 *   await Promise.resolve();
 *   running--;
 * }, { limit: 2 });
 * ```
 */
export async function forEachConcurrent<T>(
  source: Source<T>,
  each: (item: T, context: ItemContext) => unknown,
  options: ForEachConcurrentOptions<T> = {},
): Promise<void> {
  const verb = "run for each item";
  const iterator = iteratorOf(verb, source);
  try {
    requireOptions(verb, options);
    requireFunction(verb, each);
    requireLimit(verb, options.limit);
    requireSignal(verb, options.signal);
    if (options.onError !== undefined) requireFunction(verb, options.onError);
  } catch (error) {
    // The caller's mistake is what counts, however closing the source goes.
    await leave(iterator).catch(() => undefined);
    throw error;
  }
  const { limit, signal, onError } = options;
  const run = new ConcurrentRun(iterator, each, { limit: limit ?? Infinity, signal, onError });
  await run.finished;
}
