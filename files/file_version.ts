/**
 * What tells one version of a file from another.
 *
 * @module
 */

import type { Validators } from "./conditions.ts";

/**
 * A system puts the time of its last tick on a change, and a tick takes 10 ms at most: two changes
 * within one cannot be told apart by their time. After this many milliseconds there can be no second
 * one with the same time.
 */
export const REST_MS = 20;
/** What a year of four digits ends with. */
const LAST_MS = 253_402_300_799_999;

/** Of what the system says about a file, that which changes when the file does. */
export interface FileVersion {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Just that, without the rest. */
export function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: FileVersion): FileVersion {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

/** Whether it is the same file, and was not changed since. */
export function isSameVersion(one: FileVersion, other: FileVersion): boolean {
  return hasSameBytes(one, other) && one.ino === other.ino && one.dev === other.dev &&
    one.ctimeNs === other.ctimeNs;
}

/** Whether the bytes of an open file are the same. Its name may be another, or gone: that is in `ctime`. */
export function hasSameBytes(one: FileVersion, other: FileVersion): boolean {
  return one.mtimeNs === other.mtimeNs && one.size === other.size;
}

/**
 * How many milliseconds have to pass at `now` until the version is the only one of its time: 0 when
 * they have. Infinity when the time is in the future: nobody knows when it will not be, as when the
 * clock of a file server is ahead of this one's.
 */
export function restOf({ mtimeNs, ctimeNs }: FileVersion, now: number): number {
  const changed = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  const left = changed + REST_MS - now;
  if (left <= 0) return 0;
  return left > 2 * REST_MS ? Infinity : left;
}

/**
 * The validators of a version that was looked at when it was `now`. The tag is a strong one, as ranges
 * need it (RFC 9110, section 8.8.1): it says where the file is, how large, and when it was written, to
 * the nanosecond where the runtime tells that, and also when its time was set by hand. So two versions
 * have it in common only when both were written within one tick of the clock: then it is weak.
 *
 * A coding has its own tag (section 8.8.3.3). A time in the future is not told (section 8.8.2.1).
 */
export function validatorsOf(
  version: FileVersion,
  coding: string | null,
  now: number,
): Validators {
  const { dev, ino, size, mtimeNs, ctimeNs } = version;
  const parts = [size, mtimeNs, BigInt.asUintN(64, ctimeNs - mtimeNs), ino, dev]
    .map((part) => part.toString(36));
  const tag = `"${parts.join(".")}${coding === null ? "" : `-${coding}`}"`;
  const ms = Math.floor(Number(mtimeNs / 1_000_000n) / 1000) * 1000;
  return {
    etag: restOf(version, now) === 0 ? tag : `W/${tag}`,
    modified: ms > Math.min(now, LAST_MS) || ms < 0 ? undefined : new Date(ms).toUTCString(),
  };
}

/**
 * Whether a compressed neighbour was made before the file was changed. One whose time has no fraction
 * was given it by a tool that knows seconds only.
 */
export function isOutdated(neighbour: FileVersion, file: FileVersion): boolean {
  const second = 1_000_000_000n;
  return neighbour.mtimeNs % second === 0n
    ? neighbour.mtimeNs / second < file.mtimeNs / second
    : neighbour.mtimeNs < file.mtimeNs;
}
