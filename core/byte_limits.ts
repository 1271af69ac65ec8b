/**
 * How many bytes the reading functions take at most, and what they say when that is not what came.
 *
 * @module
 */

import type { Reader } from "./connection.ts";
import { NetworkError } from "./errors.ts";
import { show } from "./show.ts";

/** How long a line, or what is read until a delimiter, may be unless told otherwise. */
export const LINE_BYTES: number = 64 * 1024;

/** Throws unless `limit` is a positive safe integer, or Infinity. */
export function requireByteLimit(verb: string, limit: unknown): void {
  if (limit === Infinity || (Number.isSafeInteger(limit) && (limit as number) > 0)) return;
  const expected = "a positive integer, or Infinity";
  throw new RangeError(`Cannot ${verb}: limit must be ${expected}, got ${show(limit)}`);
}

/** Throws unless `count` is an integer of at least 0. */
export function requireByteCount(verb: string, count: unknown): void {
  if (Number.isSafeInteger(count) && (count as number) >= 0) return;
  const expected = "an integer of at least 0";
  throw new RangeError(
    `Cannot ${verb}: the count of bytes must be ${expected}, got ${show(count)}`,
  );
}

/** Throws unless `reader` can be read from. */
export function requireReader(verb: string, reader: Reader): void {
  const given = reader as Partial<Reader> | null | undefined;
  if (typeof given?.read === "function") return;
  throw new TypeError(`Cannot ${verb}: the reader must have read(), got ${show(reader)}`);
}

/** The error for more bytes than the limit allows: `EMSGSIZE`. */
export function tooLong(verb: string, reason: string): NetworkError {
  return new NetworkError(`Cannot ${verb}: ${reason} (EMSGSIZE)`, { code: "EMSGSIZE" });
}

/** The error for an end of file in the middle: `EEOF`. */
export function endedEarly(verb: string, came: number): NetworkError {
  const reason = `the input ended after ${came} ${came === 1 ? "byte" : "bytes"}`;
  return new NetworkError(`Cannot ${verb}: ${reason} (EEOF)`, { code: "EEOF" });
}
