/**
 * The contract of a server with several workers.
 *
 * @module
 */

import type { TcpAddr } from "../core/addr.ts";
import type { Served } from "../core/served.ts";
import type { ParallelStats } from "./events.ts";

/** A server with several workers. */
export interface ParallelServer extends AsyncDisposable {
  /** The address that was bound, with the real port (never 0). */
  readonly addr: TcpAddr;
  /** Resolves when the server has ended, by `close()` or by its signal: what became of the connections that were open then. */
  readonly ended: Promise<Served>;
  /** What has happened so far. */
  stats(): ParallelStats;
  /**
   * Replaces the workers one after the other, as when their module has changed; resolves when all are
   * new. Each new one serves before the old one is given nothing more; that one finishes what it
   * has, with the grace of the server. No connection is refused: the socket that listens stays.
   *
   * Rejects when a new worker cannot start: the old one stays, and so do those after it. Rejects
   * with {@linkcode NotSupported} when there is one worker only, which is this thread.
   */
  reload(): Promise<void>;
  /**
   * Stops listening and has all workers finish what they have, within the grace; resolves when no
   * worker is left. Idempotent; never rejects.
   */
  close(): Promise<Served>;
}
