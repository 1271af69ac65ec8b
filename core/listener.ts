/**
 * The contract of a listener, and the options to make one.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import type { Connection } from "./connection.ts";
import type { NetworkError } from "./errors.ts";
import type { Stream } from "./stream.ts";

/** Counters of a listener; a snapshot. */
export interface ListenerStats {
  /** Connections accepted so far, those refused not counted. */
  readonly accepted: number;
  /** Accepted connections that wait, paused, for somebody to ask for them. Always 0 on Deno, where they wait in the kernel. */
  readonly pending: number;
  /** Connections that were reset because `maxPending` others were waiting. */
  readonly refused: number;
  /** Accepts that failed: the peer was gone already, or the process was out of descriptors. */
  readonly failedAccepts: number;
}

/**
 * A bound socket that hands out connections.
 *
 * @example
 * ```ts
 * import { listen } from "@incoming/net";
 *
 * const listener = await listen({ port: 0 });
 * console.log(`http://127.0.0.1:${listener.addr.port}`);
 * await listener.close();
 * ```
 */
export interface Listener<A extends Addr = Addr> extends AsyncDisposable {
  /** The address that was bound, with the real port (never 0). */
  readonly addr: A;

  /** What has happened so far. */
  readonly stats: ListenerStats;

  /**
   * The connections, one by one, as an endless stream for one consumer; a second call throws `EBUSY`.
   *
   * Nothing that a peer does makes it throw. Leaving it (`break`, `return()`, an error in the loop)
   * closes the listener at once, also while a `next()` is pending, and resets the connections that
   * were accepted but never handed out. It ends after {@linkcode Listener.close}, when the
   * connections that were accepted before have been handed out.
   */
  incoming(): Stream<Connection>;

  /**
   * Stops listening. Connections that were handed out live on; the port can be bound again at once.
   * Idempotent; never rejects.
   */
  close(): Promise<void>;
}

/**
 * How to listen. Every option is checked, with the same error on every runtime, before anything is
 * bound; an option that the runtime cannot honour is refused with {@linkcode NotSupported}.
 */
export interface ListenOptions {
  /** The port, an integer from 0 to 65535; 0 lets the system choose a free one. */
  readonly port: number;
  /** The address or host name to bind. Default `"127.0.0.1"`: this machine only, on every runtime. */
  readonly hostname?: string | undefined;
  /** How many connections the kernel keeps before they are accepted, 1 to 65535. Default: the runtime's, 511 or 512. Not on Bun. */
  readonly backlog?: number | undefined;
  /** Lets several processes or threads listen on one port (`SO_REUSEPORT`). Default `false`. On Deno it needs `--unstable-net`. */
  readonly reusePort?: boolean | undefined;
  /** Makes a `::` listener refuse IPv4 peers. Default `false`. Not on Deno. */
  readonly ipv6Only?: boolean | undefined;
  /** Sends small writes at once (`TCP_NODELAY`). Default `true`. */
  readonly noDelay?: boolean | undefined;
  /** Closes the listener when it aborts, like {@linkcode Listener.close}. When it is aborted already, `listen` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** How many accepted connections may wait for somebody to ask for them, on runtimes that accept unasked (Node, Bun); more are reset. Default 1024. */
  readonly maxPending?: number | undefined;
  /** Told of every accept that failed. It must not throw. Default: the failure is only counted. */
  readonly onAcceptError?: ((error: NetworkError) => void) | undefined;
  /** Unix sockets are refused for now: {@linkcode NotSupported}. */
  readonly path?: string | undefined;
  /** TLS is refused for now: {@linkcode NotSupported}. */
  readonly tls?: unknown;
}
