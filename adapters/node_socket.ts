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

/**
 * Whether a write can go past the queue of the stream, which would only copy what the core keeps count
 * of already. What comes after it, `_write`, is the same in all versions of Node: it calls back at once
 * when the system has taken all. Elsewhere it is another one.
 */
const IS_NODE = !("deno" in process.versions) && !("bun" in process.versions);

/** Before version 24, Node takes a reset for an end of file when input has come right before it. */
const MISTAKES_RESETS = IS_NODE && Number.parseInt(process.versions.node) < 24;

/** What a stream gives to `_write` with bytes; the types know encodings of text only. */
const BYTES = "buffer" as BufferEncoding;

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
    this.#end();
    // The stream has to come to its end, too, unless that was all; there is nothing in it.
    if (this.#socket.destroyed) return false;
    const push = this.#push.call(this.#socket, null);
    this.#socket.resume();
    return push;
  }

  #end(): void {
    const socket = this.#socket;
    if (socket.writableEnded || !this.#mayBeReset() || !wasReset(this.#raw)) this.#events.ended();
    else this.#events.failed(connectionError({ code: "ECONNRESET" }));
  }

  /** Whether an end of file may stand for a reset. With plain sockets, mostly only one from before it was accepted. */
  #mayBeReset(): boolean {
    return !this.#heard || this.#raw !== this.#socket || MISTAKES_RESETS;
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
    const socket = this.#socket;
    // With TLS the stream has more to do than to queue.
    const direct = IS_NODE && socket === this.#raw;
    let called = false;
    let waits = false;
    // One for each write: to keep one would cost an idle connection more than this costs a write.
    const written = (error?: Error | null): void => {
      called = !error;
      if (waits && !error) this.#events.written();
      // What is wrong comes as an 'error' event too; the stream sees to that when it has called.
      if (error && direct) socket.destroy(error);
    };
    if (direct) socket._write(bytes, BYTES, written);
    else socket.write(bytes, written);
    waits = direct ? !called : socket.writableLength > 0 || socket.destroyed;
    return !waits;
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
