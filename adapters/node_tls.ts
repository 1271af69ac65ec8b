/**
 * TLS with `node:tls`: certificates, and handshakes off the accept loop.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import type { ServerOpts, Socket } from "node:net";
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
} from "node:tls";
import type { PushAcceptor } from "../core/acceptor.ts";
import type { Admission } from "../core/arrivals.ts";
import { codeOf, networkError, NotSupported } from "../core/errors.ts";
import { resolveCertificate, type ResolvedTlsListenOptions } from "../core/listen_options.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { Certificate } from "../core/tls.ts";
import { type Ends, tlsConnection, tlsErrorCode } from "./node_transport.ts";

/** Each block of PEM text, also one that is cut off. */
const PEM_BLOCK = /-----BEGIN [^]*?(?:-----END [^-]*-----|$)/g;

/** Certificates as they are given; `undefined` stands for those of the runtime. */
interface Certificates extends Partial<Certificate> {
  readonly ca: string | undefined;
}

/** The same for `node:tls`, which tells what is missing from what is undefined. */
function contextOptions({ cert, key, ca }: Certificates): SecureContextOptions {
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/**
 * Reads the certificates. Throws a TypeError that does not show them; NotSupported on other runtimes
 * than Node: the `node:tls` of Deno never stops reading, so that what nobody reads fills the memory,
 * and that of Bun leaves sockets open.
 */
export function contextOf(verb: string, certificates: Certificates): SecureContext {
  for (const [key, name] of [["deno", "Deno"], ["bun", "Bun"]] as const) {
    if (!(key in process.versions)) continue;
    throw new NotSupported(
      `Cannot ${verb}: node:tls on ${name} is no match for Node's; the option tls needs the adapter of ${name}`,
    );
  }
  try {
    // What cannot be read as a ca, node:tls passes over.
    for (const block of certificates.ca?.match(PEM_BLOCK) ?? []) new X509Certificate(block);
    return createSecureContext(contextOptions(certificates));
  } catch (error) {
    const what =
      "tls must have a certificate and a key that belong together, and certificates as ca";
    throw new TypeError(`Cannot ${verb}: ${what} (${codeOf(error, "EINVAL")})`);
  }
}

/** A server that is not bound yet. */
export function createTlsServer(tls: ResolvedTlsListenOptions, options: ServerOpts): Server {
  contextOf("listen", tls);
  return createServer({
    ...options,
    // A peer that hangs up during the handshake would not be noticed otherwise.
    allowHalfOpen: false,
    ...contextOptions(tls),
    ...(tls.alpn === undefined ? {} : { ALPNProtocols: [...tls.alpn] }),
    requestCert: tls.requestCert,
    rejectUnauthorized: tls.requestCert,
  });
}

/** Takes another certificate for the connections to come. */
// deno-lint-ignore require-await -- what is wrong with the certificate is a rejection
export async function replaceCertificate(
  server: Server,
  { ca }: ResolvedTlsListenOptions,
  certificate: Certificate,
): Promise<void> {
  const certificates = { ...resolveCertificate("set the certificate", certificate), ca };
  // Read once before, so that one that cannot be read changes nothing.
  contextOf("set the certificate", certificates);
  server.setSecureContext(contextOptions(certificates));
}

/** What the handshakes of a listener need. */
export interface HandshakesInit {
  readonly acceptor: Pick<PushAcceptor, "admit" | "failed">;
  readonly timeouts: ResolvedTimeouts;
  /** The addresses of a socket; `undefined` when its peer is gone. */
  readonly endsOf: (socket: Socket) => Ends | undefined;
}

interface Handshake {
  readonly ends: Ends;
  readonly admission: Admission;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

/** Has `server` offer each connection when its handshake is done, and none of them wait for another. */
export function offerSecured(
  server: Server,
  { acceptor, timeouts, endsOf }: HandshakesInit,
): void {
  const underWay = new Map<Socket, Handshake>();

  /** The handshake of `raw`, which is over, if it was under way. */
  const take = (raw: Socket): Handshake | undefined => {
    const handshake = underWay.get(raw);
    underWay.delete(raw);
    clearTimeout(handshake?.timer);
    return handshake;
  };
  const giveUp = (raw: Socket, error?: Error): void => {
    const failure = networkError("finish the handshake", tlsErrorCode(error), error);
    take(raw)?.admission.failed(failure);
    raw.destroy();
  };

  server.on("connection", (raw: Socket) => {
    // Whatever goes wrong below TLS is told by TLS, or by the close.
    raw.on("error", () => undefined);
    raw.on("close", () => {
      // A moment later, as TLS knows better what is wrong.
      if (underWay.has(raw)) setTimeout(giveUp, 0, raw);
    });
    const ends = endsOf(raw);
    if (ends === undefined) {
      acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
      raw.destroy();
      return;
    }
    const admission = acceptor.admit(() => {
      take(raw);
      raw.destroy();
    });
    if (admission === undefined) return;
    // The time limit of node:tls starts anew with every byte, and closes nothing.
    const timer = timeouts.handshake === Infinity ? undefined : setTimeout(
      () => giveUp(raw, networkError("finish the handshake", "ETIMEDOUT")),
      timeouts.handshake,
    );
    underWay.set(raw, { ends, admission, timer });
  });
  server.on("secureConnection", (socket) => {
    const raw = rawOf(socket);
    const handshake = take(raw);
    if (handshake === undefined) raw.destroy();
    else {
      socket.allowHalfOpen = true;
      handshake.admission.offer(tlsConnection(socket, raw, handshake.ends, timeouts));
    }
  });
  server.on("tlsClientError", (error, socket) => {
    const { authorizationError: code } = socket as { authorizationError?: unknown };
    giveUp(rawOf(socket), typeof code === "string" ? Object.assign(error, { code }) : error);
  });
}

/** The socket below; where the runtime has none, it is the same one. */
function rawOf(socket: TLSSocket): Socket {
  return (socket as { readonly _parent?: Socket })._parent ?? socket;
}
