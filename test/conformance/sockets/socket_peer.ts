/**
 * A peer over a plain socket of `node:net`, or one of `node:tls` over it. They run on all three runtimes.
 */

import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as secure, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { Addr } from "../../../core/addr.ts";
import { runtime } from "../../support/harness.ts";
import type { Peer } from "../subject.ts";
import { below, GatedDuplex } from "./deno_duplex.ts";
import { CA } from "./tls_files.ts";

/** Connects to a TCP address or a unix socket. */
export async function connectSocket(addr: Addr): Promise<SocketPeer> {
  const socket = await connectRaw(addr);
  return new SocketPeer(socket, socket);
}

/** Connects, and begins to shake hands: a listener that nobody asks for connections need not answer yet. */
export async function beginTls(addr: Addr, options: ConnectionOptions = {}): Promise<SocketPeer> {
  // The certificate must be for localhost, and of the tests' authority.
  const trust = { ca: CA, servername: "localhost", ...options };
  if (runtime === "bun" && addr.transport === "tcp") {
    // Bun lets no socket go that it was given to put TLS on; its own one can be reset by itself.
    const where = { port: addr.port, host: addr.hostname, allowHalfOpen: true };
    const socket = secure({ ...trust, ...where });
    await happened(socket, "connect");
    return new SocketPeer(socket, socket);
  }
  const raw = await connectRaw(addr);
  const stream = below(raw);
  return new SocketPeer(secure({ ...trust, socket: stream }), raw, stream);
}

/** The same when hands are shaken. */
export async function connectTls(addr: Addr, options: ConnectionOptions = {}): Promise<SocketPeer> {
  const peer = await beginTls(addr, options);
  try {
    await happened(peer.socket, "secureConnect");
  } catch (error) {
    peer.destroy();
    throw error;
  }
  return peer;
}

/** A socket that is connected. */
export async function connectRaw(addr: Addr): Promise<Socket> {
  const where = addr.transport === "unix"
    ? { path: addr.path }
    : { port: addr.port, host: addr.hostname, noDelay: true };
  for (let tries = 0;; tries++) {
    const socket = connect({ ...where, allowHalfOpen: true });
    try {
      await happened(socket, "connect");
      return socket;
    } catch (error) {
      // A unix listener whose queue is full refuses at once, where TCP has the client wait.
      const { code = "" } = error as { code?: string };
      if (addr.transport !== "unix" || tries > 500 || !isBusy(addr.path, code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Whether it is worth another try: Bun says of a full queue that it refuses. */
function isBusy(path: string, code: string): boolean {
  return code === "EAGAIN" || ("Bun" in globalThis && code === "ECONNREFUSED" && existsSync(path));
}

/** Resolves with the event; rejects when the socket breaks or closes before. */
export function happened(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error(`closed before ${event}`));
    socket.once("error", reject);
    socket.once("close", closed);
    socket.once(event, () => {
      socket.off("error", reject);
      socket.off("close", closed);
      resolve();
    });
  });
}

/** How much a socket with TLS may hold ahead of a peer that does not read. */
const MOST_AHEAD = 256 * 1024;

/** Drives a socket of `node:net` or `node:tls`. */
export class SocketPeer implements Peer {
  /** The socket itself. */
  readonly socket: Socket;
  readonly #raw: Socket;
  #error: Error | undefined;
  #ended = false;
  #taken: Uint8Array[] | undefined;
  #takenBytes = 0;
  #gate: GatedDuplex | undefined;
  #wake: () => void = () => undefined;

  /** Takes over a socket that is connected; `raw` is the one below TLS, else the same, and `stream` what is between the two. */
  constructor(socket: Socket, raw: Socket, stream: Duplex = raw) {
    this.socket = socket;
    this.#raw = raw;
    const fail = (error: Error) => {
      this.#error ??= error;
      this.#wake();
    };
    socket.on("error", fail);
    raw.on("error", fail);
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("close", () => this.#wake());
    if (stream instanceof GatedDuplex) this.#takeAll(stream);
    else socket.on("readable", () => this.#wake());
  }

  /** TLS of Deno tells no end to who reads chunk by chunk: so it is made to wait below. */
  #takeAll(gate: GatedDuplex): void {
    this.#gate = gate;
    this.#taken = [];
    this.socket.on("data", (chunk: Uint8Array) => {
      this.#taken?.push(chunk);
      this.#takenBytes += chunk.length;
      gate.open = this.#takenBytes <= MOST_AHEAD;
      this.#wake();
    });
  }

  #next(): Uint8Array | null {
    if (this.#taken === undefined) return this.socket.read() as Uint8Array | null;
    const chunk = this.#taken.shift() ?? null;
    this.#takenBytes -= chunk?.length ?? 0;
    if (this.#gate !== undefined) this.#gate.open = this.#takenBytes <= MOST_AHEAD;
    return chunk;
  }

  /** The socket with TLS. */
  get tls(): TLSSocket {
    return this.socket as TLSSocket;
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#next();
      if (chunk !== null && chunk.length > 0) return chunk;
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return null;
      if (this.socket.destroyed) {
        throw Object.assign(new Error("destroyed"), { code: "ECONNRESET" });
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
    await this.#gate?.quiet();
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    // A unix socket has no reset, and says so by an error.
    if (this.#raw.remoteAddress !== undefined) this.#raw.resetAndDestroy();
    else this.destroy();
  }

  destroy(): void {
    // It closes the socket above it, too. Closing both after a reset ends Node with a segmentation fault.
    if (this.#raw.destroyed) return;
    this.socket.destroy();
    this.#raw.destroy();
  }
}
