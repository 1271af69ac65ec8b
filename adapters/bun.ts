/**
 * Listening with `Bun.listen` and connecting with `Bun.connect`: the adapter of Bun.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { PushAcceptor } from "../core/acceptor.ts";
import type { WithTls } from "../core/adapter.ts";
import type { Addr, TcpAddr, UnixAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { type ConnectOptions, resolveConnectOptions } from "../core/connect_options.ts";
import type { Connection } from "../core/connection.ts";
import { maxConnectionsOf } from "../core/file_limit.ts";
import { type ResolvedListenOptions, resolveListenOptions } from "../core/listen_options.ts";
import type {
  Listener,
  ListenOptions,
  TcpListenOptions,
  TlsListener,
  UnixListenOptions,
} from "../core/listener.ts";
import { NotSupported } from "../core/errors.ts";
import { acceptedConnection, offerAccepted } from "../core/proxied.ts";
import { bindTcp, bindUnix, type Bound } from "./bun_bind.ts";
import { connectWith } from "./bun_connect.ts";
import { BunTlsListener, Handshakes } from "./bun_tls.ts";
import {
  type Ends,
  openPlain,
  type Socket,
  type SocketOwner,
  tcpEnds,
  TELL_OWNER,
  TELL_OWNER_BELOW_TLS,
} from "./bun_transport.ts";
import type { BunSocketHandler } from "./bun_types.ts";

/**
 * Listens on a TCP port or on a unix socket, with or without TLS, with `Bun.listen`. Resolves when the
 * socket is bound.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that cannot be honoured here (`backlog`, `proxyProtocol` with `tls`), with a NetworkError (`EADDRINUSE`, `EACCES`,
 * `EADDRNOTAVAIL`, `ENOTFOUND`, `ENOENT`) when the address cannot be bound. Whoever listens closes the
 * listener.
 */
export function listen(options: WithTls<TcpListenOptions>): Promise<TlsListener<TcpAddr>>;
/** The same on a unix socket, with TLS. */
export function listen(options: WithTls<UnixListenOptions>): Promise<TlsListener<UnixAddr>>;
/** The same on a TCP port. */
export function listen(options: TcpListenOptions): Promise<Listener<TcpAddr>>;
/** The same on a unix socket. */
export function listen(options: UnixListenOptions): Promise<Listener<UnixAddr>>;
/** The same on what the options say. */
export function listen(options: ListenOptions): Promise<Listener>;
export async function listen(options: ListenOptions): Promise<Listener> {
  const resolved = resolveListenOptions(options);
  if (resolved.proxyProtocol !== undefined && resolved.tls !== undefined) {
    throw new NotSupported(
      "Cannot listen: Bun cannot put TLS on a socket of which was read; the option proxyProtocol excludes tls",
    );
  }
  const acceptor = new PushAcceptor({
    maxPending: resolved.maxPending,
    maxConnections: maxConnectionsOf(
      resolved.maxConnections,
      () => readFileSync("/proc/self/limits", "utf8"),
    ),
    onAcceptError: resolved.onAcceptError,
    stop: () => bound.stop(),
  });
  const { tls, timeouts, signal } = resolved;
  const handshakes = tls && new Handshakes({ acceptor, timeouts, tls });
  const bound: Bound<Addr> = resolved.path === undefined
    ? bindTcp(resolved, handlerOf(resolved, acceptor, handshakes))
    : await bindUnix(resolved, handlerOf(resolved, acceptor, handshakes));
  return handshakes === undefined
    ? new BoundListener(bound.addr, acceptor, signal)
    : new BunTlsListener(bound.addr, acceptor, handshakes, signal);
}

/**
 * Connects to a TCP port or to a unix socket, with or without TLS, with `Bun.connect`. Resolves when the
 * connection is there, the handshake of TLS included.
 *
 * Rejects with the reason of `signal`, with a TypeError or RangeError for an invalid option, with a
 * NetworkError (`ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`, `ENOENT`, `ECERT`, `EPROTO`) when there is no
 * connection. Whoever connects closes the connection.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  return await connectWith(resolveConnectOptions(options));
}

/** What happens to the sockets of a listener. */
function handlerOf(
  options: ResolvedListenOptions,
  acceptor: PushAcceptor,
  handshakes: Handshakes | undefined,
): BunSocketHandler<SocketOwner> {
  const open = (socket: Socket): void => {
    const ends = endsOf(socket, options);
    if (ends === undefined) {
      acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
      return socket.terminate();
    }
    if (options.path === undefined && !options.noDelay) socket.setNoDelay(false);
    if (handshakes !== undefined) handshakes.begin(socket, ends);
    else {
      const { timeouts, proxyProtocol } = options;
      const init = { ...ends, timeouts, proxyProtocol };
      offerAccepted(acceptor, acceptedConnection(openPlain(socket), init));
    }
  };
  return { ...(handshakes === undefined ? TELL_OWNER : TELL_OWNER_BELOW_TLS), open };
}

/** The two addresses of an accepted socket; `undefined` when its peer is gone already. */
function endsOf(socket: Socket, { path }: ResolvedListenOptions): Ends | undefined {
  if (path === undefined) return tcpEnds(socket);
  return { localAddr: { transport: "unix", path }, remoteAddr: { transport: "unix", path: "" } };
}
