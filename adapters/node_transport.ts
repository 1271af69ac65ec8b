/**
 * A connection over a socket of `node:net` or `node:tls`.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Addr } from "../core/addr.ts";
import {
  codeOf,
  connectionError,
  type NetworkError,
  networkError,
  type NetworkErrorCode,
} from "../core/errors.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { PeerCertificate } from "../core/tls.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";

/** The two addresses of a connection. */
export interface Ends {
  readonly localAddr: Addr;
  readonly remoteAddr: Addr;
}

/** The addresses of a TCP socket; `undefined` when its peer was gone before it was accepted. */
export function tcpEnds(socket: Socket): Ends | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) return undefined;
  return {
    localAddr: { transport: "tcp", hostname: localAddress, port: localPort ?? 0 },
    remoteAddr: { transport: "tcp", hostname: remoteAddress, port: remotePort ?? 0 },
  };
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

/** Whatever TLS finds wrong has one code; what a stream says about a peer that is gone is a reset. */
function failureOf(error: Error): NetworkError {
  const code = codeOf(error, "");
  const action = "go on with the connection";
  if (/^ERR_(SSL|TLS)_/.test(code)) return networkError(action, "EPROTO", error);
  // Bun says EBADF of a unix socket whose peer is gone.
  return code.startsWith("ERR_") || code === "EBADF"
    ? networkError(action, "ECONNRESET", error)
    : connectionError(error);
}

/**
 * Whether an end of file stands for a reset: a write of TLS that nobody waits for may have taken the
 * error. While this side has not finished, only a reset takes the peer's address away.
 */
function wasReset(raw: Socket): boolean {
  const { _handle: handle } = raw as { _handle?: { getpeername?(out: object): unknown } | null };
  const status = raw.remoteAddress === undefined ? 0 : handle?.getpeername?.({});
  return typeof status === "number" && status < 0;
}

/** A socket, paused. */
class NodeTransport implements Transport {
  readonly #socket: Socket;
  readonly #raw: Socket;
  readonly #events: TransportEvents;
  /** How much of a write is queued still; where the handle tells. */
  readonly unsent?: () => number;
  #started = false;
  /** How many write callbacks are to come for writes that were finished at once. */
  #finishedAtOnce = 0;

  /** `raw` is below `socket` when that has TLS, else the same. */
  constructor(socket: Socket, raw: Socket, events: TransportEvents) {
    this.#socket = socket;
    this.#raw = raw;
    this.#events = events;
    const { _handle: handle } = raw as { _handle?: { readonly writeQueueSize?: number } };
    if (typeof handle?.writeQueueSize === "number") this.unsent = () => handle.writeQueueSize ?? 0;
    socket.on("error", (error) => events.failed(failureOf(error)));
    socket.on("end", () => {
      if (socket.writableEnded || !wasReset(raw)) events.ended();
      else events.failed(connectionError({ code: "ECONNRESET" }));
    });
    socket.on("close", () => events.closed());
    // Each chunk that arrives is given to push(), and its answer says whether to go on reading. Taking
    // it here, before the buffer of the stream, is what holds no more than one chunk ahead: after
    // pause() a 'data' listener still leaves room for a second one. The end goes its usual way.
    const push = socket.push.bind(socket);
    socket.push = (chunk: Uint8Array | null): boolean => {
      if (chunk === null) return push(null);
      return events.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    };
  }

  resume(): void {
    if (!this.#started) {
      this.#started = true;
      // For the end of file, which goes through the stream.
      this.#socket.resume();
    }
    // The stream takes itself for reading: it has not seen the chunk after which input was stopped.
    this.#socket._read(0);
  }

  write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes, this.#written);
    if (this.#socket.writableLength > 0 || this.#socket.destroyed) return false;
    this.#finishedAtOnce++;
    return true;
  }

  readonly #written = (error?: Error | null): void => {
    if (this.#finishedAtOnce > 0) this.#finishedAtOnce--;
    // What is wrong comes as an 'error' event too.
    else if (!error) this.#events.written();
  };

  shutdown(): void {
    this.#socket.end();
  }

  release(): void {
    // A reset of the one below closes the one above. To close both ends Node with a segmentation fault.
    if (!this.#raw.destroyed) this.#socket.destroy();
  }

  reset(): void {
    // After the end of file a reset is refused by the system, and the socket would never be closed. A
    // unix socket has none.
    if (this.#socket.writableEnded || this.#raw.remoteAddress === undefined) this.release();
    else if (!this.#raw.destroyed) this.#raw.resetAndDestroy();
  }
}
