/**
 * Listening and connecting with `Deno.listen` and `Deno.connect`: the adapter of Deno.
 *
 * It needs the permission `--allow-net`; for a unix socket also `--allow-read` and `--allow-write`, of
 * the folder that the socket is in.
 *
 * @module
 */

import { type AcceptorInit, PullAcceptor } from "../core/acceptor.ts";
import type { WithTls } from "../core/adapter.ts";
import { isWildcard, type TcpAddr, type UnixAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { type ConnectOptions, resolveConnectOptions } from "../core/connect_options.ts";
import type { Connection } from "../core/connection.ts";
import {
  resolveCertificate,
  type ResolvedListenOptions,
  type ResolvedTlsListenOptions,
  resolveListenOptions,
} from "../core/listen_options.ts";
import type {
  Listener,
  ListenOptions,
  TcpListenOptions,
  TlsListener,
  UnixListenOptions,
} from "../core/listener.ts";
import { acceptedConnection } from "../core/proxied.ts";
import type { Certificate } from "../core/tls.ts";
import { bind } from "./deno_bind.ts";
import type { Bound } from "./deno_types.ts";
import { connectWith } from "./deno_connect.ts";
import { type Ends, endsOf, openPlain } from "./deno_transport.ts";
import type { DenoConn } from "./deno_types.ts";

/**
 * Listens for connections with `Deno.listen`. Resolves when the socket is bound.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that cannot be honoured here (`ipv6Only`, `fd`; `reusePort` without `--unstable-net`; `backlog` with a
 * path), with a NetworkError (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND`, `ENOENT`,
 * `ENOTCAPABLE`) when the address cannot be bound. Whoever listens closes the listener.
 *
 * Without TLS, connections are accepted when somebody asks for one; until then they wait in the kernel.
 * With `tls`, the encryption is that of `node:tls`, and they are accepted unasked, for their handshake:
 * up to `maxPending` wait here then, and as many handshakes are under way at once, none of which waits
 * for another. When the connection below ends without the end of TLS (`close_notify`), that is an end
 * of file like any other: whoever needs to tell has to have an end in the protocol.
 */
export function listen(options: WithTls<TcpListenOptions>): Promise<TlsListener<TcpAddr>>;
/** The same on a unix socket, with TLS. */
export function listen(options: WithTls<UnixListenOptions>): Promise<TlsListener<UnixAddr>>;
/** The same on a TCP port, without TLS. */
export function listen(options: TcpListenOptions): Promise<Listener<TcpAddr>>;
/** The same on a unix socket, without TLS. */
export function listen(options: UnixListenOptions): Promise<Listener<UnixAddr>>;
/** The same on what the options say. */
export function listen(options: ListenOptions): Promise<Listener>;
export async function listen(options: ListenOptions): Promise<Listener> {
  const resolved = resolveListenOptions(options);
  return resolved.tls === undefined
    ? await listenPlain(resolved)
    : await listenSecured(resolved, resolved.tls);
}

async function listenPlain(options: ResolvedListenOptions): Promise<Listener> {
  const { timeouts, proxyProtocol } = options;
  const bound = await bind(options);
  const acceptor = new PullAcceptor({
    ...acceptorOptions(bound, options),
    acceptOne: () =>
      accept(
        bound,
        options,
        (conn, ends) => acceptedConnection(openPlain(conn), { ...ends, timeouts, proxyProtocol }),
      ),
  });
  return new BoundListener(bound.addr, acceptor, options.signal);
}

async function listenSecured(
  options: ResolvedListenOptions,
  tls: ResolvedTlsListenOptions,
): Promise<TlsListener> {
  // Loaded when it is needed: a listener without TLS does not pay for it.
  const { requireReadable, secureClient } = await import("./deno_tls.ts");
  const { behindHeader } = await import("./deno_proxied.ts");
  const { HandshakeAcceptor } = await import("./deno_acceptor.ts");
  const { maxPending, timeouts, signal, proxyProtocol } = options;
  requireReadable("listen", tls);
  let current = tls;
  const bound = await bind(options);
  const init = { action: "finish the handshake", timeouts };
  const acceptor = new HandshakeAcceptor({
    ...acceptorOptions(bound, options),
    maxPending,
    acceptOne: () =>
      accept(bound, options, (conn, ends) =>
        behindHeader(
          { conn, ends, timeouts, proxyProtocol },
          (raw) => secureClient(raw, current, init),
        )),
  });
  // deno-lint-ignore require-await -- what is wrong with the certificate is a rejection
  const setCertificate = async (certificate: Certificate): Promise<void> => {
    const next = resolveCertificate("set the certificate", certificate);
    requireReadable("set the certificate", next);
    current = { ...tls, ...next };
  };
  return Object.assign(new BoundListener(bound.addr, acceptor, signal), { setCertificate });
}

/** What acceptors of both kinds are made with. */
function acceptorOptions(
  { listener, release }: Bound,
  { onAcceptError, maxConnections }: ResolvedListenOptions,
): AcceptorInit {
  return {
    onAcceptError,
    // The file limit cannot be read without all permissions, and need not be: who comes when there is
    // no descriptor left waits in the kernel.
    maxConnections,
    stop: () => {
      listener.close();
      release();
    },
  };
}

/** Accepts one connection, and makes something of it. */
async function accept<T>(
  { listener, addr }: Bound,
  options: ResolvedListenOptions,
  make: (conn: DenoConn, ends: Ends) => T,
): Promise<T> {
  const conn = await listener.accept();
  try {
    if (options.path === undefined && options.noDelay) conn.setNoDelay?.(true);
    // A unix socket is bound under another name than it has. Who listens at one address has told it.
    const own = "hostname" in addr && isWildcard(addr.hostname) ? undefined : addr;
    return make(conn, endsOf(conn, own));
  } catch (error) {
    conn.close();
    throw error;
  }
}

/**
 * Connects with `Deno.connect`. Resolves when the connection is there, the handshake of TLS included.
 *
 * Rejects with the reason of `signal` when that aborts, with a TypeError or RangeError for an invalid
 * option, with a NetworkError when there is no connection: `ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`,
 * `ENOENT`, `ENOTCAPABLE`, `ECERT`, `EPROTO`. Whoever connects closes the connection.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const resolved = resolveConnectOptions(options);
  const { tls, timeouts } = resolved;
  if (tls === undefined) return await connectWith(resolved, undefined);
  const { requireReadable, secureServer } = await import("./deno_tls.ts");
  requireReadable("connect", { ...tls.certificate, ca: tls.ca });
  return await connectWith(
    resolved,
    (raw, action) => secureServer(raw, tls, { action, timeouts }),
  );
}
