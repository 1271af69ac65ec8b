/**
 * What a link is made from, and whom it tells.
 *
 * @module
 */

import type { NetworkError } from "./errors.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";
import type { Timers } from "./timers.ts";

/** What a link is made from, beside its transport. */
export interface LinkInit {
  /** The time limits. Default: none. */
  readonly timeouts?: ResolvedTimeouts | undefined;
  /** The clock of the lingering close and of the time limits. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/** What the owner of a link is told, with the same two functions for all links. */
export interface LinkHooks<Owner> {
  /** What broke the connection. */
  readonly failed: (owner: Owner, failure: NetworkError) => void;
  /** The socket is released. Called once. */
  readonly released: (owner: Owner) => void;
}
