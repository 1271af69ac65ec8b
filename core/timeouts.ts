/**
 * How long a connection waits for its peer.
 *
 * @module
 */

import { requireTime } from "./limits.ts";
import { show } from "./show.ts";

/**
 * The time limits of a connection, in milliseconds; `Infinity` turns one off. Each fires not before
 * its time, and a twentieth of it or half a second late at most. What they cost does not depend on how
 * much is read and written.
 */
export interface Timeouts {
  /** How long the handshake of TLS may take. Default 15,000. Of no use on a connection that is there. */
  readonly handshake?: number | undefined;
  /**
   * How long nothing at all may be sent or received, whatever the handler does meanwhile: one that
   * thinks for longer than that sets it anew. Then the connection is broken, as by a reset of the
   * peer, but with `ETIMEDOUT`: what is pending rejects, the signal aborts, and the socket is reset,
   * since a mere end of file would tell the peer that all is in order. Default: no limit.
   */
  readonly idle?: number | undefined;
  /**
   * How long a read may wait for the peer to send something. Then it and every later one rejects
   * with `ETIMEDOUT`; writing still works, so that a handler can answer before it closes. Only a
   * read that is pending counts: while the handler is busy elsewhere, the peer owes it nothing.
   * Default: no limit.
   */
  readonly receive?: number | undefined;
  /**
   * How long a write may wait without the peer taking anything; then the connection is broken and
   * reset as with `idle`. It counts anew with each part that the system has sent on, where the
   * runtime tells; else with each write. It holds for what `close()` and `closeWrite()` still have to
   * send, too. (Systems report in portions of up to some MiB: who takes less than that in all this
   * time has taken nothing.) Default: no limit.
   */
  readonly send?: number | undefined;
}

/** The time limits, checked, with the defaults filled in. */
export type ResolvedTimeouts = { readonly [Name in keyof Timeouts]-?: number };

/** What holds where nothing is said. */
export const DEFAULT_TIMEOUTS: ResolvedTimeouts = {
  handshake: 15_000,
  idle: Infinity,
  receive: Infinity,
  send: Infinity,
};

/** Checks the option `timeouts`, as {@linkcode changedTimeouts} does; what is not given has its default. */
export function resolveTimeouts(verb: string, timeouts: Timeouts | undefined): ResolvedTimeouts {
  return timeouts === undefined
    ? DEFAULT_TIMEOUTS
    : changedTimeouts(verb, timeouts, DEFAULT_TIMEOUTS);
}

/**
 * Checks `timeouts`; what is not given is as in `before`. Throws a TypeError when it is no object, a
 * RangeError unless each is a positive number of milliseconds that a timer can wait, or Infinity.
 */
export function changedTimeouts(
  verb: string,
  timeouts: Timeouts,
  before: ResolvedTimeouts,
): ResolvedTimeouts {
  if (typeof timeouts !== "object" || timeouts === null) {
    throw new TypeError(`Cannot ${verb}: timeouts must be an object, got ${show(timeouts)}`);
  }
  const timeout = (name: keyof Timeouts): number => {
    const ms = timeouts[name];
    if (ms === undefined) return before[name];
    requireTime(verb, `timeouts.${name}`, ms);
    return ms;
  };
  return {
    handshake: timeout("handshake"),
    idle: timeout("idle"),
    receive: timeout("receive"),
    send: timeout("send"),
  };
}

/** Whether any of `timeouts` may pass with a connection on which a write waits, or none does. */
export function canExpire({ receive, send, idle }: ResolvedTimeouts, writing: boolean): boolean {
  return Math.min(receive, idle, writing ? send : Infinity) < Infinity;
}
