/**
 * Where the body of a request ends: RFC 9112, sections 6.1 to 6.3.
 *
 * @module
 */

import { expect, Refusal } from "./refusal.ts";

const ZERO = 0x30;
/** More digits are no length, even with zeros in front. */
const MOST_DIGITS = 20;

/** The value of a Content-Length, from `start` to `end`. Throws a {@linkcode Refusal} (400) when it is not digits alone. */
export function lengthIn(bytes: Uint8Array, start: number, end: number): number {
  let length = end > start && end - start <= MOST_DIGITS ? 0 : NaN;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    length = digit >= 0 && digit <= 9 ? 10 * length + digit : NaN;
  }
  expect(Number.isSafeInteger(length), "the Content-Length is malformed");
  return length;
}

/**
 * Checks the codings of a body. Throws a {@linkcode Refusal} unless it is `chunked` alone: 501 for other
 * codings below it, and 400 when it is not the last one, for then nobody knows where the body ends.
 */
export function requireChunked(codings: string): void {
  const names = listOf(codings);
  const isLast = names.indexOf("chunked") === names.length - 1;
  expect(isLast, "the Transfer-Encoding does not end in one chunked");
  if (names.length > 1) throw new Refusal(501, "no Transfer-Encoding is known here but chunked");
}

/**
 * What stands between the values of several fields of a name, which is given in lower case, when they
 * are joined: RFC 9110, section 5.3; for cookies RFC 9113, section 8.2.3.
 */
export function between(name: string): string {
  return name === "cookie" ? "; " : ", ";
}

/** What a list names, in lower case: RFC 9110, section 5.6.1. Only space and HTAB are white space here. */
export function listOf(value: string): string[] {
  return value.toLowerCase().split(",").map(trimmed);
}

/** A regular expression would look at white space inside again from each of its characters. */
function trimmed(item: string): string {
  let [start, end] = [0, item.length];
  while (start < end && isBlank(item.charCodeAt(start))) start++;
  while (end > start && isBlank(item.charCodeAt(end - 1))) end--;
  return item.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
