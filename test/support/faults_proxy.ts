/**
 * A proxy on real sockets that does to connections what bad networks do.
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import type { Addr } from "../../core/addr.ts";
import type { Direction } from "./faults_plan.ts";

/**
 * What happens to one direction after some bytes: both sides get the end of file; both are reset; it
 * waits until all that waits is released, and goes on; only this direction ends.
 */
export const SOCKET_FAULTS = ["cut", "reset", "stall", "finish"] as const;

/** How a connection is carried. */
export interface SocketPlan {
  /** What goes wrong; `undefined`: nothing. */
  readonly fault: typeof SOCKET_FAULTS[number] | undefined;
  readonly direction: Direction;
  /** After how many bytes of that direction. */
  readonly at: number;
  /** The most bytes of one write; 1 is byte by byte. */
  readonly piece: number;
}

/** Stands between clients and a listener. */
export class FaultProxy {
  /** How many connections it has made to the listener. */
  connected = 0;
  readonly #server: Server;
  readonly #plans: SocketPlan[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #released = Promise.withResolvers<void>();

  private constructor(target: Addr) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (front) => {
      const plan = this.#plans.shift();
      if (plan !== undefined) this.#serve(front, target, plan);
    });
  }

  /** Stands in front of `target`. */
  static async listening(target: Addr): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** What happens to the next connection, in the order in which they come. */
  plan(plan: SocketPlan): void {
    this.#plans.push(plan);
  }

  /** What stalls goes on. */
  release(): void {
    this.#released.resolve();
  }

  /** Lets go of everything. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(front: Socket, target: Addr, plan: SocketPlan): void {
    const where = target.transport === "unix"
      ? { path: target.path }
      : { port: target.port, host: target.hostname, noDelay: true };
    const back = connect({ ...where, allowHalfOpen: true });
    for (const [socket, other] of [[front, back], [back, front]] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => reset(other));
      socket.on("close", () => {
        this.#sockets.delete(socket);
        if (!socket.writableFinished || !socket.readableEnded) other.destroySoon();
      });
    }
    back.once("connect", () => {
      this.connected++;
      this.#carry(front, back, { plan, direction: "up" });
      this.#carry(back, front, { plan, direction: "down" });
    });
  }

  #carry(
    from: Socket,
    to: Socket,
    { plan, direction }: { readonly plan: SocketPlan; readonly direction: Direction },
  ): void {
    const { fault, piece } = plan;
    const end = fault !== undefined && plan.direction === direction ? plan.at : Infinity;
    let carried = 0;
    let failed = false;
    const pass = async (chunk: Uint8Array): Promise<void> => {
      for (let at = 0; at < chunk.length && !failed;) {
        const left = carried < end ? end - carried : Infinity;
        const bytes = chunk.subarray(at, at + Math.min(piece, left));
        await written(to, bytes);
        at += bytes.length;
        carried += bytes.length;
        if (carried === end) await fail();
      }
    };
    const fail = async (): Promise<void> => {
      if (fault === "stall") return await this.#released.promise;
      failed = true;
      if (fault === "cut") {
        from.end();
        to.end();
      } else if (fault === "finish") to.end();
      else {
        reset(to);
        reset(from);
      }
    };
    let before: Promise<void> = end === 0 ? fail() : Promise.resolve();
    from.on("data", (chunk: Uint8Array) => {
      from.pause();
      before = before.then(() => pass(chunk)).then(() => void from.resume());
    });
    const ended = () => {
      before = before.then(() => void (failed || to.end()));
    };
    // An end of file without a byte before it may have been told already.
    if (from.readableEnded) ended();
    else from.on("end", ended);
  }
}

/** A unix socket has no reset; after an end of file, one is refused by the system. */
function reset(socket: Socket): void {
  const can = socket.remoteAddress !== undefined && !socket.destroyed && !socket.writableEnded;
  if (can) socket.resetAndDestroy();
  socket.destroy();
}

/** Resolves when the system has taken the bytes, or nobody will. */
function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.writableEnded) return resolve();
    const over = () => {
      socket.off("close", over);
      resolve();
    };
    socket.once("close", over);
    socket.write(bytes, over);
  });
}
