/**
 * Listening with `Bun.listen`: the adapter of Bun.
 *
 * @module
 */

import { PushAcceptor } from "../core/acceptor.ts";
import { formatAddr, type TcpAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { codeOf, connectionError, networkError, NotSupported } from "../core/errors.ts";
import { type ResolvedListenOptions, resolveListenOptions } from "../core/listen_options.ts";
import type { Listener, ListenOptions } from "../core/listener.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";
import type { BunListener, BunNamespace, BunSocket, BunSocketHandler } from "./bun_types.ts";

type Socket = BunSocket<BunTransport>;

/**
 * Listens for TCP connections with `Bun.listen`. Resolves when the socket is bound.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that cannot be honoured here (`backlog`), with a NetworkError (`EADDRINUSE`, `EACCES`,
 * `EADDRNOTAVAIL`, `ENOTFOUND`) when the address cannot be bound. Whoever listens closes the listener.
 */
// deno-lint-ignore require-await -- what is wrong with the options is a rejection, too
export async function listen(options: ListenOptions): Promise<Listener<TcpAddr>> {
  const resolved = resolveListenOptions(options);
  const acceptor = new PushAcceptor({
    maxPending: resolved.maxPending,
    onAcceptError: resolved.onAcceptError,
    stop: () => listener.stop(),
  });
  const listener = bind(resolved, {
    binaryType: "uint8array",
    open: (socket) => {
      // Nothing is read before somebody asks for it.
      socket.pause();
      if (!resolved.noDelay) socket.setNoDelay(false);
      const connection = accepted(socket);
      if (connection === undefined) acceptor.failed({ code: "ENOTCONN" });
      else acceptor.offer(connection);
    },
    data: (socket, chunk) => socket.data?.received(chunk),
    drain: (socket) => socket.data?.drained(),
    end: (socket) => socket.data?.events.ended(),
    close: (socket, error) => socket.data?.closed(error),
    error: (socket, error) => socket.data?.failed(error),
  });
  return new BoundListener(addrOf(listener), acceptor, resolved.signal);
}

function bind(options: ResolvedListenOptions, socket: BunSocketHandler<BunTransport>): BunListener {
  const { hostname, port, backlog, ipv6Only, reusePort } = options;
  // No types of Bun are needed to compile this: bun_types.ts says what is used, test/types holds it.
  const { Bun } = globalThis as unknown as { Bun: BunNamespace };
  if (backlog !== undefined) {
    throw new NotSupported(
      `Cannot listen: Bun has no option backlog (it is always 512), got ${backlog}`,
    );
  }
  try {
    return Bun.listen({ hostname, port, allowHalfOpen: true, reusePort, ipv6Only, socket });
  } catch (error) {
    // A host name that nobody knows is the one failure without a code.
    throw networkError(
      `listen on ${formatAddr({ hostname, port })}`,
      codeOf(error, "ENOTFOUND"),
      error,
    );
  }
}

/** `listener.hostname` is what was asked for, perhaps a name; this asks for what was bound. */
function addrOf(listener: BunListener): TcpAddr {
  const bound: { address?: string } = {};
  listener.getsockname?.(bound);
  const hostname = bound.address ?? listener.hostname;
  return { transport: "tcp", hostname, port: listener.port };
}

/** The connection over an accepted socket; `undefined` when its peer was gone before it was accepted. */
function accepted(socket: Socket): TransportConnection | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket as Partial<Socket>;
  if (remoteAddress === undefined || localAddress === undefined) {
    socket.data = undefined;
    socket.terminate();
    return undefined;
  }
  return new TransportConnection((events) => socket.data = new BunTransport(socket, events), {
    localAddr: { transport: "tcp", hostname: localAddress, port: localPort ?? 0 },
    remoteAddr: { transport: "tcp", hostname: remoteAddress, port: remotePort ?? 0 },
  });
}

/** A socket of Bun, paused. */
class BunTransport implements Transport {
  readonly #socket: Socket;
  readonly events: TransportEvents;
  /** What the system has not taken yet of the unfinished write. */
  #rest: Uint8Array | undefined;
  #closed = false;

  constructor(socket: Socket, events: TransportEvents) {
    this.#socket = socket;
    this.events = events;
  }

  resume(): void {
    this.#socket.resume();
  }

  received(chunk: Uint8Array): void {
    if (!this.events.received(chunk)) this.#socket.pause();
  }

  write(bytes: Uint8Array): boolean {
    const taken = this.#socket.write(bytes);
    if (taken === bytes.length) return true;
    // -1: closed. Then `close` tells why.
    this.#rest = taken > 0 ? bytes.subarray(taken) : bytes;
    return false;
  }

  /** Called also when nothing was left to write. */
  drained(): void {
    if (this.#rest === undefined || !this.write(this.#rest)) return;
    this.#rest = undefined;
    this.events.written();
  }

  /** Only this closes one half; `end()` is a close. */
  shutdown(): void {
    this.#socket.shutdown();
  }

  release(): void {
    if (!this.#closed) this.#socket.end();
  }

  reset(): void {
    if (!this.#closed) this.#socket.terminate();
  }

  failed(error: Error): void {
    this.events.failed(connectionError(error));
  }

  closed(error?: Error): void {
    this.#closed = true;
    if (error) this.events.failed(connectionError(error));
    // After shutdown() the peer's end of file is told by the close alone.
    else this.events.ended();
    this.events.closed();
  }
}
