/**
 * A socket of `node:net` as a connection of Deno.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { closedError } from "../core/errors.ts";
import type { DenoConn, DenoNetAddr } from "./deno_types.ts";

/** What is read from the socket ahead of who asks is bounded by the stream that it is: 64 KiB. */
export class SocketConn implements DenoConn {
  readonly #socket: Socket;
  #error: Error | undefined;
  #ended = false;
  /** Settles when there may be something to read. */
  #wake: () => void = () => undefined;

  /** Over a socket that is connected, and of which nobody has read. Closes it with itself. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.allowHalfOpen = true;
    const wake = (): void => this.#wake();
    socket.on("error", (error) => this.#error = error);
    socket.on("end", () => {
      this.#ended = true;
      wake();
    });
    socket.on("readable", wake).on("close", wake);
  }

  get localAddr(): DenoNetAddr {
    const { localAddress: hostname = "", localPort: port = 0 } = this.#socket;
    return { hostname, port };
  }

  get remoteAddr(): DenoNetAddr {
    const { remoteAddress: hostname = "", remotePort: port = 0 } = this.#socket;
    return { hostname, port };
  }

  /** See `Deno.Conn`. One read at a time. */
  async read(into: Uint8Array<ArrayBuffer>): Promise<number | null> {
    for (;;) {
      const { readableLength: there } = this.#socket;
      const chunk: unknown = this.#socket.read(Math.min(into.length, Math.max(1, there)));
      if (chunk instanceof Uint8Array) {
        into.set(chunk);
        return chunk.length;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended || this.#socket.destroyed) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** See `Deno.Conn`; resolves when all is sent. */
  write(bytes: Uint8Array): Promise<number> {
    const { buffer, byteOffset, byteLength } = bytes;
    const all = Buffer.from(buffer, byteOffset, byteLength);
    return this.#finished((done) => void this.#socket.write(all, done), byteLength);
  }

  /** See `Deno.Conn`. */
  closeWrite(): Promise<void> {
    return this.#finished((done) => void this.#socket.end(done), undefined);
  }

  /** Resolves with `value` when that is done. Deno calls nothing back for a socket that is closed already. */
  #finished<T>(begin: (done: (error?: Error | null) => void) => void, value: T): Promise<T> {
    if (this.#socket.destroyed) return Promise.reject(closedError("write", "connection"));
    return new Promise((resolve, reject) => {
      begin((error) => {
        if (error) reject(error);
        else resolve(value);
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  setNoDelay(noDelay: boolean): void {
    this.#socket.setNoDelay(noDelay);
  }
}
