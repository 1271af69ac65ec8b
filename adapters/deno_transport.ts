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
import type { DenoAddr, DenoConn } from "./deno_types.ts";

/** What a connection reads into at first: an idle one costs no more. */
const MIN_BUFFER_BYTES = 2 * 1024;
/** What it reads into at most: a chunk has no more bytes. */
const MAX_BUFFER_BYTES = 64 * 1024;

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

/** Both addresses of `conn`. */
export function endsOf(conn: DenoConn): Ends {
  return { localAddr: addrOf(conn.localAddr), remoteAddr: addrOf(conn.remoteAddr) };
}

/** An address of Deno in the words of the core. */
export function addrOf(addr: DenoAddr): Addr {
  if ("path" in addr) return { transport: "unix", path: addr.path ?? "" };
  return { transport: "tcp", hostname: addr.hostname, port: addr.port };
}

/** Reads chunks that are the reader's own, with a buffer that is as large as what comes. */
export class ConnReader {
  readonly #conn: DenoConn;
  #buffer = new Uint8Array(MIN_BUFFER_BYTES);

  /** Reads from `conn`. */
  constructor(conn: DenoConn) {
    this.#conn = conn;
  }

  /** The next chunk; `null` at the end. */
  async read(): Promise<Uint8Array | null> {
    const count = await this.#conn.read(this.#buffer);
    return count === null ? null : this.#chunk(count);
  }

  /** The bytes that were read. A few are copied out; many are handed over, and the next buffer is larger. */
  #chunk(count: number): Uint8Array {
    const buffer = this.#buffer;
    if (count <= buffer.length / 2) return buffer.slice(0, count);
    const next = count === buffer.length ? buffer.length * 4 : buffer.length;
    this.#buffer = new Uint8Array(Math.min(next, MAX_BUFFER_BYTES));
    return buffer.subarray(0, count);
  }
}

/** Sends all of `bytes`: Deno takes a part, and says how much. `left` is told what is left each time. */
export async function writeAll(
  conn: DenoConn,
  bytes: Uint8Array,
  left?: (count: number) => void,
): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await conn.write(sent === 0 ? bytes : bytes.subarray(sent));
    left?.(bytes.length - sent);
  }
}

/** A connection of Deno. It reads when asked, which is what being paused means here. */
class DenoTransport implements Transport {
  readonly #conn: DenoConn;
  readonly #events: TransportEvents;
  readonly #reader: ConnReader;
  /** How much of the unfinished write the system has not taken. */
  #unsent = 0;
  #released = false;

  constructor(conn: DenoConn, events: TransportEvents) {
    this.#conn = conn;
    this.#events = events;
    this.#reader = new ConnReader(conn);
  }

  resume(): void {
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const chunk = await this.#reader.read();
        if (chunk === null) return this.#events.ended();
        if (!this.#events.received(chunk)) return;
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  write(bytes: Uint8Array): boolean {
    this.#unsent = bytes.length;
    void this.#write(bytes);
    return false;
  }

  unsent(): number {
    return this.#unsent;
  }

  readonly #left = (count: number): void => {
    this.#unsent = count;
  };

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#conn, bytes, this.#left);
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
