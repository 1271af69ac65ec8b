/**
 * A stream that does not wait for ever.
 *
 * @module
 */

import { requireTime } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { open, type Source } from "./source.ts";
import { Stage } from "./stage.ts";
import { systemTimers, type Timers } from "./timers.ts";

/** A web global that the language's own types do not know. */
declare const DOMException: new (message: string, name: string) => Error;

/** How {@linkcode timeout} measures time. */
export interface TimeoutOptions {
  /** The clock; for tests. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/**
 * The items of `source`, as long as none of them takes longer than `ms` milliseconds.
 *
 * The time runs while the source is asked for an item, not while nobody asks. When it is over,
 * `next()` rejects with a DOMException named `TimeoutError`, and the source is closed, though it is
 * still busy; an item that arrives later is disposed of. After that, every `next()` is done.
 *
 * `ms` is a positive number of at most 2147483647 (24 days; timers cannot wait longer), or
 * `Infinity` for no limit; anything else is a RangeError. The timer is cleared when the item is
 * there, and with the end, a failure and `return()`, which closes the source at once.
 *
 * Follows `StreamExt::timeout` of tokio-stream. Unlike there, a timeout is a failure: it ends the
 * stream.
 *
 * @example
 * ```ts
 * import { timeout } from "@incoming/net";
 *
 * const silent = new ReadableStream<string>();
 * const failure: unknown = await timeout(silent, 1).next().catch((error) => error);
 * if (!(failure instanceof DOMException) || failure.name !== "TimeoutError") throw failure;
 * ```
 */
export function timeout<T>(
  source: Source<T>,
  ms: number,
  options: TimeoutOptions = {},
): AsyncIterableIterator<T, undefined, undefined> & AsyncDisposable {
  const iterator = open("time out", source, () => {
    requireOptions("time out", options);
    requireTime("time out", "ms", ms);
  });
  if (ms === Infinity) return new Stage<T, T>(iterator, { each: (item, { emit }) => emit(item) });
  const { timers = systemTimers } = options;
  let timer: unknown;
  let expire = (): void => undefined;
  const clear = (): void => timers.clear(timer);
  return new Stage<T, T>(iterator, {
    begin: ({ fail }) => {
      const message = `Cannot wait for the next item: none came within ${ms} ms`;
      expire = () => fail(new DOMException(message, "TimeoutError"));
    },
    more: () => {
      timer = timers.set(expire, ms);
      return true;
    },
    each: (item, { emit }) => {
      clear();
      emit(item);
    },
    over: clear,
  });
}
