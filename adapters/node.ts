/**
 * Listening and connecting with `node:net` and `node:tls`: the adapter of Node. It runs on Deno and
 * Bun too.
 *
 * ```ts
 * import { listen } from "@incoming/net/node";
 *
 * const listener = await listen({ port: 0 });
 * await listener.close();
 * ```
 *
 * @module
 */

import { createServer, type Server, type ServerOpts, type Socket } from "node:net";
import { PushAcceptor } from "../core/acceptor.ts";
import type { WithTls } from "../core/adapter.ts";
import { type Addr, isWildcard, type TcpAddr, type UnixAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { type ConnectOptions, resolveConnectOptions } from "../core/connect_options.ts";
import type { Connection } from "../core/connection.ts";
import { maxConnectionsOf } from "../core/file_limit.ts";
import {
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
import { acceptedConnection, offerAccepted } from "../core/proxied.ts";
import type { Certificate } from "../core/tls.ts";
import { bindTcp } from "./node_bind.ts";
import { type Ends, openPlain, tcpEnds } from "./node_transport.ts";

/** Listens on a TCP port, with TLS; see the last form. */
export function listen(options: WithTls<TcpListenOptions>): Promise<TlsListener<TcpAddr>>;
/** Listens on a unix socket, with TLS; see the last form. */
export function listen(options: WithTls<UnixListenOptions>): Promise<TlsListener<UnixAddr>>;
/** Listens on a TCP port; see the last form. */
export function listen(options: TcpListenOptions): Promise<Listener<TcpAddr>>;
/** Listens on a unix socket; see the last form. */
export function listen(options: UnixListenOptions): Promise<Listener<UnixAddr>>;
/**
 * Listens for connections with `node:net`, with TLS with `node:tls`. Resolves when the socket is bound.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that cannot be honoured here, with a NetworkError (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`,
 * `ENOTFOUND`, `ENOENT`) when the address cannot be bound. Whoever listens closes the listener.
 */
export function listen(options: ListenOptions): Promise<Listener>;
export async function listen(options: ListenOptions): Promise<Listener> {
  const resolved = resolveListenOptions(options);
  return resolved.tls === undefined
    ? await listenPlain(resolved)
    : await listenSecured(resolved, resolved.tls);
}

/** What servers of both kinds are made with. */
function serverOptions(options: ResolvedListenOptions): ServerOpts {
  return {
    allowHalfOpen: true,
    // Nothing is read before somebody asks: a connection that waits costs a descriptor, no buffer.
    pauseOnConnect: true,
    noDelay: options.path === undefined && options.noDelay,
  };
}

async function listenPlain(options: ResolvedListenOptions): Promise<Listener> {
  const server = createServer(serverOptions(options));
  return await start(server, options, (acceptor, endsOf) => {
    server.on("connection", (socket) => {
      const ends = endsOf(socket);
      if (ends !== undefined) {
        const { timeouts, proxyProtocol } = options;
        const { localAddr, remoteAddr } = ends;
        const init = { localAddr, remoteAddr, timeouts, proxyProtocol };
        return offerAccepted(acceptor, acceptedConnection(openPlain(socket), init));
      }
      // Its error event comes without a listener, if it comes: that would end the process.
      socket.on("error", () => undefined);
      socket.destroy();
      acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
    });
  });
}

async function listenSecured(
  options: ResolvedListenOptions,
  tls: ResolvedTlsListenOptions,
): Promise<TlsListener> {
  // Loaded when it is needed: a listener without TLS does not pay for it.
  const { createTlsServer, offerSecured, replaceCertificate } = await import("./node_tls.ts");
  const { securedBehindHeader } = await import("./node_proxied.ts");
  const server = createTlsServer(tls, serverOptions(options));
  const { timeouts, proxyProtocol } = options;
  // With a header in front, TLS begins later than the connection: it has a server before it.
  const front = proxyProtocol === undefined
    ? server
    : createServer({ ...serverOptions(options), allowHalfOpen: false });
  const listener = await start(front, options, (acceptor, endsOf) => {
    const init = { acceptor, timeouts, endsOf };
    if (proxyProtocol === undefined) offerSecured(server, init);
    else front.on("connection", securedBehindHeader(server, { ...init, proxyProtocol }));
  });
  const setCertificate = (certificate: Certificate): Promise<void> =>
    replaceCertificate(server, tls, certificate);
  return Object.assign(listener, { setCertificate });
}

type EndsOf = (socket: Socket) => Ends | undefined;

/** Binds `server`; `serve` makes it offer what it accepts. */
async function start(
  server: Server,
  options: ResolvedListenOptions,
  serve: (acceptor: PushAcceptor, endsOf: EndsOf) => void,
): Promise<BoundListener<Addr>> {
  let release = (): void => undefined;
  const acceptor = new PushAcceptor({
    maxPending: options.maxPending,
    maxConnections: maxConnectionsOf(options.maxConnections, readLimits),
    onAcceptError: options.onAcceptError,
    stop: () => {
      server.close();
      release();
    },
  });
  let addr: Addr;
  if (options.path === undefined) {
    let own: TcpAddr | undefined;
    serve(acceptor, (socket) => tcpEnds(socket, own));
    addr = await bindTcp(server, options);
    // To ask each socket costs a call of the system. Who knows how an adopted one came to be.
    if (options.fd === undefined && !isWildcard(addr.hostname)) own = addr;
  } else {
    const named = addr = unixAddr(options.path);
    serve(acceptor, () => ({ localAddr: named, remoteAddr: unixAddr("") }));
    const { bindUnix } = await import("./node_bind_unix.ts");
    release = await bindUnix(server, options);
  }
  server.on("error", (error) => acceptor.failed(error));
  return new BoundListener(addr, acceptor, options.signal);
}

/** Not with an import, for which Node loads all that `node:fs` can: that takes as long as to listen. */
function readLimits(): string {
  return process.getBuiltinModule("node:fs").readFileSync("/proc/self/limits", "utf8");
}

function unixAddr(path: string): UnixAddr {
  return { transport: "unix", path };
}

/**
 * Connects with `node:net`, with TLS with `node:tls`. Resolves when the connection is there, the
 * handshake of TLS included.
 *
 * Rejects with the reason of `signal` when that aborts, with a TypeError or RangeError for an invalid
 * option, with a NetworkError (`ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`, `ENOENT`, `ECERT`, `EPROTO`)
 * when there is no connection. Whoever connects closes the connection.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const resolved = resolveConnectOptions(options);
  const { connectWith } = await import("./node_connect.ts");
  return await connectWith(resolved);
}
