/**
 * Waiting that a signal ends.
 *
 * @module
 */

import { own } from "./settler.ts";

/**
 * What `promise` becomes; or, if `signal` aborts before, a rejection with its reason. The listener is
 * removed on every way out. What becomes of the promise after an abort is nobody's fault.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  own(promise);
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    const forget = (): void => signal.removeEventListener("abort", abort);
    promise.then(forget, forget);
    promise.then(resolve, reject);
  });
}
