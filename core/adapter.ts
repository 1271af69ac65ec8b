/**
 * The shape of an adapter: what each file of `adapters/` exports, and what the conformance suite asks
 * for.
 *
 * @module
 */

import type { TcpAddr, UnixAddr } from "./addr.ts";
import type { ConnectOptions } from "./connect_options.ts";
import type { Connection } from "./connection.ts";
import type {
  Listener,
  ListenOptions,
  TcpListenOptions,
  TlsListener,
  UnixListenOptions,
} from "./listener.ts";
import type { TlsListenOptions } from "./tls.ts";

/** Options with `tls`: what is made of them is a {@linkcode TlsListener}. */
export type WithTls<Options> = Options & { readonly tls: TlsListenOptions };

/** Listens; the options say what kind of listener it is. */
export interface Listen {
  /** On a TCP port, with TLS. */
  (options: WithTls<TcpListenOptions>): Promise<TlsListener<TcpAddr>>;
  /** On a unix socket, with TLS. */
  (options: WithTls<UnixListenOptions>): Promise<TlsListener<UnixAddr>>;
  /** On a TCP port. */
  (options: TcpListenOptions): Promise<Listener<TcpAddr>>;
  /** On a unix socket. */
  (options: UnixListenOptions): Promise<Listener<UnixAddr>>;
  /** On what the options say. */
  (options: ListenOptions): Promise<Listener>;
}

/**
 * The means of one runtime. Both functions reject, and never throw: with a TypeError or RangeError
 * for an invalid option, with {@linkcode NotSupported} for one that cannot be honoured, with a
 * {@linkcode NetworkError} when the system refuses.
 */
export interface Adapter {
  /** Resolves when the socket is bound. Whoever listens closes the listener. */
  readonly listen: Listen;
  /** Resolves when the connection is there, the handshake of TLS included. Whoever connects closes it. */
  connect(options: ConnectOptions): Promise<Connection>;
}
