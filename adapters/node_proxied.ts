/**
 * The PROXY protocol before TLS: the header is read from the socket, and what follows it is given to
 * `node:tls`.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Server } from "node:tls";
import type { PushAcceptor } from "../core/acceptor.ts";
import type { Admission } from "../core/arrivals.ts";
import { connectionError } from "../core/errors.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import { HeaderPhase } from "../core/proxied.ts";
import type { ResolvedProxyProtocol } from "../core/proxy_protocol.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { offerSecured } from "./node_tls.ts";
import type { Ends } from "./node_transport.ts";

/** What a listener with headers before TLS needs. */
export interface ProxiedInit {
  readonly acceptor: Pick<PushAcceptor, "admit" | "failed">;
  readonly timeouts: ResolvedTimeouts;
  /** How headers are read. */
  readonly proxyProtocol: ResolvedProxyProtocol;
  /** The addresses of a socket; `undefined` when its peer is gone. */
  readonly endsOf: (socket: Socket) => Ends | undefined;
}

/**
 * Has `secured`, which is not bound, begin the handshake of each socket that is given to what is returned,
 * behind its header if its peer is to send one. A socket has one place among those that are open, from
 * the header on.
 */
export function securedBehindHeader(secured: Server, init: ProxiedInit): (raw: Socket) => void {
  const { acceptor, timeouts, proxyProtocol, endsOf } = init;
  /** The socket whose handshake is being begun. */
  let current: { readonly ends: Ends; admit: PushAcceptor["admit"] } | undefined;
  offerSecured(secured, {
    acceptor: {
      admit: (abort) => (current ?? acceptor).admit(abort),
      failed: (cause) => acceptor.failed(cause),
    },
    timeouts,
    endsOf: (socket) => current === undefined ? endsOf(socket) : current.ends,
  });
  const handshake = (raw: Socket, next: typeof current): void => {
    current = next;
    try {
      secured.emit("connection", raw);
    } finally {
      current = undefined;
    }
  };
  return (raw) => {
    const ends = endsOf(raw);
    if (ends === undefined || !proxyProtocol.trusts(ends.remoteAddr)) {
      return handshake(raw, undefined);
    }
    let abort = (): void => void raw.destroy();
    const admission: Admission | undefined = acceptor.admit(() => abort());
    if (admission === undefined) return;
    let detach = (): void => undefined;
    const open = (events: TransportEvents): Transport => {
      const transport = new RawTransport(raw, events);
      detach = () => transport.detach();
      return transport;
    };
    const phase = new HeaderPhase(open, {
      ...ends,
      timeouts,
      proxyProtocol,
      failed: (error) => admission.failed(error),
      announced: ({ ends, rest }) => {
        detach();
        if (rest.length > 0) raw.unshift(rest);
        handshake(raw, {
          ends,
          admit: (next) => {
            abort = next;
            return admission;
          },
        });
      },
    });
    abort = () => phase.abort();
  };
}

/** A socket of which the header is read, and nothing else. */
class RawTransport implements Transport {
  readonly #raw: Socket;
  readonly #events: TransportEvents;

  constructor(raw: Socket, events: TransportEvents) {
    this.#raw = raw;
    this.#events = events;
    raw.on("data", this.#onData).on("end", this.#onEnd);
    raw.on("error", this.#onError).on("close", this.#onClose);
    raw.pause();
  }

  readonly #onData = (chunk: Uint8Array): void => void this.#events.received(chunk);
  readonly #onEnd = (): void => this.#events.ended();
  readonly #onError = (error: Error): void => this.#events.failed(connectionError(error));
  readonly #onClose = (): void => this.#events.closed();

  /** The socket is somebody else's from now on. */
  detach(): void {
    this.#raw.off("data", this.#onData).off("end", this.#onEnd);
    this.#raw.off("error", this.#onError).off("close", this.#onClose);
    this.#raw.pause();
  }

  resume(): void {
    this.#raw.resume();
  }

  /** Nothing is sent before the handshake. */
  write(): boolean {
    return false;
  }

  shutdown(): void {
    this.#raw.end();
  }

  release(): void {
    this.#raw.destroy();
  }

  reset(): void {
    if (this.#raw.remoteAddress === undefined) this.#raw.destroy();
    else this.#raw.resetAndDestroy();
  }
}
