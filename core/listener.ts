/**
 * The contract of a listener, and the options to make one.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import type { Connection } from "./connection.ts";
import type { NetworkError } from "./errors.ts";
import type { ProxyProtocolOptions } from "./proxy_protocol.ts";
import type { Stream } from "./stream.ts";
import type { Timeouts } from "./timeouts.ts";
import type { Certificate, TlsListenOptions } from "./tls.ts";

/** Counters of a listener; a snapshot. */
export interface ListenerStats {
  /** Connections accepted so far, those refused not counted. */
  readonly accepted: number;
  /** Connections that are open: accepted and not yet released, those that wait and handshakes under way included. */
  readonly open: number;
  /**
   * Accepted connections that wait, paused, for somebody to ask for them. On Deno they wait in the
   * kernel instead, but while the listener closes.
   */
  readonly pending: number;
  /** Connections that were reset because `maxConnections` others were open, or `maxPending` others were waiting. */
  readonly refused: number;
  /** Accepts that failed: the peer was gone already, its handshake failed, or the process was out of descriptors. */
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
   * Stops listening; resolves when the port can be bound again. Connections that were handed out live
   * on. Idempotent; never rejects.
   *
   * While somebody takes `incoming()`, what has connected before is accepted first, since the system
   * resets whatever waits when a listener is closed: until nothing more comes, mostly some
   * milliseconds, 200 at most. The stream hands these connections out then, and ends after them.
   */
  close(): Promise<void>;
}

/** A listener with TLS. */
export interface TlsListener<A extends Addr = Addr> extends Listener<A> {
  /**
   * Takes another certificate for the connections to come; those that are there keep theirs.
   *
   * Rejects with a TypeError when it is no certificate and key that belong together, and then keeps
   * the old one; with {@linkcode NotSupported} where the runtime cannot do it.
   */
  setCertificate(certificate: Certificate): Promise<void>;
}

/** The options of every kind of listener. */
export interface CommonListenOptions {
  /** How many connections the kernel keeps before they are accepted, 1 to 65535, and no more than it allows (on Linux `net.core.somaxconn`). Default 4096. Not on Bun, where it is always 512, nor on Deno with a path. */
  readonly backlog?: number | undefined;
  /** Closes the listener when it aborts, like {@linkcode Listener.close}. When it is aborted already, `listen` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** How many accepted connections may wait for somebody to ask for them, on runtimes that accept unasked (Node, Bun); more are reset. Default 1024. */
  readonly maxPending?: number | undefined;
  /**
   * How many connections may be open at once: those that wait, those that were handed out, until
   * they are released. Where the runtime accepts when asked (Deno), no more are accepted then; where
   * it accepts unasked (Node, Bun), more are reset. Default: what the process's limit of open files
   * leaves, where that can be read; else no limit.
   */
  readonly maxConnections?: number | undefined;
  /** Told of every accept that failed. It must not throw. Default: the failure is only counted. */
  readonly onAcceptError?: ((error: NetworkError) => void) | undefined;
  /** Encrypts every connection. Default: plain. */
  readonly tls?: TlsListenOptions | undefined;
  /** The time limits of each connection. Default: 15 s for the handshake of TLS, none for the rest. */
  readonly timeouts?: Timeouts | undefined;
  /** Takes the address of the client from the header that a proxy sends. Default: the address of the socket. */
  readonly proxyProtocol?: ProxyProtocolOptions | undefined;
}

/** How to listen on a TCP port. */
export interface TcpListenOptions extends CommonListenOptions {
  /** The port, an integer from 0 to 65535; 0 lets the system choose a free one. */
  readonly port: number;
  /** The address or host name to bind. Default `"127.0.0.1"`: this machine only, on every runtime. */
  readonly hostname?: string | undefined;
  /** Lets several processes or threads listen on one port (`SO_REUSEPORT`). Default `false`. On Deno it needs `--unstable-net`. */
  readonly reusePort?: boolean | undefined;
  /** Makes a `::` listener refuse IPv4 peers. Default `false`. Not on Deno. */
  readonly ipv6Only?: boolean | undefined;
  /** Sends small writes at once (`TCP_NODELAY`). Default `true`. */
  readonly noDelay?: boolean | undefined;
  /** Either a port or a path. */
  readonly path?: undefined;
  /** Either a port or a descriptor. */
  readonly fd?: undefined;
}

/**
 * How to listen on a TCP socket that somebody else has bound, as systemd does (`LISTEN_FDS`): it is
 * adopted, and closed with the listener.
 */
export interface FdListenOptions extends CommonListenOptions {
  /** The number of the descriptor, 0 to 2147483647; the first that systemd passes is 3. Not with the adapter of Deno; that of Node can, on Deno too. */
  readonly fd: number;
  /** As with a port. */
  readonly noDelay?: boolean | undefined;
  /** Either a port or a descriptor. */
  readonly port?: undefined;
  /** Either a path or a descriptor. */
  readonly path?: undefined;
}

/** How to listen on a unix socket. */
export interface UnixListenOptions extends CommonListenOptions {
  /**
   * The path of the socket, 107 bytes at most; on Linux a leading NUL makes it an abstract name,
   * which no file stands for.
   *
   * A socket file that is there already is replaced only when nobody answers on it; a live one, and
   * any other file, is `EADDRINUSE`. Closing the listener removes the file.
   */
  readonly path: string;
  /** The permissions of the socket file, 0 to 0o777. Default: what the umask leaves. */
  readonly mode?: number | undefined;
  /** Either a port or a path. */
  readonly port?: undefined;
  /** Either a path or a descriptor. */
  readonly fd?: undefined;
}

/**
 * How to listen. Every option is checked, with the same error on every runtime, before anything is
 * bound; an option that the runtime cannot honour is refused with {@linkcode NotSupported}.
 */
export type ListenOptions = TcpListenOptions | UnixListenOptions | FdListenOptions;
