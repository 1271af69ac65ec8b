/**
 * The contract of a connection, the same on every runtime. Adapters promise it; the conformance
 * suite holds them to it.
 *
 * @module
 */

import type { Addr } from "./addr.ts";

/**
 * The reading half. A handler that only reads asks for this much, so that a mock can stand in.
 */
export interface Reader {
  /**
   * Waits for the next chunk.
   *
   * A chunk has at least one byte and belongs to the caller. Its borders mean nothing. `null` is
   * the end: the peer has finished writing, and every later read is `null` again.
   *
   * One read at a time: a second one while the first is pending is refused (`EBUSY`). When the
   * peer has reset the connection, what had arrived before is still handed out; then this read
   * and every later one rejects with the same error (`ECONNRESET`). After an own `close()` or
   * `abort()`, also for the read that is pending then, the error is `ECLOSED`.
   */
  read(): Promise<Uint8Array | null>;
}

/** The writing half. */
export interface Writer {
  /**
   * Sends all of `bytes`; resolves when the system has taken the last of them.
   *
   * That is the back-pressure: while the peer does not read, this waits, and nothing piles up.
   * Several writes at once are sent one after the other, in the order of the calls. The bytes must
   * not change until the promise is settled.
   *
   * Rejects with `ECLOSED` after an own `close()`, `closeWrite()` or `abort()`, with `ECONNRESET`
   * when the peer is gone. An error that nobody awaits is dropped: it never becomes an unhandled
   * rejection.
   */
  write(bytes: Uint8Array): Promise<void>;

  /**
   * Finishes writing: sends what is queued, then the end of file (FIN). Reading goes on.
   *
   * Resolves when the end of file is sent; may be called again, and then does nothing more.
   */
  closeWrite(): Promise<void>;
}

/**
 * Two peers and the bytes between them.
 *
 * Nothing that was written is lost by `close()`, half-close works in both directions, reading is
 * bounded (at most one chunk is held ahead, so a handler that does not read makes the peer wait),
 * and nothing that the peer does can throw outside the promises that are returned here.
 *
 * Whoever takes a connection closes it.
 *
 * @example An echo handler
 * ```ts
 * import { type Connection, listen } from "@incoming/net";
 *
 * async function echo(connection: Connection): Promise<void> {
 *   try {
 *     for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
 *       await connection.write(chunk);
 *     }
 *   } finally {
 *     await connection.close();
 *   }
 * }
 *
 * const listener = await listen({ port: 0 });
 * const served = listener.incoming().forEachConcurrent(echo);
 * await listener.close();
 * await served;
 * ```
 */
export interface Connection extends Reader, Writer, AsyncDisposable {
  /** The own address, captured when the connection was accepted. */
  readonly localAddr: Addr;

  /** The peer's address, captured when the connection was accepted. */
  readonly remoteAddr: Addr;

  /**
   * Aborts when the connection breaks: the peer has reset it, or `abort()` was called. The reason
   * is the {@linkcode NetworkError}. Also while the handler is busy elsewhere; only when a chunk is
   * waiting to be read may a runtime notice later, with the next read or write.
   *
   * An orderly end of either side does not abort it.
   */
  readonly signal: AbortSignal;

  /**
   * Closes in good order: sends what is queued, then the end of file; discards what the peer still
   * sends, until its end of file or for 2 seconds, 256 KiB at most; then releases the socket.
   *
   * The discarding matters: a socket that is closed with unread input throws away what it had
   * still to send. Idempotent; never rejects; resolves when the socket is released. While the peer
   * does not take what is queued, it waits; `abort()` ends that.
   */
  close(): Promise<void>;

  /**
   * Gives up at once: queued bytes are dropped, pending reads and writes reject with `ECLOSED`,
   * and the peer sees a reset (RST) where the runtime can send one.
   */
  abort(): void;
}
