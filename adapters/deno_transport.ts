/**
 * A plain connection of Deno as a transport.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import { connectionError } from "../core/errors.ts";
import type { ResolvedTimeouts } from "../core/timeouts.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";
import { TransportConnection } from "../core/transport_connection.ts";
import { ReadBuffer } from "./deno_read_buffer.ts";
import type { DenoAddr, DenoConn } from "./deno_types.ts";

/** The addresses of a connection. */
export interface Ends {
  readonly localAddr: Addr;
  readonly remoteAddr: Addr;
}

/** The connection over `conn`. */
export function plainConnection(
  conn: DenoConn,
  ends: Ends,
  timeouts: ResolvedTimeouts,
): TransportConnection {
  return new TransportConnection(openPlain(conn), { ...ends, timeouts });
}

/** Opens a transport over `conn`. */
export function openPlain(conn: DenoConn): (events: TransportEvents) => Transport {
  return (events) => new DenoTransport(conn, events);
}

/** Both addresses of `conn`; `own` is its own one, where that is known. */
export function endsOf(conn: DenoConn, own?: Addr): Ends {
  return { localAddr: own ?? addrOf(conn.localAddr), remoteAddr: addrOf(conn.remoteAddr) };
}

/** An address of Deno in the words of the core. */
export function addrOf(addr: DenoAddr): Addr {
  if ("path" in addr) return { transport: "unix", path: addr.path ?? "" };
  return { transport: "tcp", hostname: addr.hostname, port: addr.port };
}

/** Reads chunks that are the reader's own. */
export class ConnReader {
  readonly #conn: DenoConn;
  readonly #buffer = new ReadBuffer();

  /** Reads from `conn`. */
  constructor(conn: DenoConn) {
    this.#conn = conn;
  }

  /** The next chunk; `null` at the end. */
  async read(): Promise<Uint8Array | null> {
    const count = await this.#conn.read(this.#buffer.room);
    return count === null ? null : this.#buffer.own(this.#buffer.take(count));
  }
}

/** Sends all of `bytes`: Deno takes a part, and says how much. */
export async function writeAll(conn: DenoConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await conn.write(sent === 0 ? bytes : bytes.subarray(sent));
  }
}

/**
 * A connection of Deno. It reads when asked, which is what being paused means here. With callbacks, and
 * no async functions: what waits costs memory for each connection.
 */
class DenoTransport implements Transport {
  readonly readsWhenAsked = true;
  readonly endsOnRelease = true;
  readonly #conn: DenoConn;
  readonly #events: TransportEvents;
  readonly #buffer = new ReadBuffer();
  /** What the system has not taken yet of the unfinished write. */
  #rest: Uint8Array | undefined;
  #released = false;

  constructor(conn: DenoConn, events: TransportEvents) {
    this.#conn = conn;
    this.#events = events;
  }

  resume(): void {
    this.#conn.read(this.#buffer.room).then(this.#onRead, this.#onFailed);
  }

  readonly #onRead = (count: number | null): void => {
    if (count === null) this.#events.ended();
    else if (this.#events.received(this.#buffer.take(count))) this.resume();
  };

  own(chunk: Uint8Array): Uint8Array {
    return this.#buffer.own(chunk);
  }

  giveBack(chunk: Uint8Array): void {
    this.#buffer.giveBack(chunk);
  }

  write(bytes: Uint8Array): boolean {
    this.#rest = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onFailed);
    return false;
  }

  readonly #onWritten = (count: number): void => {
    const rest = this.#rest;
    if (rest === undefined) return;
    if (count < rest.length) return void this.write(rest.subarray(count));
    this.#rest = undefined;
    this.#events.written();
  };

  unsent(): number {
    return this.#rest?.length ?? 0;
  }

  shutdown(): void {
    this.#conn.closeWrite().catch(this.#onFailed);
  }

  /** What fails because the socket was released is no failure of the connection. */
  readonly #onFailed = (error: unknown): void => {
    if (!this.#released) this.#events.failed(connectionError(error));
  };

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
