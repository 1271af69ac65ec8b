/**
 * Connections without a network: for tests of handlers, without a port.
 *
 * They keep the same contract as sockets, back-pressure, half-close and resets included; also what
 * is unpleasant about sockets: releasing one with unread input resets the connection and loses what
 * was under way.
 *
 * @example A handler, tested
 * ```ts
 * import type { Connection } from "@incoming/net";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * async function greet(connection: Connection): Promise<void> {
 *   const name = new TextDecoder().decode(await connection.read() ?? undefined);
 *   await connection.write(new TextEncoder().encode(`hello, ${name}`));
 *   await connection.close();
 * }
 *
 * const [client, server] = connectionPair();
 * const handled = greet(server);
 * await client.write(new TextEncoder().encode("Ferris"));
 * const answer = new TextDecoder().decode(await client.read() ?? undefined);
 * await client.close();
 * await handled;
 * if (answer !== "hello, Ferris") throw new Error(answer);
 * ```
 *
 * @module
 */

import { PushAcceptor } from "../core/acceptor.ts";
import type { MemoryAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import type { Connection } from "../core/connection.ts";
import { connectionError, networkError, NotSupported } from "../core/errors.ts";
import { resolveListenOptions } from "../core/listen_options.ts";
import type { Listener, ListenOptions } from "../core/listener.ts";
import { Pipe } from "../core/pipe.ts";
import { show } from "../core/show.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { Timers } from "../core/timers.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection, type TransportConnectionInit } from "../core/transport_connection.ts";

/** What stands between two ends. */
export interface PairOptions {
  /** How many bytes each direction holds that nobody has read yet. A positive integer; default 64 KiB. */
  readonly capacity?: number | undefined;
  /** Holds nothing: a write waits until the other end reads. Default `false`. */
  readonly clogged?: boolean | undefined;
  /** The clock of the lingering close. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/** A listener without a network. */
export interface MemoryListener extends Listener<MemoryAddr> {
  /** Connects to it; the other end comes out of `incoming()`. Rejects with `ECONNREFUSED` when it is closed. */
  connect(): Promise<Connection>;
}

const DEFAULT_CAPACITY = 64 * 1024;

let lastPort = 0;

function nextAddr(port = 0): MemoryAddr {
  return { transport: "memory", hostname: "memory", port: port === 0 ? ++lastPort : port };
}

/** Two connected ends. What is written to one is read from the other. Both are to be closed. */
export function connectionPair(options: PairOptions = {}): [Connection, Connection] {
  return pair(options, nextAddr(), nextAddr());
}

/**
 * Makes a listener that `connect()` of the same object connects to. Addresses are just names here:
 * two listeners never collide. `path`, `tls`, `backlog`,
 * `reusePort`, `ipv6Only`, `fd` and `proxyProtocol` are refused.
 */
// deno-lint-ignore require-await -- what is wrong with the options is a rejection, too
export async function listen(options: ListenOptions & PairOptions): Promise<MemoryListener> {
  const resolved = resolveListenOptions(options);
  if (resolved.path !== undefined) throw refused("path", resolved.path);
  // Not shown: there is a key in it.
  if (resolved.tls !== undefined) throw refused("tls", "certificates");
  if (resolved.proxyProtocol !== undefined) throw refused("proxyProtocol", "peers to trust");
  for (const name of ["backlog", "reusePort", "ipv6Only", "fd"] as const) {
    if (resolved[name]) throw refused(name, String(resolved[name]));
  }
  capacityOf(options);
  const addr = nextAddr(resolved.port);
  let open = true;
  const acceptor = new PushAcceptor({
    maxPending: resolved.maxPending,
    maxConnections: resolved.maxConnections,
    onAcceptError: resolved.onAcceptError,
    stop: () => open = false,
  });
  const connect = (): Promise<Connection> => {
    if (!open) {
      return Promise.reject(networkError(`connect to memory:${addr.port}`, "ECONNREFUSED"));
    }
    const [client, server] = pair(options, nextAddr(), addr, resolved.timeouts);
    acceptor.offer(server);
    return Promise.resolve(client);
  };
  return Object.assign(new BoundListener(addr, acceptor, resolved.signal), { connect });
}

function refused(option: string, value: string): NotSupported {
  return new NotSupported(`Cannot listen: memory has no option ${option}, got ${value}`);
}

function capacityOf({ capacity = DEFAULT_CAPACITY, clogged = false }: PairOptions): number {
  if (Number.isSafeInteger(capacity) && capacity > 0) return clogged ? 0 : capacity;
  throw new RangeError(
    `Cannot make a pair: capacity must be a positive integer, got ${show(capacity)}`,
  );
}

function pair(
  options: PairOptions,
  a: MemoryAddr,
  b: MemoryAddr,
  timeouts?: ResolvedTimeouts,
): [TransportConnection, TransportConnection] {
  const capacity = capacityOf(options);
  const [there, back] = [new Pipe(capacity), new Pipe(capacity)];
  const end = (out: Pipe, input: Pipe, init: Omit<TransportConnectionInit, "timers">) =>
    new TransportConnection((events) => new MemoryTransport(events, out, input), {
      ...init,
      timers: options.timers,
    });
  return [
    end(there, back, { localAddr: a, remoteAddr: b }),
    end(back, there, { localAddr: b, remoteAddr: a, timeouts }),
  ];
}

/** One end: a socket, paused. */
class MemoryTransport implements Transport {
  readonly noticesResets = true;
  readonly #events: TransportEvents;
  readonly #out: Pipe;
  readonly #input: Pipe;
  #released = false;

  constructor(events: TransportEvents, out: Pipe, input: Pipe) {
    this.#events = events;
    this.#out = out;
    this.#input = input;
    out.writer = events;
    input.reader = events;
  }

  resume(): void {
    this.#input.resume();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#out.abandoned) return this.#out.write(bytes);
    this.#break(this.#events);
    return false;
  }

  unsent(): number {
    return this.#out.unsent;
  }

  shutdown(): void {
    this.#out.finish();
  }

  release(): void {
    if (this.#released) return;
    // As with sockets: input that nobody has read turns a close into a reset.
    if (this.#input.unread) return this.reset();
    this.#out.finish();
    this.#close();
  }

  reset(): void {
    if (this.#released) return;
    this.#out.cut();
    this.#input.drop();
    this.#break(this.#out.reader);
    this.#close();
  }

  #close(): void {
    this.#released = true;
    this.#input.abandoned = true;
    this.#events.closed();
  }

  /** A reset is known a moment later. */
  #break(end: TransportEvents | undefined): void {
    queueMicrotask(() => end?.failed(connectionError({ code: "ECONNRESET" })));
  }
}
