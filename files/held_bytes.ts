/**
 * Whether a file is still what is held of it.
 *
 * @module
 */

import { closeSync, constants, openSync, readSync } from "node:fs";

/** Not to wait for somebody who writes, when it has become a FIFO. Windows has none. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Whether the file at `path` has just these bytes. It is read at once: `bytes` are few. Never throws. */
export function holds(path: string, bytes: Uint8Array): boolean {
  try {
    const descriptor = openSync(path, FLAGS);
    try {
      return isSame(descriptor, bytes);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Whoever reads it is told why.
    return false;
  }
}

function isSame(descriptor: number, bytes: Uint8Array): boolean {
  // One more than there may be: so a longer file is noticed.
  const found = new Uint8Array(bytes.length + 1);
  let filled = 0;
  for (;;) {
    const count = readSync(descriptor, found, filled, found.length - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return filled === bytes.length && bytes.every((byte, i) => byte === found[i]);
}
