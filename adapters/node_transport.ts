/**
 * A connection over a socket of `node:net` or `node:tls`.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Addr, TcpAddr } from "../core/addr.ts";
import { codeOf, type NetworkErrorCode } from "../core/errors.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { PeerCertificate } from "../core/tls.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";
import { NodeTransport } from "./node_socket.ts";

/** The two addresses of a connection. */
export interface Ends {
  readonly localAddr: Addr;
  readonly remoteAddr: Addr;
}

/**
 * The addresses of a TCP socket; `undefined` when its peer was gone before it was accepted. `own` is
 * its own one, where that is known.
 */
export function tcpEnds(socket: Socket, own?: TcpAddr): Ends | undefined {
  const { remoteAddress, remotePort } = socket;
  const localAddr = own ?? localOf(socket);
  if (remoteAddress === undefined || localAddr === undefined) return undefined;
  return {
    localAddr,
    remoteAddr: { transport: "tcp", hostname: remoteAddress, port: remotePort ?? 0 },
  };
}

function localOf({ localAddress, localPort }: Socket): TcpAddr | undefined {
  if (localAddress === undefined) return undefined;
  return { transport: "tcp", hostname: localAddress, port: localPort ?? 0 };
}

/** The connection over a socket that is connected, and of which nobody has read. */
export function plainConnection(
  socket: Socket,
  ends: Ends,
  timeouts: ResolvedTimeouts,
): TransportConnection {
  return new TransportConnection(openPlain(socket), { ...ends, timeouts });
}

/** Opens a transport over a socket of which nobody has read. */
export function openPlain(socket: Socket): (events: TransportEvents) => Transport {
  return (events) => new NodeTransport(socket, socket, events);
}

/** The same with TLS, over `raw`, when the handshake is done. To be called before input can arrive. */
export function tlsConnection(
  socket: TLSSocket,
  raw: Socket,
  ends: Ends,
  timeouts: ResolvedTimeouts,
): TransportConnection {
  return new TransportConnection((events) => new NodeTransport(socket, raw, events), {
    ...ends,
    timeouts,
    alpn: typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined,
    peerCertificate: certificateOf(socket),
  });
}

function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  const { raw, fingerprint256, subject } = socket.getPeerCertificate() ?? {};
  if (raw === undefined) return undefined;
  const commonName = Array.isArray(subject?.CN) ? subject.CN[0] : subject?.CN;
  return {
    raw: new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength),
    fingerprint256,
    commonName,
  };
}

/** The code for what went wrong before a connection was there; the peer is gone when nothing is said. */
export function tlsErrorCode(error: Error | undefined): NetworkErrorCode {
  const code = codeOf(error, "ECONNRESET");
  // An alert is what the peer finds wrong.
  if (code.includes("_ALERT_")) return "EPROTO";
  if (/CERT|^UNABLE_TO|^CRL_|_CA$|^INVALID_PURPOSE|HOSTNAME/.test(code)) return "ECERT";
  return /^ERR_(SSL|TLS)_/.test(code) ? "EPROTO" : code;
}
