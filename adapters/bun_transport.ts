/**
 * A connection over a socket of Bun, with or without TLS.
 *
 * @module
 */

import type { Addr, TcpAddr } from "../core/addr.ts";
import { connectionError } from "../core/errors.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { PeerCertificate } from "../core/tls.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";
import type { BunSocket, BunSocketHandler } from "./bun_types.ts";

/** Who is told what happens to a socket: its `data`, for as long as it is set. */
export interface SocketOwner {
  /** It is connected. */
  opened?(socket: Socket): void;
  /** The handshake of TLS is over; `error` may be set although it succeeded. */
  handshaken?(socket: Socket, success: boolean, error: Error | null): void;
  /** A chunk has arrived. */
  received?(chunk: Uint8Array): void;
  /** There may be room for more to send. */
  drained?(): void;
  /** The peer has finished writing. */
  ended?(): void;
  /** Something is wrong; `closed` follows. */
  failed(error: Error): void;
  /** It is released; nothing follows. */
  closed(error?: Error): void;
}

/** A socket, and who is told of it. */
export type Socket = BunSocket<SocketOwner>;

/** The callbacks of a socket that TLS takes over: its chunks, as they are on the wire, are nobody's. */
export const TELL_OWNER_BELOW_TLS: BunSocketHandler<SocketOwner> = {
  binaryType: "uint8array",
  open: (socket) => socket.data?.opened?.(socket),
  drain: (socket) => socket.data?.drained?.(),
  end: (socket) => socket.data?.ended?.(),
  close: (socket, error) => socket.data?.closed(error),
  error: (socket, error) => socket.data?.failed(error),
};

/** The callbacks that tell the owner of each socket. */
export const TELL_OWNER: BunSocketHandler<SocketOwner> = {
  ...TELL_OWNER_BELOW_TLS,
  handshake: (socket, success, error) => socket.data?.handshaken?.(socket, success, error),
  data: (socket, chunk) => socket.data?.received?.(chunk),
};

/** The two addresses of a connection. */
export interface Ends {
  readonly localAddr: Addr;
  readonly remoteAddr: Addr;
}

/**
 * The addresses of a TCP socket; `undefined` when its peer was gone before it was accepted. `own` is
 * its own one, where that is known: to ask the socket takes a while.
 */
export function tcpEnds(socket: Socket, own?: TcpAddr): Ends | undefined {
  const { remoteAddress } = socket;
  const localAddr = own ?? localOf(socket);
  if (remoteAddress === undefined || localAddr === undefined) return undefined;
  return {
    localAddr,
    remoteAddr: { transport: "tcp", hostname: remoteAddress, port: socket.remotePort },
  };
}

function localOf({ localAddress, localPort }: Socket): TcpAddr | undefined {
  if (localAddress === undefined) return undefined;
  return { transport: "tcp", hostname: localAddress, port: localPort };
}

/** The connection over a socket that is connected, its handshake over. From now on it owns the socket. */
export function connectionOver(
  socket: Socket,
  ends: Ends,
  timeouts: ResolvedTimeouts,
  tls: boolean,
): TransportConnection {
  // Nothing is read before somebody asks for it.
  socket.pause();
  return new TransportConnection(opening(socket, !tls), {
    ...ends,
    timeouts,
    alpn: tls && typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined,
    peerCertificate: tls ? certificateOf(socket) : undefined,
  });
}

/**
 * Opens a transport over a socket without TLS that was just accepted; it owns the socket from then on.
 * `opened` is to be called when it has been offered: to stop input before that, and go on with it at
 * once, would be three calls of the system for nothing.
 */
export function openPlain(socket: Socket): (events: TransportEvents) => Transport {
  return opening(socket, true);
}

function opening(socket: Socket, plain: boolean): (events: TransportEvents) => Transport {
  return (events) => socket.data = new BunTransport(socket, events, plain);
}

function certificateOf(socket: Socket): PeerCertificate | undefined {
  const { raw, fingerprint256, subject } = socket.getPeerCertificate() ?? {};
  if (raw === undefined || fingerprint256 === undefined) return undefined;
  const commonName = Array.isArray(subject?.CN) ? subject.CN[0] : subject?.CN;
  return { raw: new Uint8Array(raw), fingerprint256, commonName };
}

/** A socket of Bun. */
class BunTransport implements Transport, SocketOwner {
  /** With TLS, the peer is owed an end before that of the socket below. */
  readonly endsOnRelease: boolean;
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  /** What the system has not taken yet of the unfinished write. */
  #rest: Uint8Array | undefined;
  #asked = false;
  #closed = false;

  constructor(socket: Socket, events: TransportEvents, plain: boolean) {
    this.endsOnRelease = plain;
    this.#socket = socket;
    this.#events = events;
  }

  resume(): void {
    this.#asked = true;
    this.#socket.resume();
  }

  opened(): void {
    if (!this.#asked) this.#socket.pause();
  }

  received(chunk: Uint8Array): void {
    if (!this.#events.received(chunk)) this.#socket.pause();
  }

  write(bytes: Uint8Array): boolean {
    const taken = this.#socket.write(bytes);
    if (taken === bytes.length) return true;
    this.#rest = taken > 0 ? bytes.subarray(taken) : bytes;
    // -1: the peer is gone. `close` has told why, or will never come: a paused unix socket has none.
    if (taken < 0 && !this.#closed) this.#events.failed(connectionError(undefined));
    return false;
  }

  unsent(): number {
    return this.#rest?.length ?? 0;
  }

  /** Called also when nothing was left to write. */
  drained(): void {
    if (this.#rest === undefined || !this.write(this.#rest)) return;
    this.#rest = undefined;
    this.#events.written();
  }

  ended(): void {
    this.#events.ended();
  }

  /** Only this closes one half; `end()` is a close. */
  shutdown(): void {
    this.#socket.shutdown();
  }

  release(): void {
    if (this.#closed) return;
    // end() asks the system to send what it holds back first, which is nothing; with TLS, there is an alert to send.
    if (this.endsOnRelease) this.#socket.close();
    else this.#socket.end();
  }

  reset(): void {
    if (!this.#closed) this.#socket.terminate();
  }

  failed(error: Error): void {
    this.#events.failed(connectionError(error));
  }

  closed(error?: Error): void {
    this.#closed = true;
    if (error) this.#events.failed(connectionError(error));
    // After shutdown() the peer's end of file is told by the close alone.
    else this.#events.ended();
    this.#events.closed();
  }
}
