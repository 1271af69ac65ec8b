/**
 * Connections that begin with a header of the PROXY protocol: it is read before anybody sees them.
 *
 * @module
 */

import type { Handshake } from "./accept_loop.ts";
import type { PushAcceptor } from "./acceptor.ts";
import type { Addr } from "./addr.ts";
import { type NetworkError, networkError } from "./errors.ts";
import { type ProxiedEnds, ProxyHeaderReader } from "./proxy_header.ts";
import type { ResolvedProxyProtocol } from "./proxy_protocol.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import { TransportConnection } from "./transport_connection.ts";

/** Makes a transport of a socket that was accepted; it is given the events to call. */
export type OpenTransport = (events: TransportEvents) => Transport;

/** What is known of a socket that was accepted. */
export interface AcceptedInit {
  /** The own address of the socket. */
  readonly localAddr: Addr;
  /** The peer's. */
  readonly remoteAddr: Addr;
  /** How headers are read; `undefined`: there are none. */
  readonly proxyProtocol: ResolvedProxyProtocol | undefined;
  /** The time limits of the connection. */
  readonly timeouts: ResolvedTimeouts;
  /** The clock. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/** What a header says, and the bytes that came with it. */
export interface Announced {
  /** The addresses that the connection has. */
  readonly ends: ProxiedEnds;
  /** What has come behind the header, perhaps nothing. */
  readonly rest: Uint8Array;
}

/** What {@linkcode HeaderPhase} leads to: one of the two is called, once. */
export interface HeaderPhaseInit extends AcceptedInit {
  readonly proxyProtocol: ResolvedProxyProtocol;
  /** The header is there, and input is stopped. */
  readonly announced: (announced: Announced) => void;
  /** There is none, and the socket is released. */
  readonly failed: (error: unknown) => void;
}

/** The connection over a socket that was accepted; or what leads to it, when its peer is to send a header. */
export function acceptedConnection(
  open: OpenTransport,
  init: AcceptedInit,
): TransportConnection | Handshake {
  const { proxyProtocol } = init;
  if (proxyProtocol?.trusts(init.remoteAddr) !== true) return new TransportConnection(open, init);
  const { promise, resolve, reject } = Promise.withResolvers<TransportConnection>();
  const phase = new HeaderPhase(open, {
    ...init,
    proxyProtocol,
    failed: reject,
    announced: ({ ends, rest }) => {
      const connection = new TransportConnection((events) => phase.handOver(events), {
        ...init,
        ...ends,
      });
      // It waits there as if it had been read ahead.
      if (rest.length > 0) phase.received(rest);
      resolve(connection);
    },
  });
  return { finished: promise, abort: () => phase.abort() };
}

/** Offers what {@linkcode acceptedConnection} gives, now or when its header is there. */
export function offerAccepted(
  acceptor: Pick<PushAcceptor, "offer" | "admit">,
  arrival: TransportConnection | Handshake,
): void {
  if (!("finished" in arrival)) return acceptor.offer(arrival);
  const admission = acceptor.admit(arrival.abort);
  arrival.finished.then(
    (connection) => admission === undefined ? connection.abort() : admission.offer(connection),
    (error) => admission?.failed(error),
  );
}

/** Owns a transport while the header is read; later it passes on what happens. */
export class HeaderPhase implements TransportEvents {
  readonly #transport: Transport;
  readonly #init: HeaderPhaseInit;
  readonly #reader: ProxyHeaderReader;
  readonly #timers: Timers;
  readonly #timer: unknown;
  #next: TransportEvents | undefined;
  #over = false;

  /** Begins to read. */
  constructor(open: OpenTransport, init: HeaderPhaseInit) {
    const { timeout, maxHeaderSize } = init.proxyProtocol;
    this.#init = init;
    this.#reader = new ProxyHeaderReader(maxHeaderSize);
    this.#timers = init.timers ?? systemTimers;
    if (timeout < Infinity) {
      const late = () => this.#refuse(networkError("read the PROXY header", "ETIMEDOUT"));
      this.#timer = this.#timers.set(late, timeout);
    }
    this.#transport = open(this);
    this.#transport.resume();
  }

  /** Gives the socket up. */
  abort(): void {
    this.#refuse(networkError("read the PROXY header", "ECONNABORTED"));
  }

  /** From now on `events` are told; the transport is theirs. To be called while the header is announced. */
  handOver(events: TransportEvents): Transport {
    this.#next = events;
    return this.#transport;
  }

  received(chunk: Uint8Array): boolean {
    if (this.#next !== undefined) return this.#next.received(chunk);
    if (this.#over) return false;
    try {
      const rest = this.#reader.push(chunk);
      if (rest === undefined) return true;
      this.#end();
      const { localAddr, remoteAddr } = this.#init;
      this.#init.announced({ ends: this.#reader.ends ?? { localAddr, remoteAddr }, rest });
    } catch (error) {
      this.#refuse(error);
    }
    return false;
  }

  ended(): void {
    if (this.#next !== undefined) return this.#next.ended();
    this.#lost(networkError("read the PROXY header", "ECONNRESET"));
  }

  written(): void {
    this.#next?.written();
  }

  failed(error: NetworkError): void {
    if (this.#next !== undefined) return this.#next.failed(error);
    this.#lost(error);
  }

  closed(): void {
    if (this.#next !== undefined) return this.#next.closed();
    this.#lost(networkError("read the PROXY header", "ECONNRESET"));
  }

  /** The peer is gone. */
  #lost(error: unknown): void {
    if (!this.#end()) return;
    this.#transport.release();
    this.#init.failed(error);
  }

  #refuse(error: unknown): void {
    if (!this.#end()) return;
    this.#transport.reset();
    this.#init.failed(error);
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#timers.clear(this.#timer);
    return this.#over = true;
  }
}
