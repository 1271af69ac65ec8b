/**
 * Connecting with `node:net` and `node:tls`.
 *
 * @module
 */

import { connect as connectSocket, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { formatAddr, type UnixAddr } from "../core/addr.ts";
import type { ResolvedConnectOptions } from "../core/connect_options.ts";
import { networkError } from "../core/errors.ts";
import type { TransportConnection } from "../core/transport_connection.ts";
import { contextOf, tlsErrorCode } from "./node_tls.ts";
import { type Ends, plainConnection, tcpEnds, tlsConnection } from "./node_transport.ts";

/** Who is at the other end of a unix socket, for a certificate: somebody on this machine. */
const UNIX_HOST = "localhost";

/** Connects, and leaves nothing behind when that fails or takes too long. */
export async function connectWith(options: ResolvedConnectOptions): Promise<TransportConnection> {
  const { signal, timeout } = options;
  const action = `connect to ${formatAddr(options)}`;
  const tls = tlsOptions(options);
  const socket = open(options);
  const timers: ReturnType<typeof setTimeout>[] = [];
  const limit = (ms: number): void => {
    if (ms === Infinity) return;
    timers.push(setTimeout(() => attempt.reject(networkError(action, "ETIMEDOUT")), ms));
  };
  const attempt = Promise.withResolvers<TransportConnection>();
  const failed = (error?: Error): void =>
    attempt.reject(networkError(action, tlsErrorCode(error), error));
  // Both stay: what comes when nobody waits any more is to end here.
  socket.on("error", failed);
  socket.on("close", () => failed());
  socket.once("connect", () => {
    const ends = endsOf(socket, options);
    if (ends === undefined) failed();
    else if (tls === undefined) attempt.resolve(plainConnection(socket, ends, options.timeouts));
    else {
      limit(options.timeouts.handshake);
      secure(socket, tls, failed, (secured) => {
        attempt.resolve(tlsConnection(secured, socket, ends, options.timeouts));
      });
    }
  });
  const onAbort = (): void => attempt.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  limit(timeout);
  try {
    const connection = await attempt.promise;
    connection.readAhead();
    return connection;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    timers.forEach(clearTimeout);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Calls `done` when the handshake is done, before any input can arrive. */
function secure(
  socket: Socket,
  options: ConnectionOptions,
  failed: (error: Error) => void,
  done: (secured: TLSSocket) => void,
): void {
  try {
    const secured = connectTls({ ...options, socket });
    secured.on("error", failed);
    secured.once("secureConnect", () => done(secured));
  } catch (error) {
    // What is thrown in a callback would end the process.
    failed(error as Error);
  }
}

function open(options: ResolvedConnectOptions): Socket {
  const socket = options.path === undefined
    ? connectSocket({
      host: options.hostname,
      port: options.port,
      noDelay: options.noDelay,
      allowHalfOpen: true,
    })
    : connectSocket({ path: options.path, allowHalfOpen: true });
  // Nothing is read before somebody asks.
  return socket.pause();
}

function endsOf(socket: Socket, options: ResolvedConnectOptions): Ends | undefined {
  if (options.path === undefined) return tcpEnds(socket);
  const unix = (path: string): UnixAddr => ({ transport: "unix", path });
  return { localAddr: unix(""), remoteAddr: unix(options.path) };
}

/** What `node:tls` needs. Throws a TypeError when the certificates cannot be read. */
function tlsOptions({ tls }: ResolvedConnectOptions): ConnectionOptions | undefined {
  if (tls === undefined) return undefined;
  const { sni = UNIX_HOST, alpn, ca, certificate } = tls;
  return {
    secureContext: contextOf("connect", { ...certificate, ca }),
    // The name that the certificate is held to; an address is never sent.
    host: sni,
    servername: isIP(sni) === 0 ? sni : "",
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  };
}
