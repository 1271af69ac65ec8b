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
const MIN_BUFFER_BYTES = 1024;
/** With less room than this behind what was read, another buffer follows. */
const MIN_ROOM_BYTES = 512;
/** How many times as large the next one is, when one was filled. */
const GROWTH = 8;
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

/** Both addresses of `conn`; `own` is its own one, where that is known. */
export function endsOf(conn: DenoConn, own?: Addr): Ends {
  return { localAddr: own ?? addrOf(conn.localAddr), remoteAddr: addrOf(conn.remoteAddr) };
}

/** An address of Deno in the words of the core. */
export function addrOf(addr: DenoAddr): Addr {
  if ("path" in addr) return { transport: "unix", path: addr.path ?? "" };
  return { transport: "tcp", hostname: addr.hostname, port: addr.port };
}

/**
 * What is read into: as large as what comes. To make a buffer costs more here than all else about a
 * small read, so small ones are put one behind the other.
 */
class ReadBuffer {
  #bytes = new Uint8Array(MIN_BUFFER_BYTES);
  #used = 0;

  /** Where the next bytes are to be put. */
  get room(): Uint8Array<ArrayBuffer> {
    return this.#used === 0 ? this.#bytes : this.#bytes.subarray(this.#used);
  }

  /** The bytes that were put there. */
  take(count: number): Uint8Array {
    const bytes = this.#bytes;
    const { length } = bytes;
    const isSmall = length === MIN_BUFFER_BYTES;
    // A few bytes are not to keep a large buffer alive.
    if (!isSmall && count <= length / 2) return bytes.slice(0, count);
    const from = this.#used;
    const to = this.#used = from + count;
    if (!isSmall || length - to < MIN_ROOM_BYTES) {
      // When it was filled, there is more to come.
      const next = to === length ? length * GROWTH : length;
      this.#bytes = new Uint8Array(Math.min(next, MAX_BUFFER_BYTES));
      this.#used = 0;
    }
    return bytes.subarray(from, to);
  }

  /** See {@linkcode Transport.own}. */
  static own(this: void, chunk: Uint8Array): Uint8Array {
    return chunk.buffer.byteLength === MIN_BUFFER_BYTES ? chunk.slice() : chunk;
  }
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
    return count === null ? null : ReadBuffer.own(this.#buffer.take(count));
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
    return ReadBuffer.own(chunk);
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
