/**
 * A peer over the other end of a connection, for adapters that have no sockets.
 */

import type { Connection } from "../../core/connection.ts";
import type { Peer } from "./subject.ts";

/** A peer that drives `connection`. */
export function connectionPeer(connection: Connection): Peer {
  return {
    read: () => connection.read(),
    write: (bytes) => connection.write(bytes),
    end: () => void connection.closeWrite(),
    reset: () => connection.abort(),
    destroy: () => connection.abort(),
  };
}
