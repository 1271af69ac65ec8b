/**
 * The PROXY protocol before TLS: the header is read from the connection, and what follows it is put back.
 *
 * @module
 */

import type { Handshake } from "../core/accept_loop.ts";
import { HeaderPhase } from "../core/proxied.ts";
import type { ResolvedProxyProtocol } from "../core/proxy_protocol.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { TransportConnection } from "../core/transport_connection.ts";
import { type Ends, openPlain } from "./deno_transport.ts";
import type { DenoConn } from "./deno_types.ts";

/** A connection that was accepted, and how headers are read. */
export interface AcceptedConn {
  readonly conn: DenoConn;
  readonly ends: Ends;
  readonly timeouts: ResolvedTimeouts;
  readonly proxyProtocol: ResolvedProxyProtocol | undefined;
}

/** Has `secure` begin the handshake, behind the header if the peer is to send one. */
export function behindHeader(
  { conn, ends, timeouts, proxyProtocol }: AcceptedConn,
  secure: (raw: { conn: DenoConn; ends: Ends }) => Handshake,
): Handshake {
  if (proxyProtocol?.trusts(ends.remoteAddr) !== true) return secure({ conn, ends });
  const { promise, resolve, reject } = Promise.withResolvers<TransportConnection>();
  let abort = (): void => phase.abort();
  const phase = new HeaderPhase(openPlain(conn), {
    ...ends,
    timeouts,
    proxyProtocol,
    failed: reject,
    announced: (announced) => {
      const handshake = secure({ conn: withRest(conn, announced.rest), ends: announced.ends });
      abort = handshake.abort;
      resolve(handshake.finished);
    },
  });
  return { finished: promise, abort: () => abort() };
}

/** The same connection, `rest` being read first. */
function withRest(conn: DenoConn, rest: Uint8Array): DenoConn {
  let left = rest;
  return {
    localAddr: conn.localAddr,
    remoteAddr: conn.remoteAddr,
    read: (buffer) => {
      if (left.length === 0) return conn.read(buffer);
      const count = Math.min(buffer.length, left.length);
      buffer.set(left.subarray(0, count));
      left = left.subarray(count);
      return Promise.resolve(count);
    },
    write: (bytes) => conn.write(bytes),
    closeWrite: () => conn.closeWrite(),
    close: () => conn.close(),
  };
}
