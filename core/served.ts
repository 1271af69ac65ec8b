/**
 * What `serve` gives its handlers, and what it tells at its end.
 *
 * @module
 */

import type { ItemContext } from "./for_each_concurrent.ts";

/** What a handler is given beside its connection. Each signal is made when it is first read, and dies with the connection. */
export interface ServeContext extends ItemContext {
  /** Aborts when the grace is over, with an AbortError. The connection is reset then, too. */
  readonly signal: AbortSignal;
  /** Aborts when the server begins to stop, with an AbortError: finish what was asked, and begin nothing new. */
  readonly draining: AbortSignal;
}

/** What has become of the connections that were open when the end began, or were accepted after that. */
export interface Served {
  /** How many have ended before the grace was over: by their handlers, by their peers, or because they were idle. */
  readonly finished: number;
  /** How many were reset when the grace was over: their handlers ran, or their answers were not sent. */
  readonly cut: number;
}
