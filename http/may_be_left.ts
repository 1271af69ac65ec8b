/**
 * Promises that somebody may ask for and not wait for.
 *
 * @module
 */

/**
 * What `work` promises. A handler that does not wait for it is told of no failure: else whoever sends
 * half a body, and leaves, would end the process with a rejection that is nobody's.
 */
export function mayBeLeft<T>(work: () => Promise<T>): Promise<T> {
  const promise = work();
  promise.then(undefined, () => undefined);
  return promise;
}
