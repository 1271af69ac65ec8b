/**
 * A listener of sockets that another thread or process has accepted.
 *
 * @module
 */

import type { Socket } from "node:net";
import { PushAcceptor } from "../core/acceptor.ts";
import type { TcpAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import type { ResolvedTcp } from "../core/listen_options.ts";
import type { Listener } from "../core/listener.ts";
import { createTlsServer, offerSecured } from "./node_tls.ts";
import { plainConnection, tcpEnds } from "./node_transport.ts";

/** A listener that is not bound, and what it is fed by. */
export interface Adopting {
  /** Hands out what is given; to close it closes no socket of the system. */
  readonly listener: Listener<TcpAddr>;
  /** Takes a TCP socket that is connected, and of which nobody has read. */
  readonly give: (socket: Socket) => void;
}

/**
 * Makes a listener for the sockets of `addr`, which somebody else accepts: their handshakes of TLS
 * are made here. Throws as `listen` does for a certificate that cannot be read, and where `node:tls`
 * is no match for Node's.
 */
export function adopt(addr: TcpAddr, options: ResolvedTcp): Adopting {
  const { tls, timeouts, noDelay, onAcceptError } = options;
  const acceptor = new PushAcceptor({
    // Who accepts has counted them.
    maxPending: Infinity,
    onAcceptError,
    stop: () => undefined,
  });
  const server = tls && createTlsServer(tls, { pauseOnConnect: true });
  if (server !== undefined) offerSecured(server, { acceptor, timeouts, endsOf: tcpEnds });
  const give = (socket: Socket): void => {
    if (noDelay) socket.setNoDelay(true);
    if (server !== undefined) return void server.emit("connection", socket);
    // A socket that comes from another process has its default.
    socket.allowHalfOpen = true;
    const ends = tcpEnds(socket);
    if (ends !== undefined) return acceptor.offer(plainConnection(socket, ends, timeouts));
    socket.on("error", () => undefined);
    socket.destroy();
    acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
  };
  return { listener: new BoundListener(addr, acceptor), give };
}
