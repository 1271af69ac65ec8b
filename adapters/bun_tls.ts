/**
 * TLS with Bun: certificates, and handshakes off the accept loop.
 *
 * A listener is bound without TLS, and each socket that it accepts takes TLS on with the certificate of
 * that moment: so the certificate can be replaced while it listens, which a listener of Bun that is
 * bound with TLS cannot do. It costs nothing more, as Bun keeps what it has made of the same options.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { PushAcceptor } from "../core/acceptor.ts";
import type { Addr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { codeOf, networkError, type NetworkErrorCode } from "../core/errors.ts";
import { resolveCertificate, type ResolvedTlsListenOptions } from "../core/listen_options.ts";
import type { TlsListener } from "../core/listener.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { Certificate } from "../core/tls.ts";
import { connectionOver, type Ends, type Socket, TELL_OWNER } from "./bun_transport.ts";
import { distrust, Handshake } from "./bun_handshake.ts";
import type { BunTls } from "./bun_types.ts";

/** What both a listener and a connection may be given; `undefined` stands for what the runtime has. */
interface TlsOptions extends Partial<Certificate> {
  readonly ca?: string | undefined;
  readonly alpn?: readonly string[] | undefined;
}

/** Each block of PEM text, also one that is cut off. */
const PEM_BLOCK = /-----BEGIN [^]*?(?:-----END [^-]*-----|$)/g;

/** The same for Bun, checked. Throws a TypeError that does not show the certificates. */
export function bunTls(verb: string, { cert, key, ca, alpn }: TlsOptions): BunTls {
  const certificates = {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  };
  try {
    // What is no certificate among them, Bun passes over.
    for (const block of ca?.match(PEM_BLOCK) ?? []) new X509Certificate(block);
    // Making one takes a while when it has to look for the authorities of the runtime.
    if (Object.keys(certificates).length > 0) createSecureContext(certificates);
  } catch (error) {
    const what =
      "tls must have a certificate and a key that belong together, and certificates as ca";
    throw new TypeError(`Cannot ${verb}: ${what} (${codeOf(error, "EINVAL")})`);
  }
  return { ...certificates, ...(alpn === undefined ? {} : { ALPNProtocols: protocolList(alpn) }) };
}

/** The names as they are sent: each with its length in front (RFC 7301, section 3.1). */
function protocolList(names: readonly string[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return Uint8Array.from(names.flatMap((name) => {
    const bytes = encoder.encode(name);
    return [bytes.length, ...bytes];
  }));
}

/** The code for what went wrong before a connection was there; the peer is gone when nothing is said. */
export function tlsErrorCode(error: unknown): NetworkErrorCode {
  const code = codeOf(error, "ECONNRESET");
  // The reason of the library stands behind the last colon of the message.
  const reason = code === "EPROTO" ? (error as Error).message.replace(/^.*:/, "") : code;
  // An alert is what the peer finds wrong.
  if (/_ALERT_/.test(reason)) return code;
  return /CERT|^UNABLE_TO|^CRL_|_CA$|^INVALID_PURPOSE|HOSTNAME/.test(reason) ? "ECERT" : code;
}

/** What the handshakes of a listener need. */
export interface HandshakesInit {
  readonly acceptor: Pick<PushAcceptor, "admit">;
  readonly timeouts: ResolvedTimeouts;
  readonly tls: ResolvedTlsListenOptions;
}

/** The handshakes of a listener: each is on its own. */
export class Handshakes {
  readonly #init: HandshakesInit;
  #tls: BunTls;

  /** Throws a TypeError for certificates that cannot be used. */
  constructor(init: HandshakesInit) {
    this.#init = init;
    this.#tls = this.#resolve("listen", init.tls);
  }

  /** Takes another certificate for the handshakes to come. Throws a TypeError when it cannot be used. */
  replace(certificate: Certificate): void {
    const verb = "set the certificate";
    this.#tls = this.#resolve(verb, resolveCertificate(verb, certificate));
  }

  #resolve(verb: string, certificate: Certificate): BunTls {
    const { alpn, ca, requestCert } = this.#init.tls;
    return {
      ...bunTls(verb, { ...certificate, alpn, ca }),
      requestCert,
      rejectUnauthorized: requestCert,
    };
  }

  /** Begins the handshake of a socket that was just accepted, and offers the connection that it leads to. */
  begin(accepted: Socket, ends: Ends): void {
    const { acceptor, timeouts, tls } = this.#init;
    let abort = (): void => accepted.terminate();
    const admission = acceptor.admit(() => abort());
    if (admission === undefined) return;
    const handshake = new Handshake({
      verify: tls.requestCert ? distrust : () => undefined,
      timeout: timeouts.handshake,
      finished: (socket) => admission.offer(connectionOver(socket, ends, timeouts, true)),
      failed: (error) =>
        admission.failed(networkError("finish the handshake", tlsErrorCode(error), error)),
    });
    abort = () => handshake.abandon();
    try {
      const [, socket] = accepted.upgradeTLS({
        tls: this.#tls,
        // One that another process has accepted does not know it.
        isServer: true,
        data: handshake,
        socket: TELL_OWNER,
      });
      handshake.begin(socket);
    } catch (error) {
      admission.failed(error);
      accepted.terminate();
    }
  }
}

/** A listener whose certificate can be replaced. */
export class BunTlsListener<A extends Addr> extends BoundListener<A> implements TlsListener<A> {
  readonly #handshakes: Handshakes;

  constructor(
    addr: A,
    acceptor: PushAcceptor,
    handshakes: Handshakes,
    signal: AbortSignal | undefined,
  ) {
    super(addr, acceptor, signal);
    this.#handshakes = handshakes;
  }

  /** Takes another certificate for the connections to come; those that are there keep theirs. */
  // deno-lint-ignore require-await -- what is wrong with the certificate is a rejection
  async setCertificate(certificate: Certificate): Promise<void> {
    this.#handshakes.replace(certificate);
  }
}
