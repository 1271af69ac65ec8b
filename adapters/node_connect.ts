/**
 * Connecting with `node:net`.
 *
 * @module
 */

import { connect as connectSocket, type Socket } from "node:net";
import { formatAddr, type UnixAddr } from "../core/addr.ts";
import type { ResolvedConnectOptions, ResolvedTlsConnectOptions } from "../core/connect_options.ts";
import { networkError } from "../core/errors.ts";
import type { TransportConnection } from "../core/transport_connection.ts";
import type { Secure } from "./node_secure.ts";
import {
  type Ends,
  plainConnection,
  tcpEnds,
  tlsConnection,
  tlsErrorCode,
} from "./node_transport.ts";

/** Connects, and leaves nothing behind when that fails or takes too long. */
export async function connectWith(options: ResolvedConnectOptions): Promise<TransportConnection> {
  const { signal, timeout } = options;
  const action = `connect to ${formatAddr(options)}`;
  const secure = options.tls === undefined ? undefined : await securing(options.tls);
  // It may have aborted meanwhile.
  signal?.throwIfAborted();
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
    else if (secure === undefined) attempt.resolve(plainConnection(socket, ends, options.timeouts));
    else {
      limit(options.timeouts.handshake);
      secure(socket, failed, (secured) => {
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

/** Loaded when it is needed: whoever connects without TLS does not pay for it. */
async function securing(tls: ResolvedTlsConnectOptions): Promise<Secure> {
  const { securingWith } = await import("./node_secure.ts");
  return securingWith(tls);
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
