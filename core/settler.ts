/**
 * A promise and the two functions that settle it.
 *
 * @module
 */

/**
 * A promise together with what settles it.
 *
 * When it is rejected while nobody awaits it, nothing happens: a peer must not be able to end the
 * process by way of a `write()` that a handler did not await. Whoever awaits gets the error.
 */
export class Settler<T> {
  /** The promise. */
  readonly promise: Promise<T>;
  /** Fulfils it; later calls do nothing. */
  readonly resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.promise = promise;
    this.resolve = resolve;
    this.#reject = reject;
  }

  /** Rejects it; later calls do nothing. */
  reject(reason: unknown): void {
    own(this.promise);
    this.#reject(reason);
  }
}

/** Marks a promise whose rejection is for those who await it, and no fault when nobody does. */
export function own<T>(promise: Promise<T>): Promise<T> {
  promise.then(undefined, () => undefined);
  return promise;
}

/** A rejected promise; no fault when nobody awaits it. */
export function rejected(reason: unknown): Promise<never> {
  return own(Promise.reject(reason));
}
