/**
 * Listening with `Deno.listen`: the adapter of Deno.
 *
 * It needs the permission `--allow-net`.
 *
 * @module
 */

import { PullAcceptor } from "../core/acceptor.ts";
import { formatAddr, type TcpAddr } from "../core/addr.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { codeOf, connectionError, networkError, NotSupported } from "../core/errors.ts";
import { type ResolvedListenOptions, resolveListenOptions } from "../core/listen_options.ts";
import type { Listener, ListenOptions } from "../core/listener.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";
import type { DenoConn, DenoListener, DenoNamespace, DenoNetAddr } from "./deno_types.ts";

/**
 * Listens for TCP connections with `Deno.listen`. Resolves when the socket is bound.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that cannot be honoured here (`ipv6Only`; `reusePort` without `--unstable-net`), with a
 * NetworkError (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND`, `ENOTCAPABLE`) when the address
 * cannot be bound. Whoever listens closes the listener.
 */
// deno-lint-ignore require-await -- what is wrong with the options is a rejection, too
export async function listen(options: ListenOptions): Promise<Listener<TcpAddr>> {
  const resolved = resolveListenOptions(options);
  const listener = bind(resolved);
  const acceptor = new PullAcceptor({
    onAcceptError: resolved.onAcceptError,
    stop: () => listener.close(),
    acceptOne: () => accept(listener, resolved.noDelay),
  });
  return new BoundListener(tcp(listener.addr), acceptor, resolved.signal);
}

function tcp({ hostname, port }: DenoNetAddr): TcpAddr {
  return { transport: "tcp", hostname, port };
}

function bind(
  { hostname, port, backlog, ipv6Only, reusePort }: ResolvedListenOptions,
): DenoListener {
  // No types of Deno are needed to compile this: deno_types.ts says what is used, test/types holds it.
  const { Deno } = globalThis as unknown as { Deno: DenoNamespace };
  if (ipv6Only) {
    throw new NotSupported(
      "Cannot listen: Deno has no option ipv6Only; listen on ::1, or on an address of this machine",
    );
  }
  // Without the flag, Deno does not throw: it ends the process.
  if (reusePort && Deno.listenDatagram === undefined) {
    throw new NotSupported(
      "Cannot listen: the option reusePort needs Deno to be started with --unstable-net",
    );
  }
  try {
    return Deno.listen({
      hostname,
      port,
      ...(reusePort ? { reusePort } : {}),
      ...(backlog === undefined ? {} : { tcpBacklog: backlog }),
    });
  } catch (error) {
    throw networkError(`listen on ${formatAddr({ hostname, port })}`, listenCode(error), error);
  }
}

/** Two failures to listen have no code. */
function listenCode(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === "NotCapable") return "ENOTCAPABLE";
  return codeOf(error, /lookup|resolve/i.test(message) ? "ENOTFOUND" : "EINVAL");
}

async function accept(listener: DenoListener, noDelay: boolean): Promise<TransportConnection> {
  const conn = await listener.accept();
  try {
    if (noDelay) conn.setNoDelay(true);
    const init = { localAddr: tcp(conn.localAddr), remoteAddr: tcp(conn.remoteAddr) };
    return new TransportConnection((events) => new DenoTransport(conn, events), init);
  } catch (error) {
    conn.close();
    throw error;
  }
}

/** What a connection reads into at first: an idle one costs no more. */
const MIN_BUFFER_BYTES = 2 * 1024;
/** What it reads into at most: a chunk has no more bytes. */
const MAX_BUFFER_BYTES = 64 * 1024;

/** A connection of Deno. It reads when asked, which is what being paused means here. */
class DenoTransport implements Transport {
  readonly #conn: DenoConn;
  readonly #events: TransportEvents;
  #buffer = new Uint8Array(MIN_BUFFER_BYTES);
  #released = false;

  constructor(conn: DenoConn, events: TransportEvents) {
    this.#conn = conn;
    this.#events = events;
  }

  resume(): void {
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const count = await this.#conn.read(this.#buffer);
        if (count === null) return this.#events.ended();
        if (!this.#events.received(this.#chunk(count))) return;
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The bytes that were read. A few are copied out; many are handed over, and the next buffer is larger. */
  #chunk(count: number): Uint8Array {
    const buffer = this.#buffer;
    if (count <= buffer.length / 2) return buffer.slice(0, count);
    const next = count === buffer.length ? buffer.length * 4 : buffer.length;
    this.#buffer = new Uint8Array(Math.min(next, MAX_BUFFER_BYTES));
    return buffer.subarray(0, count);
  }

  write(bytes: Uint8Array): boolean {
    void this.#write(bytes);
    return false;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      let sent = await this.#conn.write(bytes);
      while (sent < bytes.length) sent += await this.#conn.write(bytes.subarray(sent));
      this.#events.written();
    } catch (error) {
      this.#failed(error);
    }
  }

  shutdown(): void {
    this.#conn.closeWrite().catch((error) => this.#failed(error));
  }

  /** What fails because the socket was released is no failure of the connection. */
  #failed(error: unknown): void {
    if (!this.#released) this.#events.failed(connectionError(error));
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#conn.close();
    this.#events.closed();
  }

  reset(): void {
    this.release(); // Deno cannot send a reset.
  }
}
