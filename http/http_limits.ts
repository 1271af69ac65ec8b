/**
 * How large things of HTTP may be.
 *
 * @module
 */

/** How large things may be. Each is a positive integer; `Infinity` turns one off. */
export interface HttpLimits {
  /** The head of a request, in bytes; more is answered with 431. Default 16 KiB. */
  readonly maxHeaderSize?: number | undefined;
  /** How many fields it may have; more are answered with 431. Default 100. */
  readonly maxHeaderCount?: number | undefined;
  /** Its method and target together, in bytes; more is answered with 414. Default 8 KiB. */
  readonly maxRequestLineSize?: number | undefined;
  /** The body of a request, in bytes; more is answered with 413. Default 128 MiB. */
  readonly maxRequestBodySize?: number | undefined;
  /** A line that tells the size of a chunk, in bytes; more is answered with 400. Default 4 KiB. */
  readonly maxChunkLineSize?: number | undefined;
  /** The extensions of all chunks of a body together, in bytes; more is answered with 400. Default 16 KiB. */
  readonly maxChunkExtensionsSize?: number | undefined;
  /** The trailers of a body, in bytes; more is answered with 400. Default 16 KiB. */
  readonly maxTrailerSize?: number | undefined;
  /** How much of a body that the handler has not read is read and dropped, so that the connection can be used again. Default 256 KiB. */
  readonly maxUnreadBodySize?: number | undefined;
  /** How many requests a connection may bring; the last one is answered with `Connection: close`. Default 10,000. */
  readonly maxRequestsPerConnection?: number | undefined;
  /** How many bytes a second a body has to bring on average, when it is waited for longer than `timeouts.receive`. Default 240. */
  readonly minBodyRate?: number | undefined;
}

/** Every limit with its value. */
export type ResolvedLimits = { readonly [Name in keyof HttpLimits]-?: number };
const KIB = 1024;

/** The defaults. */
export const LIMITS: ResolvedLimits = {
  maxHeaderSize: 16 * KIB,
  maxHeaderCount: 100,
  maxRequestLineSize: 8 * KIB,
  maxRequestBodySize: 128 * KIB * KIB,
  maxChunkLineSize: 4 * KIB,
  maxChunkExtensionsSize: 16 * KIB,
  maxTrailerSize: 16 * KIB,
  maxUnreadBodySize: 256 * KIB,
  maxRequestsPerConnection: 10_000,
  minBodyRate: 240,
};
