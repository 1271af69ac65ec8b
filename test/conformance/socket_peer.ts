/**
 * A peer over a plain socket of `node:net`, which runs on all three runtimes.
 */

import { connect, type Socket } from "node:net";
import type { Peer } from "./subject.ts";

/** Connects to a TCP address. */
export function connectSocket(port: number, host: string): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(new SocketPeer(socket));
    });
  });
}

class SocketPeer implements Peer {
  readonly #socket: Socket;
  #error: Error | undefined;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", (error) => {
      this.#error = error;
      this.#wake();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("close", () => this.#wake());
    socket.on("readable", () => this.#wake());
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#socket.read() as Uint8Array | null;
      if (chunk !== null && chunk.length > 0) return chunk;
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return null;
      if (this.#socket.destroyed) {
        throw Object.assign(new Error("destroyed"), { code: "ECONNRESET" });
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
