/**
 * What a worker does: it loads the module, and serves what it is given.
 *
 * @module
 */

import type { Socket } from "node:net";
import { type ResolvedTcp, resolveListenOptions } from "../core/listen_options.ts";
import type { Listener } from "../core/listener.ts";
import { serve } from "../core/serve.ts";
import { type LoadedHandler, loadHandler } from "./handler.ts";
import { type FromWorker, packError, type ToWorker, type WorkerInit } from "./messages.ts";

/** What `adopt` gives. */
interface Adopting {
  readonly listener: Listener;
  readonly give: (socket: Socket) => void;
}

/** One worker, from its start to its end. */
export class WorkerRun {
  readonly #tell: (message: FromWorker) => void;
  readonly #exit: () => void;
  readonly #stop = new AbortController();
  #adopting: Adopting | undefined;
  #taken = 0;
  #gone = 0;
  #counting = false;

  /** `tell` tells the caller; `exit` ends the worker, when all that was told is on its way. */
  constructor(tell: (message: FromWorker) => void, exit: () => void) {
    this.#tell = tell;
    this.#exit = exit;
  }

  /** Takes what the caller says; `socket` is that of a connection. */
  take(message: ToWorker, socket: Socket | undefined): void {
    if (message.type === "start") void this.#run(message.init);
    else if (message.type === "ping") this.#tell({ type: "pong" });
    else if (message.type === "drain") this.drain();
    else this.#give(socket);
  }

  /** Finishes what is there, and exits. */
  drain(): void {
    this.#stop.abort();
    if (this.#adopting === undefined) this.#exit();
  }

  #give(socket: Socket | undefined): void {
    this.#taken++;
    const gone = (): void => {
      this.#gone++;
      this.#count();
    };
    this.#count();
    // Its peer has left on the way here.
    if (!socket) return gone();
    socket.once("close", gone);
    if (this.#adopting === undefined) socket.destroy();
    else this.#adopting.give(socket);
  }

  /** Tells how many there are, once in a turn of the event loop: a worker that is busy does not. */
  #count(): void {
    if (this.#counting) return;
    this.#counting = true;
    setImmediate(() => {
      this.#counting = false;
      this.#tell({ type: "count", taken: this.#taken, gone: this.#gone });
    });
  }

  async #run(init: WorkerInit): Promise<void> {
    let loaded: LoadedHandler;
    try {
      loaded = await loadHandler(init);
      const { adopt } = await import("../adapters/node_adopt.ts");
      const options = resolveListenOptions({ port: init.addr.port, ...init.listen });
      this.#adopting = adopt(init.addr, options as ResolvedTcp);
    } catch (error) {
      this.#tell({ type: "failed", error: packError(error) });
      return this.#exit();
    }
    const { handler, onError = this.#report } = loaded;
    const { listener } = this.#adopting;
    const { signal } = this.#stop;
    const serving = serve(listener, handler, { ...init.serve, signal, onError });
    this.#tell({ type: "ready" });
    this.#tell({ type: "done", served: await serving });
    this.#exit();
  }

  readonly #report = (error: unknown): void => {
    this.#tell({ type: "error", error: packError(error), fatal: false });
  };
}
