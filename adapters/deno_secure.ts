/**
 * A connection of Deno with TLS as a transport.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";
import { later } from "../core/breather.ts";
import { codeOf, connectionError, type NetworkError, networkError } from "../core/errors.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { PeerCertificate } from "../core/tls.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";
import type { ConnDuplex } from "./deno_duplex.ts";
import type { Ends } from "./deno_transport.ts";

/** How much is encrypted at a time: a larger write waits in its own bytes, not in a copy. */
const PIECE_BYTES = 64 * 1024;

/** What a connection with TLS stands on. */
export interface Secured {
  readonly ends: Ends;
  readonly duplex: ConnDuplex;
  readonly socket: TLSSocket;
}

/** The connection over a socket whose handshake is done. */
export function securedConnection(
  secured: Secured,
  timeouts: ResolvedTimeouts,
): TransportConnection {
  const { ends, socket } = secured;
  return new TransportConnection((events) => new SecureTransport(secured, events), {
    ...ends,
    alpn: socket.alpnProtocol || undefined,
    peerCertificate: certificateOf(socket),
    timeouts,
  });
}

function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  // Without a certificate it is an empty object, or none.
  const peer: Partial<ReturnType<TLSSocket["getPeerCertificate"]>> | null | undefined = socket
    .getPeerCertificate();
  if (peer?.raw === undefined || peer.fingerprint256 === undefined) return undefined;
  const name: unknown = peer.subject?.CN;
  return {
    raw: new Uint8Array(peer.raw),
    fingerprint256: peer.fingerprint256,
    commonName: typeof name === "string" ? name : undefined,
  };
}

/** Whatever TLS finds wrong has one code; what a stream says about a peer that is gone is a reset. */
function failureOf(error: Error): NetworkError {
  const code = codeOf(error, "");
  if (!code.startsWith("ERR_")) return connectionError(error);
  const tls = /^ERR_(SSL|TLS)_/.test(code);
  return networkError("go on with the connection", tls ? "EPROTO" : "ECONNRESET", error);
}

/** A socket of `node:tls` over a connection of Deno, paused. */
class SecureTransport implements Transport {
  readonly #socket: TLSSocket;
  readonly #duplex: ConnDuplex;
  readonly #events: TransportEvents;
  /** What was not sent yet of the unfinished write. */
  #rest: Uint8Array = new Uint8Array();
  /** The end of file is on its way. */
  #ending = false;

  constructor({ socket, duplex }: Secured, events: TransportEvents) {
    this.#socket = socket;
    this.#duplex = duplex;
    this.#events = events;
    socket.pause();
    duplex.flowing = false;
    socket.on("data", (chunk: Uint8Array) => this.#received(chunk));
    socket.on("end", () => events.ended());
    socket.on("error", (error) => events.failed(failureOf(error)));
    duplex.on("error", (error) => events.failed(failureOf(error)));
    // The stream above may wait for the end of file of a peer that never sends it.
    duplex.on("close", () => events.closed());
  }

  resume(): void {
    this.#duplex.flowing = true;
    this.#socket.resume();
  }

  #received(chunk: Uint8Array): void {
    const { buffer, byteOffset, byteLength } = chunk;
    if (this.#events.received(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))) {
      return;
    }
    this.#duplex.flowing = false;
    this.#socket.pause();
  }

  write(bytes: Uint8Array): boolean {
    this.#rest = bytes;
    this.#send();
    return false;
  }

  unsent(): number {
    return this.#rest.length;
  }

  #send(): void {
    const piece = this.#rest.subarray(0, PIECE_BYTES);
    this.#socket.write(piece, (error) => {
      // What is wrong comes as an 'error' event too, or as 'close': then a write may be said to be done.
      if (error || this.#duplex.errored || this.#duplex.destroyed) return;
      this.#rest = this.#rest.subarray(piece.length);
      if (this.#rest.length > 0) this.#send();
      // Too soon: it is called when the first record of several is sent.
      else this.#duplex.whenQuiet(() => this.#events.written());
    });
  }

  shutdown(): void {
    this.#ending = true;
    this.#socket.end();
  }

  release(): void {
    // The alert that says that all was sent is handed over in this turn of the event loop.
    if (this.#ending) later(() => this.reset());
    else this.reset();
  }

  reset(): void {
    // Deno cannot send a reset.
    this.#duplex.destroy();
    this.#socket.destroy();
  }
}
