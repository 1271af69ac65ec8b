/**
 * Listening with `Bun.listen` and connecting with `Bun.connect`: the adapter of Bun.
 *
 * @module
 */

import { PushAcceptor } from "../core/acceptor.ts";
import type { WithTls } from "../core/adapter.ts";
import { type Addr, isWildcard, type TcpAddr, type UnixAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { type ConnectOptions, resolveConnectOptions } from "../core/connect_options.ts";
import type { Connection } from "../core/connection.ts";
import { maxConnectionsOf } from "../core/file_limit.ts";
import { resolveListenOptions } from "../core/listen_options.ts";
import type {
  Listener,
  ListenOptions,
  TcpListenOptions,
  TlsListener,
  UnixListenOptions,
} from "../core/listener.ts";
import { handlerOf, requirePossible } from "./bun_accepted.ts";
import { bindTcp, type Bound } from "./bun_bind.ts";

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
  requirePossible(resolved);
  const { tls, timeouts, signal } = resolved;
  const acceptor = new PushAcceptor({
    maxPending: resolved.maxPending,
    maxConnections: maxConnectionsOf(resolved.maxConnections, fileLimit),
    onAcceptError: resolved.onAcceptError,
    stop: () => bound.stop(),
  });
  // Loaded when it is needed: a listener without TLS does not pay for it.
  const secure = tls && await import("./bun_tls.ts");
  const handshakes = tls && secure && new secure.Handshakes({ acceptor, timeouts, tls });
  let own: TcpAddr | undefined;
  const handler = handlerOf(resolved, acceptor, handshakes, () => own);
  const bound: Bound<Addr> = resolved.path === undefined
    ? bindTcp(resolved, handler)
    : await (await import("./bun_bind_unix.ts")).bindUnix(resolved, handler);
  // Who knows how an adopted socket came to be.
  const { addr } = bound;
  const single = addr.transport === "tcp" && !isWildcard(addr.hostname);
  if (single && resolved.path === undefined && resolved.fd === undefined) own = addr;
  return secure === undefined || handshakes === undefined
    ? new BoundListener(bound.addr, acceptor, signal)
    : new secure.BunTlsListener(bound.addr, acceptor, handshakes, signal);
}

/**
 * How many files may be open. Not with `node:fs`, which takes as long to load as all the rest, nor with
 * `Bun.file`, which starts threads.
 */
function fileLimit(): number {
  // What Node documents, and its types do not say.
  const { userLimits } = process.report.getReport() as {
    readonly userLimits: { readonly open_files: { readonly soft: number | "unlimited" } };
  };
  return Number(userLimits.open_files.soft);
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
  const resolved = resolveConnectOptions(options);
  const { connectWith } = await import("./bun_connect.ts");
  return await connectWith(resolved);
}
