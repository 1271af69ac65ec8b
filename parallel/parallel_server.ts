/**
 * The contract of a server with several workers.
 *
 * @module
 */

import type { TcpAddr, UnixAddr } from "../core/addr.ts";
import type { Served } from "../core/served.ts";
import type { Certificate } from "../core/tls.ts";
import type { ParallelStats } from "./events.ts";

/** A server with several workers. */
export interface ParallelServer<A extends TcpAddr | UnixAddr = TcpAddr> extends AsyncDisposable {
  /** The address that was bound, with the real port (never 0). */
  readonly addr: A;
  /** Resolves when the server has ended, by `close()` or by its signal: what became of the connections that were open then. */
  readonly ended: Promise<Served>;
  /** What has happened so far. */
  stats(): ParallelStats;
  /**
   * Replaces the workers one after the other, as when their module has changed; resolves when all are
   * new. Each new one serves before the old one is given nothing more; that one finishes what it
   * has, with the grace of the server. No connection is refused: the socket that listens stays.
   *
   * Rejects when a new worker cannot start, with what keeps it from that as `cause`: the old one
   * stays, and so do those after it. Rejects when the server is closed meanwhile, and with
   * {@linkcode NotSupported} when there is one worker only, which is this thread. Of several calls
   * one follows the other.
   */
  reload(): Promise<void>;
  /**
   * Sends `message` to the `onMessage` of every worker there is: a copy. One that is just starting
   * gets it as soon as it serves. Throws what cannot be copied: for processes that is what
   * `structuredClone` throws, and a SharedArrayBuffer.
   */
  broadcast(message: unknown): void;
  /**
   * Takes another certificate for the connections to come, in all workers and those that replace them.
   *
   * Rejects with a TypeError when it is no certificate and key that belong together, and then keeps
   * the old one; with {@linkcode NotSupported} when the server has no TLS.
   */
  setCertificate(certificate: Certificate): Promise<void>;
  /**
   * Stops listening and has all workers finish what they have, within the grace; resolves when no
   * worker is left. Idempotent; never rejects.
   */
  close(): Promise<Served>;
}
