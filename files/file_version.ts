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
const SECOND_NS = 1_000_000_000n;

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
 * From when on a look tells all changes apart from the version, in milliseconds since 1970; 0 when every
 * look does. Deno tells `ctime` in whole seconds, and so do some file systems: a change within that
 * second shows in nothing when the time of the file is set to what it was.
 */
export function clearAt({ ctimeNs }: FileVersion): number {
  return ctimeNs % SECOND_NS === 0n ? Number(ctimeNs / 1_000_000n) + 1000 + REST_MS : 0;
}

/**
 * The validators of a version that was looked at when it was `now`. The tag is a strong one, as ranges
 * need it (RFC 9110, section 8.8.1). Of bytes that are held it is their digest: the same on every
 * machine that serves them. Else it says where the file is, how large, and when it was written, to the
 * nanosecond where the runtime tells that, and also when its time was set by hand. So two versions have
 * it in common only when both were written within one tick of the clock: then it is weak.
 *
 * A coding has its own tag (section 8.8.3.3). A time in the future is not told (section 8.8.2.1).
 */
export function validatorsOf(
  version: FileVersion,
  coding: string | null,
  now: number,
  digest: string | null,
): Validators {
  const tag = `"${digest ?? placeAndTimeOf(version)}${coding === null ? "" : `-${coding}`}"`;
  const ms = Math.floor(Number(version.mtimeNs / 1_000_000n) / 1000) * 1000;
  return {
    etag: digest !== null || restOf(version, now) === 0 ? tag : `W/${tag}`,
    modified: ms > Math.min(now, LAST_MS) || ms < 0 ? undefined : new Date(ms).toUTCString(),
  };
}

function placeAndTimeOf({ dev, ino, size, mtimeNs, ctimeNs }: FileVersion): string {
  return [size, mtimeNs, BigInt.asUintN(64, ctimeNs - mtimeNs), ino, dev]
    .map((part) => part.toString(36)).join(".");
}

/** 128 bits of SHA-256, as 32 digits: nobody meets two files that have them in common. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Not by node:crypto, which takes a runtime up to 20 ms to load.
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Whether a compressed neighbour was made before the file was changed. One whose time has no fraction
 * was given it by a tool that knows seconds only.
 */
export function isOutdated(neighbour: FileVersion, file: FileVersion): boolean {
  return neighbour.mtimeNs % SECOND_NS === 0n
    ? neighbour.mtimeNs / SECOND_NS < file.mtimeNs / SECOND_NS
    : neighbour.mtimeNs < file.mtimeNs;
}
