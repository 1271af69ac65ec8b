/**
 * What a worker does: it loads the module, and serves what it is given.
 *
 * @module
 */

import type { Socket } from "node:net";
import { serve } from "../core/serve.ts";
import type { Certificate } from "../core/tls.ts";
import { type LoadedHandler, loadHandler } from "./handler.ts";
import { type Intake, openIntake } from "./intake.ts";
import { type FromWorker, packError, type ToWorker, type WorkerInit } from "./messages.ts";

/** One worker, from its start to its end. */
export class WorkerRun {
  readonly #tell: (message: FromWorker) => void;
  readonly #exit: () => void;
  readonly #stop = new AbortController();
  #intake: Intake | undefined;
  #loaded: LoadedHandler | undefined;
  /** What was said to the module before it was there. */
  #early: unknown[] = [];
  /** The certificates that came before what takes them was there. */
  readonly #certificates: [id: number, certificate: Certificate][] = [];
  #taken = 0;
  #gone = 0;
  #counting = false;
  #leaving = false;
  #orphan = false;

  /** `tell` tells the caller; `exit` ends the worker. */
  constructor(tell: (message: FromWorker) => void, exit: () => void) {
    this.#tell = tell;
    this.#exit = exit;
  }

  /** Takes what the caller says; `socket` is that of a connection. */
  take(message: ToWorker, socket: Socket | undefined): void {
    if (message.type === "start") void this.#run(message.init);
    else if (message.type === "ping") this.#tell({ type: "pong" });
    else if (message.type === "drain") this.#drain();
    else if (message.type === "message") this.#deliver(message.message);
    else if (message.type === "certificate") this.#certify(message.id, message.certificate);
    else if (message.type === "leave") this.#exit();
    else this.#give(socket);
  }

  /** The caller is gone: what is there is finished, and nobody is to be told. */
  abandon(): void {
    this.#orphan = true;
    if (this.#leaving) this.#exit();
    else this.#drain();
  }

  /** Says farewell: the worker ends when the caller has got all that it was told. */
  leave(): void {
    if (this.#orphan) return this.#exit();
    this.#leaving = true;
    this.#tell({ type: "leaving" });
  }

  /** Finishes what is there, and exits. */
  #drain(): void {
    this.#stop.abort();
    if (this.#intake === undefined) this.leave();
  }

  #give(socket: Socket | undefined): void {
    this.#taken++;
    this.#count();
    if (this.#intake !== undefined && socket) return this.#intake.adopt(socket);
    // Its peer has left on the way here; or nobody serves it.
    socket?.on("error", () => undefined).destroy();
    this.#onGone();
  }

  readonly #onGone = (): void => {
    this.#gone++;
    this.#count();
  };

  /** Tells how many there are, once in a turn of the event loop: a worker that is busy does not. */
  #count(): void {
    if (this.#counting) return;
    this.#counting = true;
    setImmediate(this.#tellCount);
  }

  readonly #tellCount = (): void => {
    this.#counting = false;
    this.#tell({ type: "count", taken: this.#taken, gone: this.#gone });
  };

  async #run(init: WorkerInit): Promise<void> {
    const report = this.#report;
    let served;
    try {
      const { module, worker, restarts, data } = init;
      const post = (message: unknown): void => this.#tell({ type: "message", message });
      const loaded = await loadHandler({ module, worker, restarts, data, post, report });
      const intake = await openIntake(init, this.#onGone);
      // It was started with one that is older.
      for (let next = this.#certificates.shift(); next; next = this.#certificates.shift()) {
        await this.#replace(intake, ...next);
      }
      if (this.#stop.signal.aborted) return;
      [this.#loaded, this.#intake] = [loaded, intake];
      const { handler, onError = report } = loaded;
      served = serve(intake.listener, handler, {
        ...init.serve,
        signal: this.#stop.signal,
        onError,
      });
    } catch (error) {
      this.#tell({ type: "failed", error: packError(error) });
      return this.leave();
    }
    this.#tell({ type: "ready" });
    for (const message of this.#early.splice(0)) this.#deliver(message);
    this.#tell({ type: "done", served: await served });
    this.leave();
  }

  #deliver(message: unknown): void {
    if (this.#loaded === undefined) this.#early.push(message);
    else this.#loaded.deliver(message);
  }

  #certify(id: number, certificate: Certificate): void {
    if (this.#intake === undefined) this.#certificates.push([id, certificate]);
    else void this.#replace(this.#intake, id, certificate);
  }

  async #replace(intake: Intake, id: number, certificate: Certificate): Promise<void> {
    try {
      await intake.setCertificate(certificate);
      this.#tell({ type: "certified", id, error: undefined });
    } catch (error) {
      this.#tell({ type: "certified", id, error: packError(error) });
    }
  }

  readonly #report = (error: unknown): void => {
    this.#tell({ type: "error", error: packError(error), fatal: false });
  };
}
