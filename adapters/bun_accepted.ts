/**
 * What becomes of a socket of Bun that was accepted.
 *
 * @module
 */

import type { TcpAddr } from "../core/addr.ts";
import type { AdoptingAcceptor } from "../core/adoption.ts";
import { NotSupported } from "../core/errors.ts";
import type { ResolvedListenOptions } from "../core/listen_options.ts";
import { acceptedConnection, offerAccepted } from "../core/proxied.ts";
import type { Handshakes } from "./bun_tls.ts";
import {
  type Ends,
  openPlain,
  type Socket,
  type SocketOwner,
  tcpEnds,
  TELL_OWNER,
  TELL_OWNER_BELOW_TLS,
} from "./bun_transport.ts";
import type { BunSocketHandler } from "./bun_types.ts";

/** Throws NotSupported for options that exclude each other here. */
export function requirePossible({ proxyProtocol, tls }: ResolvedListenOptions): void {
  if (proxyProtocol === undefined || tls === undefined) return;
  throw new NotSupported(
    "Cannot listen: Bun cannot put TLS on a socket of which was read; the option proxyProtocol excludes tls",
  );
}

/**
 * What happens to the sockets of a listener; without `handshakes`, there is no TLS. `own` tells the own
 * address of them all, if they have the same.
 */
export function handlerOf(
  options: ResolvedListenOptions,
  acceptor: AdoptingAcceptor,
  handshakes: Handshakes | undefined,
  own: () => TcpAddr | undefined = () => undefined,
): BunSocketHandler<SocketOwner> {
  const open = (socket: Socket): void => {
    const ends = options.path === undefined ? tcpEnds(socket, own()) : unixEnds(options.path);
    if (ends === undefined) {
      acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
      return socket.terminate();
    }
    if (options.path === undefined && !options.noDelay) socket.setNoDelay(false);
    if (handshakes !== undefined) handshakes.begin(socket, ends);
    else {
      const { timeouts, proxyProtocol } = options;
      const { localAddr, remoteAddr } = ends;
      const init = { localAddr, remoteAddr, timeouts, proxyProtocol };
      offerAccepted(acceptor, acceptedConnection(openPlain(socket), init));
      // Whoever has waited for it reads already; else input stops here.
      socket.data?.opened?.(socket);
    }
  };
  return { ...(handshakes === undefined ? TELL_OWNER : TELL_OWNER_BELOW_TLS), open };
}

function unixEnds(path: string): Ends {
  return { localAddr: { transport: "unix", path }, remoteAddr: { transport: "unix", path: "" } };
}
