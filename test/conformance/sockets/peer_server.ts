/**
 * A server of `node:net` or `node:tls`, for connections that an adapter makes: what it accepts are
 * peers.
 */

import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import type { Addr } from "../../../core/addr.ts";
import { runtime } from "../../support/harness.ts";
import { below } from "./deno_duplex.ts";
import { SocketPeer } from "./socket_peer.ts";
import type { Peer } from "../subject.ts";

/** Listens, and hands out what it accepts. */
export class PeerServer {
  /** Where it listens. */
  readonly addr: Addr;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: Peer[] = [];
  #taker: ((peer: Peer) => void) | undefined;

  /** Listens on a free port, or on `path`; with TLS when there are `tls` options. */
  static async listen(path?: string, tls?: TlsOptions): Promise<PeerServer> {
    // As with connecting: what Bun is given to put TLS on, it does not let go.
    const server = tls !== undefined && runtime === "bun"
      ? createTlsServer({ ...tls, allowHalfOpen: true })
      : createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path === undefined ? { port: 0, host: "127.0.0.1" } : { path }, resolve);
    });
    return new PeerServer(server, path, tls);
  }

  private constructor(server: Server, path: string | undefined, tls: TlsOptions | undefined) {
    this.#server = server;
    const address = server.address();
    this.addr = typeof address === "object" && address !== null
      ? { transport: "tcp", hostname: address.address, port: address.port }
      : { transport: "unix", path: path ?? "" };
    server.on("secureConnection", (socket: Socket) => {
      this.#sockets.add(socket);
      this.#accept(new SocketPeer(socket, socket));
    });
    server.on("tlsClientError", () => undefined);
    server.on("connection", (raw: Socket) => {
      if (tls !== undefined && runtime === "bun") return;
      this.#sockets.add(raw);
      raw.on("error", () => undefined);
      if (tls === undefined) this.#accept(new SocketPeer(raw, raw));
      else {
        // A server of its own for each, so that it is known which socket is below which.
        const stream = below(raw);
        const handshake = createTlsServer({ ...tls, allowHalfOpen: true });
        handshake.on("tlsClientError", () => undefined);
        handshake.on("secureConnection", (socket: Socket) => {
          this.#accept(new SocketPeer(socket, raw, stream));
        });
        handshake.emit("connection", stream);
      }
    });
  }

  #accept(peer: Peer): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) this.#waiting.push(peer);
    else taker(peer);
  }

  /** The next peer. */
  accept(): Promise<Peer> {
    const peer = this.#waiting.shift();
    return peer === undefined
      ? new Promise((resolve) => this.#taker = resolve)
      : Promise.resolve(peer);
  }

  /** Stops listening, and lets go of everything. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
