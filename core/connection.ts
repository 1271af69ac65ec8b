/**
 * The contract of a connection, the same on every runtime. Adapters promise it; the conformance
 * suite holds them to it.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import {
  connectionFrom,
  type ConnectionFromInit,
  type ConnectionStreams,
} from "./connection_from.ts";
import type { Reader, Writer } from "./halves.ts";
import type { Timeouts } from "./timeouts.ts";
import type { PeerCertificate } from "./tls.ts";

export type { Reader, Writer };

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

  /** The protocol that TLS has agreed on (ALPN); `undefined` without TLS, and when none was negotiated. */
  readonly alpn: string | undefined;

  /** The peer's certificate; `undefined` without TLS, when the peer has shown none, and where the runtime does not tell. */
  readonly peerCertificate: PeerCertificate | undefined;

  /**
   * Aborts when the connection breaks: the peer has reset it, or `abort()` was called. The reason
   * is the {@linkcode NetworkError}. Also while the handler is busy elsewhere; only when a chunk is
   * waiting to be read may a runtime notice later, with the next read or write.
   *
   * An orderly end of either side does not abort it.
   */
  readonly signal: AbortSignal;

  /**
   * What arrives, as a web stream of bytes; always the same object. A view over `read()`: nothing is
   * read because it exists, and its end leaves the writing half open. Readers that bring their own
   * buffer (`mode: "byob"`) work.
   *
   * Use it or `read()`, not both at a time: while one waits, the other is refused with `EBUSY`, and
   * a stream that was refused has failed for good. It fails with the {@linkcode NetworkError}.
   *
   * `cancel()`, and leaving a `for await` over it, gives up the reading half: every later read
   * rejects with `ECLOSED`, and one can still write. The peer is not told, since TCP has no way to:
   * what it sends is dropped up to 256 KiB, then it has to wait until the connection is closed.
   */
  readonly readable: ReadableStream<Uint8Array>;

  /**
   * What is sent, as a web stream; always the same object. A view over `write()`: one chunk at a
   * time, with its back-pressure. `close()` is `closeWrite()`, and leaves the reading half open.
   * `abort()` is `abort()` of the connection, also while a write waits: so a pipe whose source fails
   * ends in a reset, and not in what looks like an orderly end.
   *
   * It fails with the {@linkcode NetworkError} as soon as the connection breaks or is closed. A
   * chunk that waits in the stream behind another is not queued yet: await the stream's `close()`
   * before the connection's.
   *
   * @example An echo by web streams alone
   * ```ts
   * import { connectionPair } from "@incoming/net/memory";
   *
   * const [client, server] = connectionPair();
   * const echoed = server.readable.pipeTo(server.writable);
   * const sent = ReadableStream.from(["hello, ", "Ferris"])
   *   .pipeThrough(new TextEncoderStream())
   *   .pipeTo(client.writable);
   * let text = "";
   * for await (const part of client.readable.pipeThrough(new TextDecoderStream())) text += part;
   * await Promise.all([sent, echoed]);
   * await Promise.all([client.close(), server.close()]);
   * if (text !== "hello, Ferris") throw new Error(text);
   * ```
   */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * Changes time limits from now on; {@linkcode Timeouts} says what each one is. A name that is not
   * given stays as it is, `Infinity` turns one off. What waits already begins to wait anew.
   *
   * Throws a TypeError unless `timeouts` is an object, a RangeError unless each is a positive number
   * of milliseconds or `Infinity`; then nothing is changed.
   *
   * @example Patience for the first request, less for the rest
   * ```ts
   * import { type Connection, NetworkError } from "@incoming/net";
   * import { connectionPair } from "@incoming/net/memory";
   *
   * async function handle(connection: Connection): Promise<void> {
   *   connection.setTimeouts({ send: 30_000, receive: 20 });
   *   try {
   *     while (await connection.read() !== null) connection.setTimeouts({ receive: 10 });
   *   } catch (error) {
   *     if (!(error instanceof NetworkError) || error.code !== "ETIMEDOUT") throw error;
   *     await connection.write(new TextEncoder().encode("too slow"));
   *   } finally {
   *     await connection.close();
   *   }
   * }
   *
   * const [client, server] = connectionPair();
   * const handled = handle(server);
   * const answer = new TextDecoder().decode(await client.read() ?? undefined);
   * await client.close();
   * await handled;
   * if (answer !== "too slow") throw new Error(answer);
   * ```
   */
  setTimeouts(timeouts: Timeouts): void;

  /**
   * Closes in good order: sends what is queued, then the end of file; discards what the peer still
   * sends, until its end of file or for 2 seconds, 256 KiB at most; then releases the socket.
   *
   * The discarding matters: a socket that is closed with unread input throws away what it had
   * still to send. Idempotent; never rejects; resolves when the socket is released.
   *
   * While the peer does not take what is queued, it waits: no longer than the time limit `send` (or
   * `idle`) allows, which ends it as `abort()` does; without a limit, until somebody calls `abort()`.
   */
  close(): Promise<void>;

  /**
   * Gives up at once: queued bytes are dropped, pending reads and writes reject with `ECLOSED`,
   * and the peer sees a reset (RST) where the runtime can send one.
   */
  abort(): void;
}

/** Makes connections over what is no socket of this library. */
export const Connection: {
  /**
   * Makes a connection over a pair of web streams, with the whole contract: errors that last,
   * half-close, a lingering close, time limits, bounded reading.
   *
   * The connection owns both streams: they are locked, and ended, cancelled or aborted when it is
   * closed; then their locks are free again. Chunks must be Uint8Arrays; bytes that are written are
   * copied, 64 KiB at a time, since a stream may keep what it is given. `abort()` aborts and cancels
   * with an `ECONNRESET`; an error of a stream that has no code of its own is `ECONNRESET`, with the
   * error as `cause`.
   *
   * Throws a TypeError when one of them is no stream, or locked, a RangeError for an invalid time
   * limit; then neither is locked.
   *
   * @example Two ends inside the process
   * ```ts
   * import { Connection } from "@incoming/net";
   *
   * const [there, back] = [new TransformStream<Uint8Array>(), new TransformStream<Uint8Array>()];
   * const client = Connection.from({ readable: back.readable, writable: there.writable });
   * const server = Connection.from({ readable: there.readable, writable: back.writable });
   *
   * const served = server.readable.pipeTo(server.writable);
   * const sent = client.write(new Uint8Array([1, 2, 3])).then(() => client.closeWrite());
   * const echo = await client.read();
   * await Promise.all([sent, served]);
   * await Promise.all([client.close(), server.close()]);
   * if (echo?.length !== 3) throw new Error(String(echo));
   * ```
   */
  from(streams: ConnectionStreams, init?: ConnectionFromInit): Connection;
} = { from: connectionFrom };
