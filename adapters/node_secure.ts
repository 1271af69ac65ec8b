/**
 * The handshake of a connection that is made, with `node:tls`.
 *
 * @module
 */

import { isIP, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { ResolvedTlsConnectOptions } from "../core/connect_options.ts";
import { contextOf } from "./node_tls.ts";

/** Who is at the other end of a unix socket, for a certificate: somebody on this machine. */
const UNIX_HOST = "localhost";

/** Begins the handshake; calls `done` when it is done, before any input can arrive. Throws nothing. */
export type Secure = (
  socket: Socket,
  failed: (error: Error) => void,
  done: (secured: TLSSocket) => void,
) => void;

/** What puts TLS on a socket. Throws a TypeError when the certificates cannot be read. */
export function securingWith(tls: ResolvedTlsConnectOptions): Secure {
  const { sni = UNIX_HOST, alpn, ca, certificate } = tls;
  const options = {
    secureContext: contextOf("connect", { ...certificate, ca }),
    // The name that the certificate is held to; an address is never sent.
    host: sni,
    servername: isIP(sni) === 0 ? sni : "",
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  };
  return (socket, failed, done) => {
    try {
      const secured = connect({ ...options, socket });
      secured.on("error", failed);
      secured.once("secureConnect", () => done(secured));
    } catch (error) {
      // What is thrown in a callback would end the process.
      failed(error as Error);
    }
  };
}
