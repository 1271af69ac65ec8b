/**
 * A stream up to the moment when something else happens.
 *
 * @module
 */

import { show } from "./show.ts";
import { isThenable, open, type Source } from "./source.ts";
import { type Operator, Stage } from "./stage.ts";

/**
 * The items of `source` until `stop` happens: until the signal aborts, or the promise is fulfilled.
 *
 * The stop has priority: once it has happened, no further item is handed out, even if one is ready.
 * It ends the stream (no error), closes the source, also while that is busy, and answers a waiting
 * `next()` with the end. An item that arrives later is disposed of. When the stop has happened
 * before the first `next()`, the source is closed without being asked for anything. A promise that
 * is rejected fails the stream.
 *
 * Nothing stays on a long-lived signal: the listener is added with the first `next()` and removed
 * when the stream is over, whatever ended it. Follows `StreamExt::take_until` of futures-rs.
 *
 * @example Accept until told to stop; what is running then goes on
 * ```ts
 * import { forEachConcurrent, listen, takeUntil } from "@incoming/net";
 *
 * const stop = new AbortController();
 * const listener = await listen({ port: 0 });
 * const served = forEachConcurrent(takeUntil(listener.incoming(), stop.signal), (conn) => conn.close());
 * stop.abort();
 * await served;
 * ```
 */
export function takeUntil<T>(
  source: Source<T>,
  stop: AbortSignal | PromiseLike<unknown>,
): AsyncIterableIterator<T, undefined, undefined> & AsyncDisposable {
  const iterator = open("take until", source, () => requireStop(stop));
  return new Stage(iterator, stop instanceof AbortSignal ? untilAbort(stop) : untilSettled(stop));
}

function untilAbort<T>(signal: AbortSignal): Operator<T, T> {
  let forget = (): void => undefined;
  return {
    begin: ({ end }) => {
      if (signal.aborted) return end();
      signal.addEventListener("abort", end);
      forget = () => signal.removeEventListener("abort", end);
    },
    each: (item, { emit }) => emit(item),
    over: () => forget(),
  };
}

function untilSettled<T>(stop: PromiseLike<unknown>): Operator<T, T> {
  return {
    begin: ({ end, fail }) => void Promise.resolve(stop).then(end, fail),
    // An item and a stop of the same moment: the stop is heard first.
    each: (item, { emit }) => queueMicrotask(() => emit(item)),
  };
}

function requireStop(stop: unknown): void {
  if (stop instanceof AbortSignal || isThenable(stop)) return;
  const expected = "an AbortSignal or a promise";
  throw new TypeError(`Cannot take until: the stop must be ${expected}, got ${show(stop)}`);
}
