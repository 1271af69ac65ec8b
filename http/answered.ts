/**
 * What has become of an answer, for logs and counters.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import type { Exchange, HttpInfo } from "./exchange.ts";
import type { TextAnswer } from "./refusal_answer.ts";

/** What has become of an answer. */
export interface Answered {
  /** The request; `null` when its head was refused. */
  readonly request: Request | null;
  /** What the handler was given beside it, the same object; `null` when the head was refused. */
  readonly info: HttpInfo | null;
  /** The address of the client. */
  readonly remoteAddr: Addr;
  /** The status that was sent, or was to be sent; 101 when the connection was handed over. */
  readonly status: number;
  /** How many bytes of the body were sent, framing and head not counted. */
  readonly bytes: number;
  /** Whether the system has taken all of it: `false` when the client was gone, or did not take it in time, or the body has failed. */
  readonly complete: boolean;
  /** Milliseconds from the end of the request's head to that of the answer; 0 when the head was refused. */
  readonly duration: number;
}

type Hook = ((answered: Answered) => void) | undefined;

/** Tells of an exchange that is over. */
export function tellAnswered(hook: Hook, exchange: Exchange, complete: boolean, now: number): void {
  const { request = null, remoteAddr, status, bytes, began } = exchange;
  const duration = now - began;
  tell(hook, { request, info: exchange, remoteAddr, status, bytes, complete, duration });
}

/** Tells of a head that was refused, with a text in ASCII. */
export function tellRefused(hook: Hook, remoteAddr: Addr, { status, body }: TextAnswer): void {
  const bytes = body.length;
  const complete = true;
  tell(hook, { request: null, info: null, remoteAddr, status, bytes, complete, duration: 0 });
}

function tell(hook: Hook, answered: Answered): void {
  try {
    hook?.(answered);
  } catch {
    // It is told what is over: there is nothing left to do about it.
  }
}
