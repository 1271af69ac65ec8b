/**
 * How many connections a process can have open, by its limit of open files.
 *
 * @module
 */

/** Open files that are left for everything else: at least so many, or this part of all. */
const RESERVED = 32;
const RESERVED_PART = 0.05;

/**
 * What `maxConnections` is when it is not given: what the limit of open files leaves; no limit where
 * that cannot be read. For adapters: `readLimits` gives the text of `/proc/self/limits`, or what it
 * says of open files, or throws.
 *
 * It is a bound for one listener: two of them that are both full have more than the process can.
 */
export function maxConnectionsOf(
  given: number | undefined,
  readLimits: () => string | number,
): number {
  if (given !== undefined) return given;
  let files: number;
  try {
    const limits = readLimits();
    files = typeof limits === "number"
      ? limits
      : Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
  } catch {
    // Another system than Linux, or no permission to read it.
    return Infinity;
  }
  if (Number.isNaN(files)) return Infinity;
  return Math.max(1, files - Math.max(RESERVED, Math.ceil(files * RESERVED_PART)));
}
