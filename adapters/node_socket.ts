/**
 * A socket of `node:net` or `node:tls` as a transport.
 *
 * @module
 */

import type { Socket } from "node:net";
import { codeOf, connectionError, type NetworkError, networkError } from "../core/errors.ts";
import type { Transport, TransportEvents } from "../core/transport.ts";

/** Whatever TLS finds wrong has one code; what a stream says about a peer that is gone is a reset. */
function failureOf(error: Error): NetworkError {
  const code = codeOf(error, "");
  const action = "go on with the connection";
  if (/^ERR_(SSL|TLS)_/.test(code)) return networkError(action, "EPROTO", error);
  // Bun says EBADF of a unix socket whose peer is gone.
  return code.startsWith("ERR_") || code === "EBADF"
    ? networkError(action, "ECONNRESET", error)
    : connectionError(error);
}

/**
 * Whether an end of file stands for a reset: a write of TLS that nobody waits for may have taken the
 * error. While this side has not finished, only a reset takes the peer's address away.
 */
function wasReset(raw: Socket): boolean {
  const { _handle: handle } = raw as { _handle?: { getpeername?(out: object): unknown } | null };
  const status = raw.remoteAddress === undefined ? 0 : handle?.getpeername?.({});
  return typeof status === "number" && status < 0;
}

/** Where a socket has its transport: so the functions that it calls are the same for all sockets. */
const TRANSPORT: unique symbol = Symbol("transport");

/** A socket that belongs to a transport. */
interface Owned extends Socket {
  [TRANSPORT]?: NodeTransport;
}

/** A socket, paused. */
export class NodeTransport implements Transport {
  /** With TLS, the peer is owed an end before that of the socket below. */
  readonly endsOnRelease: boolean;
  readonly #socket: Socket;
  readonly #raw: Socket;
  readonly #events: TransportEvents;
  readonly #push: Socket["push"];
  #heard = false;
  /** How many write callbacks are to come for writes that were finished at once. */
  #finishedAtOnce = 0;
  /** The callback of all writes. */
  #written: ((error?: Error | null) => void) | undefined;

  /** `raw` is below `socket` when that has TLS, else the same. */
  constructor(socket: Owned, raw: Socket, events: TransportEvents) {
    this.#socket = socket;
    this.#raw = raw;
    this.#events = events;
    this.#push = socket.push;
    this.endsOnRelease = socket === raw;
    socket[TRANSPORT] = this;
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.push = push;
  }

  /** See {@linkcode push}. */
  take(chunk: Uint8Array | null): boolean {
    if (chunk !== null) {
      this.#heard = true;
      return this.#events.received(
        new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength),
      );
    }
    const push = this.#push.call(this.#socket, null);
    // Only now: the stream has to come to its end, too, and there is nothing in it.
    this.#socket.resume();
    this.#end();
    return push;
  }

  #end(): void {
    const socket = this.#socket;
    if (socket.writableEnded || !this.#mayBeReset() || !wasReset(this.#raw)) this.#events.ended();
    else this.#events.failed(connectionError({ code: "ECONNRESET" }));
  }

  /** Whether an end of file may stand for a reset. With plain sockets, only one from before it was accepted. */
  #mayBeReset(): boolean {
    return !this.#heard || this.#raw !== this.#socket;
  }

  /** The socket tells of an error. */
  fail(error: Error): void {
    this.#events.failed(failureOf(error));
  }

  /** The socket is closed. */
  close(): void {
    this.#events.closed();
  }

  resume(): void {
    // The stream takes itself for reading: it has not seen the chunk after which input was stopped.
    this.#socket._read(0);
  }

  /** TLS of Node puts one chunk behind the other, those of all connections, in one buffer of 64 KiB. */
  own(chunk: Uint8Array): Uint8Array {
    return chunk.length === chunk.buffer.byteLength ? chunk : chunk.slice();
  }

  write(bytes: Uint8Array): boolean {
    this.#written ??= (error) => {
      if (this.#finishedAtOnce > 0) this.#finishedAtOnce--;
      // What is wrong comes as an 'error' event too.
      else if (!error) this.#events.written();
    };
    this.#socket.write(bytes, this.#written);
    if (this.#socket.writableLength > 0 || this.#socket.destroyed) return false;
    this.#finishedAtOnce++;
    return true;
  }

  /** How much of a write is queued still; where the handle tells. */
  unsent(): number | undefined {
    const { _handle: handle } = this.#raw as { _handle?: { readonly writeQueueSize?: number } };
    return typeof handle?.writeQueueSize === "number" ? handle.writeQueueSize : undefined;
  }

  shutdown(): void {
    this.#socket.end();
  }

  release(): void {
    // A reset of the one below closes the one above. To close both ends Node with a segmentation fault.
    if (!this.#raw.destroyed) this.#socket.destroy();
  }

  reset(): void {
    // After the end of file a reset is refused by the system, and the socket would never be closed. A
    // unix socket has none.
    if (this.#socket.writableEnded || this.#raw.remoteAddress === undefined) this.release();
    else if (!this.#raw.destroyed) this.#raw.resetAndDestroy();
  }
}

function onError(this: Owned, error: Error): void {
  this[TRANSPORT]?.fail(error);
}

function onClose(this: Owned): void {
  this[TRANSPORT]?.close();
}

/**
 * Each chunk that arrives is given to push(), and its answer says whether to go on reading. Taking
 * it here, before the buffer of the stream, is what holds no more than one chunk ahead: after
 * pause() a 'data' listener still leaves room for a second one.
 */
function push(this: Owned, chunk: Uint8Array | null): boolean {
  return this[TRANSPORT]?.take(chunk) ?? false;
}
