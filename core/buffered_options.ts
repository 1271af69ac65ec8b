/**
 * The options of `buffered` and `bufferUnordered`.
 *
 * @module
 */

/** How {@linkcode buffered} and {@linkcode bufferUnordered} run. */
export interface BufferedOptions {
  /**
   * How many results may be in the making or waiting to be taken, together: a positive integer, or
   * `Infinity`, `null` or `undefined` for no limit (the default). While there are so many, the
   * source is not asked for more: the limit is the back-pressure.
   */
  readonly limit?: number | null | undefined;
  /** Fails the stream with its reason. It is listened to from the first `next()` to the end. */
  readonly signal?: AbortSignal | undefined;
}

/** The options, checked, with the default limit filled in. */
export interface BufferedRunOptions {
  /** How many results may be in the making or waiting to be taken; Infinity for no limit. */
  readonly limit: number;
  /** Fails the stream. */
  readonly signal: AbortSignal | undefined;
  /** Whether results keep the order of the source; else they come as they are ready. */
  readonly ordered: boolean;
}
