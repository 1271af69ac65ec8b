/** A listener in memory whose only clock is the test's: also when it closes. */

import { connectionPair, type MemoryListener } from "../../adapters/memory.ts";
import { PushAcceptor } from "../../core/acceptor.ts";
import type { MemoryAddr } from "../../core/addr.ts";
import { BoundListener } from "../../core/bound_listener.ts";
import type { Connection } from "../../core/connection.ts";
import { networkError } from "../../core/errors.ts";
import type { Timers } from "../../core/timers.ts";
import type { TransportConnection } from "../../core/transport_connection.ts";

/** A listener that also knows what becomes of those who connect. */
export interface WatchedListener extends MemoryListener {
  /** How many of them are not released. */
  connected(): number;
}

/** Listens; each direction of a connection holds `capacity` bytes. */
export function listenBy(timers: Timers, capacity: number): WatchedListener {
  const addr: MemoryAddr = { transport: "memory", hostname: "memory", port: 1 };
  let open = true;
  let connected = 0;
  const acceptor = new PushAcceptor({
    maxPending: Infinity,
    onAcceptError: undefined,
    timers,
    stop: () => {
      open = false;
    },
  });
  const connect = (): Promise<Connection> => {
    if (!open) return Promise.reject(networkError("connect", "ECONNREFUSED"));
    const [client, server] = connectionPair({ timers, capacity });
    acceptor.offer(server as TransportConnection);
    connected++;
    (client as TransportConnection).onReleased = () => {
      connected--;
    };
    return Promise.resolve(client);
  };
  return Object.assign(new BoundListener(addr, acceptor), { connect, connected: () => connected });
}
