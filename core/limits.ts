/**
 * The numbers that the stream functions take, and what is refused.
 *
 * @module
 */

import { show } from "./show.ts";

/** The longest time that the platforms' timers can wait: what is longer fires at once. */
const MOST_MS = 2 ** 31 - 1;

/** Throws unless `count` is an integer of at least 0, or Infinity. */
export function requireCount(verb: string, count: unknown): void {
  if (count === Infinity || (Number.isSafeInteger(count) && (count as number) >= 0)) return;
  refuse(verb, "count", "an integer of at least 0, or Infinity", count);
}

/** Throws unless `size` is a positive safe integer. */
export function requireSize(verb: string, size: unknown): void {
  if (!isPositiveInteger(size)) refuse(verb, "size", "a positive integer", size);
}

/** Throws unless `limit` is a positive safe integer, Infinity, null or undefined. */
export function requireLimit(verb: string, limit: unknown): void {
  if (limit === undefined || limit === null || limit === Infinity) return;
  if (!isPositiveInteger(limit)) {
    refuse(verb, "limit", "a positive integer, Infinity or null", limit);
  }
}

/** Throws unless `ms` is a positive number of milliseconds that a timer can wait, or Infinity. */
export function requireTime(verb: string, name: string, ms: unknown): void {
  if (ms === Infinity || (typeof ms === "number" && ms > 0 && ms <= MOST_MS)) return;
  refuse(verb, name, `a positive number of at most ${MOST_MS}, or Infinity`, ms);
}

/** Throws unless `signal` is an AbortSignal or undefined. */
export function requireSignal(verb: string, signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new TypeError(`Cannot ${verb}: signal must be an AbortSignal, got ${show(signal)}`);
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function refuse(verb: string, name: string, expected: string, value: unknown): never {
  throw new RangeError(`Cannot ${verb}: ${name} must be ${expected}, got ${show(value)}`);
}
