/**
 * Connections over sockets that another thread or process has accepted.
 *
 * @module
 */

import type { PushAcceptor } from "./acceptor.ts";
import type { Admission } from "./arrivals.ts";
import type { ResolvedListenOptions } from "./listen_options.ts";
import type { Certificate } from "./tls.ts";
import type { TransportConnection } from "./transport_connection.ts";

/** What sockets are offered to, or what goes wrong with them before they are connections. */
export type AdoptingAcceptor = Pick<PushAcceptor, "offer" | "admit" | "failed">;

/** What an adapter needs to take such sockets. */
export interface AdopterInit {
  /** Gets what is made of them: one call of one of its methods for each socket. */
  readonly acceptor: AdoptingAcceptor;
  /** How they are made; where they were bound is `path`, or nothing. */
  readonly options: ResolvedListenOptions;
}

/** Makes connections of such sockets. */
export interface Adopter<S> {
  /** Takes one that is connected, and of which nobody has read. Owns it from then on. */
  readonly adopt: (socket: S) => void;
  /** See `TlsListener.setCertificate`. Rejects with a TypeError too when there is no TLS. */
  readonly setCertificate: (certificate: Certificate) => Promise<void>;
}

/** `acceptor`, with `gone` called once for each socket, when nothing is left of it. */
export function countGone(acceptor: AdoptingAcceptor, gone: () => void): AdoptingAcceptor {
  /** Behind what its listener does when the connection is released. */
  const follow = (connection: TransportConnection): void => {
    if (connection.released) return gone();
    const { onReleased } = connection;
    connection.onReleased = () => {
      onReleased?.();
      gone();
    };
  };
  return {
    offer: (connection) => {
      acceptor.offer(connection);
      follow(connection);
    },
    failed: (cause) => {
      acceptor.failed(cause);
      gone();
    },
    admit: (abort) => {
      let over = false;
      const end = (): void => {
        if (!over) gone();
        over = true;
      };
      const admission = acceptor.admit(() => {
        abort();
        end();
      });
      return admission && followed(admission, {
        end,
        offered: (connection) => {
          // Who gave it up meanwhile has said that it is gone.
          if (!over) follow(connection);
          over = true;
        },
      });
    },
  };
}

interface Following {
  readonly end: () => void;
  readonly offered: (connection: TransportConnection) => void;
}

function followed(admission: Admission, { end, offered }: Following): Admission {
  return {
    offer: (connection) => {
      admission.offer(connection);
      offered(connection);
    },
    failed: (cause) => {
      admission.failed(cause);
      end();
    },
  };
}
