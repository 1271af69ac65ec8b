/**
 * An adapter of your own: connections over the ports of a `MessageChannel`, inside a process or to
 * a worker, with the whole contract: back-pressure, half-close, resets, a lingering close.
 *
 * An adapter says how to move bytes; `TransportConnection` and `PushAcceptor` do the rest. What is
 * here is all that is needed: a `Transport` for one port, and a `listen` that offers what connects.
 * The conformance suite proves it: test/examples/message_channel_test.ts.
 */

import {
  BoundListener,
  DEFAULT_TIMEOUTS,
  networkError,
  PushAcceptor,
  resolveListenOptions,
  TransportConnection,
} from "../adapters/kit.ts";
import {
  type Connection,
  type Listener,
  type ListenOptions,
  type MemoryAddr,
  NotSupported,
} from "../mod.ts";
import { PortTransport } from "./message_channel_transport.ts";

/** How a connection over a port may differ. */
export interface ChannelOptions {
  /** How many bytes may be under way that the other end has not read. Default 64 KiB; with 0, a write waits for the reader. */
  readonly capacity?: number | undefined;
}

/** A listener inside the process. */
export interface ChannelListener extends Listener<MemoryAddr> {
  /** Makes a connection; the other end comes out of `incoming()`. Rejects with `ECONNREFUSED` when it is closed. */
  connect(): Promise<Connection>;
  /** Takes a port that has come from elsewhere, as from a worker, for a connection that was made there. */
  accept(port: MessagePort): void;
}

let lastPort = 0;

function nextAddr(port = 0): MemoryAddr {
  return { transport: "memory", hostname: "memory", port: port === 0 ? ++lastPort : port };
}

/** The connection over one port of a channel. Both ends need one, and the same options. */
export function connectionOver(port: MessagePort, options: ChannelOptions = {}): Connection {
  return over(port, options, nextAddr(), nextAddr());
}

function over(
  port: MessagePort,
  { capacity = 64 * 1024 }: ChannelOptions,
  localAddr: MemoryAddr,
  remoteAddr: MemoryAddr,
  timeouts = DEFAULT_TIMEOUTS,
): TransportConnection {
  return new TransportConnection((events) => new PortTransport(port, events, capacity), {
    localAddr,
    remoteAddr,
    timeouts,
  });
}

/** Listens. A port is a number here that nobody else can take. */
// deno-lint-ignore require-await -- what is wrong with the options is a rejection, too
export async function listen(options: ListenOptions & ChannelOptions): Promise<ChannelListener> {
  // It checks all that a caller can get wrong; what cannot be honoured is refused.
  const resolved = resolveListenOptions(options);
  if (resolved.path !== undefined) throw new NotSupported("Cannot listen: channels have no path");
  for (const name of ["backlog", "ipv6Only", "reusePort", "tls"] as const) {
    if (resolved[name]) throw new NotSupported(`Cannot listen: channels have no option ${name}`);
  }
  const addr = nextAddr(resolved.port);
  let listening = true;
  // Connections that nobody asks for yet wait in it, up to its limits.
  const acceptor = new PushAcceptor({ ...resolved, stop: () => listening = false });
  const accept = (port: MessagePort, peer = nextAddr()): void =>
    acceptor.offer(over(port, options, addr, peer, resolved.timeouts));
  // deno-lint-ignore require-await -- it rejects, and never throws
  const connect = async (): Promise<Connection> => {
    if (!listening) throw networkError(`connect to memory:${addr.port}`, "ECONNREFUSED");
    const { port1, port2 } = new MessageChannel();
    const own = nextAddr();
    accept(port2, own);
    return over(port1, options, own, addr);
  };
  return Object.assign(new BoundListener(addr, acceptor, resolved.signal), { accept, connect });
}
