/**
 * What the failure of a handler means.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { NetworkError } from "./errors.ts";

/** What was done to a connection. */
export interface Circumstances {
  /** It was closed, being idle. */
  readonly closedHere: boolean;
  /** The server is stopping. */
  readonly draining: boolean;
  /** What the last read has failed with. */
  readonly readFailure: unknown;
}

/** Whether `error` only says that the peer is gone, or what was done here. */
export function isEcho(error: unknown, connection: Connection, about: Circumstances): boolean {
  try {
    if (about.draining && Object(error).name === "AbortError") return true;
    if (!(error instanceof NetworkError)) return false;
    if (about.closedHere || connection.signal.aborted) return true;
    return error.code === "ETIMEDOUT" && error === about.readFailure;
  } catch {
    // An object that cannot even be looked at is something else.
    return false;
  }
}

/** Tells `onError`, if there is one; resolves when that is finished. */
export async function report(
  onError: ((error: unknown, connection: Connection) => unknown) | undefined,
  error: unknown,
  connection: Connection,
): Promise<void> {
  try {
    await onError?.(error, connection);
  } catch {
    // It is the last one to be told: there is nobody else.
  }
}

/** Why handlers are to stop. */
export function abortError(reason: string): Error {
  return Object.assign(new Error(`Cannot go on: ${reason}`), { name: "AbortError" });
}
