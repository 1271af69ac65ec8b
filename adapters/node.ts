/**
 * Listening with `node:net`: the adapter of Node. It runs on Deno and Bun too.
 *
 * ```ts
 * import { listen } from "@incoming/net/node";
 *
 * const listener = await listen({ port: 0 });
 * await listener.close();
 * ```
 *
 * @module
 */

import { createServer, type Server, type Socket } from "node:net";
import { PushAcceptor } from "../core/acceptor.ts";
import { formatAddr, type TcpAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { codeOf, connectionError, networkError, NotSupported } from "../core/errors.ts";
import { type ResolvedListenOptions, resolveListenOptions } from "../core/listen_options.ts";
import type { Listener, ListenOptions } from "../core/listener.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";

/**
 * Listens for TCP connections with `node:net`. Resolves when the socket is bound.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that cannot be honoured here, with a NetworkError (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`,
 * `ENOTFOUND`) when the address cannot be bound. Whoever listens closes the listener.
 */
export async function listen(options: ListenOptions): Promise<Listener<TcpAddr>> {
  const resolved = resolveListenOptions(options);
  const server = createServer({
    allowHalfOpen: true,
    // Nothing is read before somebody asks: a connection that waits costs a descriptor, no buffer.
    pauseOnConnect: true,
    noDelay: resolved.noDelay,
  });
  const acceptor = new PushAcceptor({
    maxPending: resolved.maxPending,
    onAcceptError: resolved.onAcceptError,
    stop: () => server.close(),
  });
  server.on("connection", (socket) => {
    const connection = accepted(socket);
    if (connection === undefined) {
      acceptor.failed({ code: "ENOTCONN", message: "the peer is gone" });
    } else acceptor.offer(connection);
  });
  await bind(server, resolved);
  server.on("error", (error) => acceptor.failed(error));
  return new BoundListener(addrOf(server), acceptor, resolved.signal);
}

/** Resolves when `server` is bound. */
async function bind(server: Server, options: ResolvedListenOptions): Promise<void> {
  const { hostname, port, backlog, ipv6Only, reusePort } = options;
  if (reusePort && !canReusePort()) {
    throw new NotSupported("Cannot listen: the option reusePort needs Node 22.12 or later");
  }
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.once("listening", () => {
        server.off("error", reject);
        resolve();
      });
      server.listen({
        host: hostname,
        port,
        ipv6Only,
        reusePort,
        ...(backlog === undefined ? {} : { backlog }),
      });
    });
  } catch (error) {
    const code = codeOf(error, "EINVAL");
    if (reusePort && (code === "ENOTSUP" || code === "EINVAL")) {
      throw new NotSupported(
        "Cannot listen: the option reusePort is not supported by this system",
        error,
      );
    }
    throw networkError(`listen on ${formatAddr({ hostname, port })}`, code, error);
  }
}

/** Older versions take the option and ignore it. */
function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

function addrOf(server: Server): TcpAddr {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error(`Cannot listen: no TCP address, got ${address}`);
  }
  return { transport: "tcp", hostname: address.address, port: address.port };
}

/** The connection over an accepted socket; `undefined` when its peer was gone before it was accepted. */
function accepted(socket: Socket): TransportConnection | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) {
    // Its error event comes without a listener, if it comes: that would end the process.
    socket.on("error", () => undefined);
    socket.destroy();
    return undefined;
  }
  return new TransportConnection((events) => new NodeTransport(socket, events), {
    localAddr: { transport: "tcp", hostname: localAddress, port: localPort ?? 0 },
    remoteAddr: { transport: "tcp", hostname: remoteAddress, port: remotePort ?? 0 },
  });
}

/** A socket of `node:net`, paused. */
class NodeTransport implements Transport {
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  #started = false;
  /** How many write callbacks are to come for writes that were finished at once. */
  #finishedAtOnce = 0;

  constructor(socket: Socket, events: TransportEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on("error", (error) => events.failed(connectionError(error)));
    socket.on("end", () => events.ended());
    socket.on("close", () => events.closed());
    // Each chunk that arrives is given to push(), and its answer says whether to go on reading. Taking
    // it here, before the buffer of the stream, is what holds no more than one chunk ahead: after
    // pause() a 'data' listener still leaves room for a second one. The end goes its usual way.
    const push = socket.push.bind(socket);
    socket.push = (chunk: Uint8Array | null): boolean => {
      if (chunk === null) return push(null);
      return events.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    };
  }

  resume(): void {
    if (this.#started) this.#socket._read(0);
    else {
      this.#started = true;
      this.#socket.resume();
    }
  }

  write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes, this.#written);
    if (this.#socket.writableLength > 0 || this.#socket.destroyed) return false;
    this.#finishedAtOnce++;
    return true;
  }

  readonly #written = (error?: Error | null): void => {
    if (this.#finishedAtOnce > 0) this.#finishedAtOnce--;
    // What is wrong comes as an 'error' event too.
    else if (!error) this.#events.written();
  };

  shutdown(): void {
    this.#socket.end();
  }

  release(): void {
    this.#socket.destroy();
  }

  reset(): void {
    // After the end of file a reset is refused by the system, and the socket would never be closed.
    if (this.#socket.writableEnded) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}
