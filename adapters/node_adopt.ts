/**
 * Connections over sockets that another thread or process has accepted with `node:net`.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Server } from "node:tls";
import type { Adopter, AdopterInit } from "../core/adoption.ts";
import { acceptedConnection, offerAccepted } from "../core/proxied.ts";
import { securedBehindHeader } from "./node_proxied.ts";
import { createTlsServer, offerSecured, replaceCertificate } from "./node_tls.ts";
import { type Ends, openPlain, tcpEnds } from "./node_transport.ts";

/**
 * Takes sockets: their handshakes of TLS are made here. Throws as `listen` does for a certificate that
 * cannot be read, and where `node:tls` is no match for Node's.
 */
export function adopter(init: AdopterInit): Adopter<Socket> {
  const { options } = init;
  const { path, tls } = options;
  const endsOf = path === undefined ? tcpEnds : () => unixEnds(path);
  const server = tls && createTlsServer(tls, { pauseOnConnect: true });
  const offer = server === undefined ? plain(init, endsOf) : secured(server, init, endsOf);
  return {
    adopt: (socket) => {
      if (options.path === undefined && options.noDelay) socket.setNoDelay(true);
      // It has its default here, whatever it was where it was accepted.
      socket.allowHalfOpen = server === undefined;
      offer(socket);
    },
    setCertificate: async (certificate) => {
      if (server === undefined || tls === undefined) throw new TypeError("there is no TLS");
      await replaceCertificate(server, tls, certificate);
    },
  };
}

type EndsOf = (socket: Socket) => Ends | undefined;
type Offer = (socket: Socket) => void;

function plain({ acceptor, options }: AdopterInit, endsOf: EndsOf): Offer {
  const { timeouts, proxyProtocol } = options;
  return (socket) => {
    const ends = endsOf(socket);
    if (ends !== undefined) {
      const init = { ...ends, timeouts, proxyProtocol };
      return offerAccepted(acceptor, acceptedConnection(openPlain(socket), init));
    }
    socket.on("error", () => undefined);
    socket.destroy();
    acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
  };
}

function secured(server: Server, { acceptor, options }: AdopterInit, endsOf: EndsOf): Offer {
  const { timeouts, proxyProtocol } = options;
  const init = { acceptor, timeouts, endsOf };
  if (proxyProtocol !== undefined) return securedBehindHeader(server, { ...init, proxyProtocol });
  offerSecured(server, init);
  return (socket) => void server.emit("connection", socket);
}

function unixEnds(path: string): Ends {
  return { localAddr: { transport: "unix", path }, remoteAddr: { transport: "unix", path: "" } };
}
