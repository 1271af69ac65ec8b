/**
 * Connections over what others have opened.
 *
 * @module
 */

import type { Addr, StreamAddr } from "./addr.ts";
import { show } from "./show.ts";
import { StreamTransport } from "./stream_transport.ts";
import { resolveTimeouts, type Timeouts } from "./timeouts.ts";
import type { Timers } from "./timers.ts";
import { TransportConnection } from "./transport_connection.ts";

/** What a connection is made from. A WinterTC socket and one side of a WebTransport stream fit. */
export interface ConnectionStreams {
  /** Where the peer's bytes come from; its chunks are Uint8Arrays. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Where the own bytes go to. */
  readonly writable: WritableStream<Uint8Array>;
  /** The own address. Default: a {@linkcode StreamAddr}, which says that there is none. */
  readonly localAddr?: Addr | undefined;
  /** The peer's address. Default: as `localAddr`. */
  readonly remoteAddr?: Addr | undefined;
}

/** How the connection waits. */
export interface ConnectionFromInit {
  /** The time limits. Default: none. `handshake` is of no use here. */
  readonly timeouts?: Timeouts | undefined;
  /** The clock. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

const NOWHERE: StreamAddr = { transport: "stream", hostname: "stream", port: 0 };

/** As {@linkcode Connection.from}. */
export function connectionFrom(
  streams: ConnectionStreams,
  init: ConnectionFromInit = {},
): TransportConnection {
  const { readable, writable, localAddr = NOWHERE, remoteAddr = NOWHERE } = streams;
  const timeouts = resolveTimeouts("make a connection", init.timeouts);
  requireFree("readable", readable, "getReader");
  requireFree("writable", writable, "getWriter");
  return new TransportConnection((events) => new StreamTransport({ readable, writable }, events), {
    localAddr,
    remoteAddr,
    timeouts,
    timers: init.timers,
  });
}

/** Both are looked at before one of them is locked. */
function requireFree(
  name: string,
  stream: { readonly locked: boolean } | undefined,
  method: string,
): void {
  // By its method, and not by its class: a stream may come from another realm, or be a polyfill.
  if (typeof (stream as Record<string, unknown> | undefined)?.[method] !== "function") {
    throw new TypeError(`Cannot make a connection: ${name} must be a stream, got ${show(stream)}`);
  }
  if (stream?.locked) {
    throw new TypeError(`Cannot make a connection: ${name} is locked, somebody else uses it`);
  }
}
