/**
 * Tells when a peer is gone.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import type { Input } from "./input.ts";

/** How much of what the client sends, and nobody has read yet, is read ahead to find its end. */
const MOST_AHEAD_BYTES = 64 * 1024;

/**
 * Calls `onGone` when the peer has reset the connection, or has finished sending; until the function
 * that is returned is called. To notice an end, what stands before it is read ahead, up to a limit.
 */
export function watchPeer(
  { signal }: Pick<Connection, "signal">,
  input: Input,
  onGone: (reason: unknown) => void,
): () => void {
  const onAbort = () => onGone(signal.reason);
  const onEnd = () => onGone(signal.aborted ? signal.reason : peerGone());
  if (signal.aborted) onAbort();
  else if (input.ended) onEnd();
  signal.addEventListener("abort", onAbort);
  input.onEnd = onEnd;
  input.readAhead(MOST_AHEAD_BYTES);
  return () => {
    signal.removeEventListener("abort", onAbort);
    input.onEnd = undefined;
    input.readAhead(0);
  };
}

/** Why nobody waits for an answer any more. */
export function peerGone(): Error {
  const error = new Error("Cannot go on: the client has closed the connection");
  return Object.assign(error, { name: "AbortError" });
}
