/**
 * Connections with TLS over sockets that another process has accepted, on Deno.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Adopter, AdopterInit } from "../core/adoption.ts";
import {
  resolveCertificate,
  type ResolvedListenOptions,
  type ResolvedTlsListenOptions,
} from "../core/listen_options.ts";
import { offerAccepted } from "../core/proxied.ts";
import { behindHeader } from "./deno_proxied.ts";
import { requireReadable, secureClient } from "./deno_tls.ts";
import type { Ends } from "./deno_transport.ts";
import { SocketConn } from "./deno_socket_conn.ts";

/** Takes sockets of `node:net`, as another process cannot pass on others. Throws as `listen` does. */
export function adopter({ acceptor, options }: AdopterInit): Adopter<Socket> {
  const { tls, timeouts, proxyProtocol } = options;
  if (tls === undefined) {
    throw new TypeError("Cannot adopt connections: without TLS it is node:net");
  }
  requireReadable("listen", tls);
  let current: ResolvedTlsListenOptions = tls;
  const init = { action: "finish the handshake", timeouts };
  return {
    adopt: (socket) => {
      const ends = endsOf(socket, options);
      if (ends === undefined) {
        socket.on("error", () => undefined);
        socket.destroy();
        return acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
      }
      const conn = new SocketConn(socket);
      if (options.path === undefined && options.noDelay) conn.setNoDelay(true);
      const accepted = { conn, ends, timeouts, proxyProtocol };
      offerAccepted(acceptor, behindHeader(accepted, (raw) => secureClient(raw, current, init)));
    },
    // deno-lint-ignore require-await -- what is wrong with the certificate is a rejection
    setCertificate: async (certificate) => {
      const next = resolveCertificate("set the certificate", certificate);
      requireReadable("set the certificate", next);
      current = { ...current, ...next };
    },
  };
}

function endsOf(socket: Socket, { path }: ResolvedListenOptions): Ends | undefined {
  if (path !== undefined) {
    return { localAddr: { transport: "unix", path }, remoteAddr: { transport: "unix", path: "" } };
  }
  const { remoteAddress, remotePort = 0, localAddress, localPort = 0 } = socket;
  if (remoteAddress === undefined || localAddress === undefined) return undefined;
  return {
    localAddr: { transport: "tcp", hostname: localAddress, port: localPort },
    remoteAddr: { transport: "tcp", hostname: remoteAddress, port: remotePort },
  };
}
