/**
 * The Range field: RFC 9110, section 14.
 *
 * @module
 */

/** A part of a file. */
export interface ByteRange {
  /** Where it begins. */
  readonly start: number;
  /** How many bytes it has: at least 1. */
  readonly length: number;
}

const SINGLE = /^bytes=[\t ]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[\t ]*$/i;

/**
 * The one range that `field` asks for of `size` bytes; `"none"` when it can have none of them (416);
 * `null` when the field is to be ignored, as it may always be: it is malformed, has another unit than
 * bytes, or asks for several ranges, which is what attacks do and players do not.
 */
export function parseRange(field: string, size: number): ByteRange | "none" | null {
  const match = SINGLE.exec(field);
  if (match === null) return null;
  const [, first = "", last = "", suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    if (length > 0) return { start: size - length, length };
    // The last bytes of nothing are nothing, and all of it: which a Content-Range cannot say.
    return Number(suffix) > 0 ? null : "none";
  }
  const [start, end] = [Number(first), last === "" ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== "" && Number(last) < start) return null;
  return start < size ? { start, length: end - start + 1 } : "none";
}

/** The value of Content-Range for this part of `size` bytes; for `"none"`, that of 416. */
export function contentRange(range: ByteRange | "none", size: number): string {
  return range === "none"
    ? `bytes */${size}`
    : `bytes ${range.start}-${range.start + range.length - 1}/${size}`;
}
