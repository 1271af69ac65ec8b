/**
 * TLS for the adapter of Deno: `node:tls` over the connections that Deno accepts and makes.
 *
 * Not `Deno.listenTls` and `Deno.startTls`: Deno does not let go of a socket of theirs before its
 * handshake is done and everything is sent, however often it is closed. A peer that stalls would hold
 * a descriptor for as long as it likes.
 *
 * @module
 */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import type { Handshake } from "../core/accept_loop.ts";
import type { ResolvedTlsConnectOptions } from "../core/connect_options.ts";
import { codeOf, type NetworkError, networkError, type NetworkErrorCode } from "../core/errors.ts";
import type { ResolvedTlsListenOptions } from "../core/listen_options.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { Certificate } from "../core/tls.ts";
import type { TransportConnection } from "../core/transport_connection.ts";
import { ConnDuplex } from "./deno_duplex.ts";
import { securedConnection } from "./deno_secure.ts";
import type { Ends } from "./deno_transport.ts";
import type { DenoConn } from "./deno_types.ts";

/** Who is at the other end of a unix socket, for a certificate: somebody on this machine. */
const UNIX_HOST = "localhost";

/** A connection, not encrypted yet. */
export interface Raw {
  readonly conn: DenoConn;
  readonly ends: Ends;
}

/** What a handshake is begun with. */
export interface HandshakeInit {
  /** What the error says could not be done. */
  readonly action: string;
  /** `handshake` is the limit here; the connection is made with all of them. */
  readonly timeouts: ResolvedTimeouts;
}

/** Begins the handshake with a client that has connected. */
export function secureClient(
  raw: Raw,
  tls: ResolvedTlsListenOptions,
  init: HandshakeInit,
): Handshake {
  return begin(raw, init, (duplex, done, failed) => {
    // A server of its own for each: nothing of one client is in reach of another.
    const server = createServer({
      ...pemOf(tls),
      ...(tls.alpn === undefined ? {} : { ALPNProtocols: [...tls.alpn] }),
      requestCert: tls.requestCert,
      rejectUnauthorized: tls.requestCert,
    });
    server.on("secureConnection", done);
    server.on("tlsClientError", failed);
    server.emit("connection", duplex);
  });
}

/** Begins the handshake with the server that it has connected to. */
export function secureServer(
  raw: Raw,
  tls: ResolvedTlsConnectOptions,
  init: HandshakeInit,
): Handshake {
  return begin(raw, init, (duplex, done, failed) => {
    const { sni = UNIX_HOST, alpn, ca, certificate } = tls;
    const socket = connect({
      ...pemOf({ ...certificate, ca }),
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
      // The name that the certificate is held to; an address is never sent.
      host: sni,
      servername: isIP(sni) === 0 ? sni : "",
      socket: duplex,
    });
    socket.on("error", failed);
    socket.on("secureConnect", () => done(socket));
  });
}

type Begin = (
  duplex: ConnDuplex,
  done: (socket: TLSSocket) => void,
  failed: (error?: Error, socket?: TLSSocket) => void,
) => void;

function begin({ conn, ends }: Raw, { action, timeouts }: HandshakeInit, start: Begin): Handshake {
  const { promise, resolve, reject } = Promise.withResolvers<TransportConnection>();
  const duplex = new ConnDuplex(conn);
  let over = false;
  const end = (): boolean => {
    if (over) return false;
    clearTimeout(timer);
    clearTimeout(goneTimer);
    return over = true;
  };
  const giveUp = (failure: NetworkError): void => {
    if (end()) reject(failure);
    // What comes later than the end comes to the transport: it is not for here to destroy.
    else return;
    duplex.destroy();
  };
  const failed = (error?: Error, socket?: TLSSocket): void =>
    giveUp(networkError(action, codeFor(error, socket), error));
  // A moment later: TLS knows better what is wrong, and says it after the close.
  let goneTimer: ReturnType<typeof setTimeout> | undefined;
  const gone = (): void => {
    if (!over) goneTimer ??= setTimeout(failed, 0);
  };
  const { handshake: ms } = timeouts;
  const timer = ms === Infinity
    ? undefined
    : setTimeout(() => giveUp(networkError(action, "ETIMEDOUT")), ms);
  duplex.on("error", failed);
  duplex.on("end", gone);
  duplex.on("close", gone);
  start(duplex, (socket) => {
    // An 'error' event without a listener would end the process.
    socket.on("error", () => undefined);
    socket.allowHalfOpen = true;
    if (end()) resolve(securedConnection({ ends, duplex, socket }, timeouts));
    else socket.destroy();
  }, failed);
  return { finished: promise, abort: () => giveUp(networkError(action, "ECONNABORTED")) };
}

/** The code for a handshake that failed; the peer is gone when nothing is said. */
function codeFor(error: Error | undefined, socket: TLSSocket | undefined): NetworkErrorCode {
  // What is wrong with the certificate of a client stands there alone. On this runtime it is a text.
  const distrust: unknown = socket?.authorizationError ?? undefined;
  const code = typeof distrust === "string" ? distrust : codeOf(error, "ECONNRESET");
  // An alert is what the peer finds wrong.
  if (code.includes("_ALERT_")) return "EPROTO";
  if (/CERT|^UNABLE_TO|^CRL_|_CA$|^INVALID_PURPOSE|HOSTNAME/.test(code)) return "ECERT";
  return /^ERR_(SSL|TLS)_/.test(code) ? "EPROTO" : code;
}

interface Pem extends Partial<Certificate> {
  readonly ca?: string | undefined;
}

/** The same for `node:tls`, which tells what is missing from what is undefined. */
function pemOf({ cert, key, ca }: Pem): { cert?: string; key?: string; ca?: string } {
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Throws a TypeError, that does not show them, unless the certificates can be read and the key is that of the first. */
export function requireReadable(verb: string, { cert, key, ca }: Pem): void {
  try {
    const own = cert === undefined ? [] : certificatesIn(cert);
    if (ca !== undefined) certificatesIn(ca);
    if (key === undefined || own[0]?.checkPrivateKey(createPrivateKey(key)) === true) return;
  } catch {
    // The errors differ from version to version, and may quote what they were given.
  }
  const what = "tls must have a certificate and a key that belong together, and certificates as ca";
  throw new TypeError(`Cannot ${verb}: ${what}`);
}

/** All certificates of PEM text; at least one. */
function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN [^]*?(?:-----END [^-]*-----|$)/g) ?? [];
  if (blocks.length === 0) throw new TypeError("no certificate");
  return blocks.map((block) => new X509Certificate(block));
}
