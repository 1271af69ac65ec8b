/**
 * Connections over sockets that another process has accepted, on Bun.
 *
 * @module
 */

import type { Socket as NodeSocket } from "node:net";
import type { Adopter, AdopterInit } from "../core/adoption.ts";
import { NotSupported } from "../core/errors.ts";
import { handlerOf, requirePossible } from "./bun_accepted.ts";
import { Handshakes } from "./bun_tls.ts";
import type { Socket } from "./bun_transport.ts";

/**
 * Takes sockets of `node:net`, as another process cannot pass on others: the socket of Bun below each is
 * what is used, as in a listener of Bun. Sockets that this process has accepted are not to be given:
 * those of one listener have their callbacks together. Throws as `listen` does.
 */
export function adopter({ acceptor, options }: AdopterInit): Adopter<NodeSocket> {
  requirePossible(options);
  const { tls, timeouts } = options;
  const handshakes = tls && new Handshakes({ acceptor, timeouts, tls });
  const handler = handlerOf(options, acceptor, handshakes);
  return {
    adopt: (socket) => {
      const taken = below(socket);
      // What it had is of node:net, which has nothing to do with it any more.
      taken.data = undefined;
      taken.reload({ socket: handler });
      if (options.path === undefined && options.noDelay) taken.setNoDelay(true);
      handler.open(taken);
    },
    // deno-lint-ignore require-await -- what is wrong with the certificate is a rejection
    setCertificate: async (certificate) => {
      if (handshakes === undefined) throw new TypeError("there is no TLS");
      handshakes.replace(certificate);
    },
  };
}

/** The socket of Bun below one of `node:net`: not documented, so another version may not have it. */
function below(socket: NodeSocket): Socket {
  const { _handle: handle } = socket as { _handle?: Partial<Socket> | null };
  // It has this method, so it is one: hence the cast.
  if (typeof handle?.reload === "function") return handle as Socket;
  throw new NotSupported(
    "Cannot adopt a connection: this Bun has no socket below that of node:net",
  );
}
