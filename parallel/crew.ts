/**
 * The workers of one server: started, watched, replaced, and brought to their end.
 *
 * @module
 */

import { NotSupported } from "../core/errors.ts";
import { resolveCertificate } from "../core/listen_options.ts";
import { Semaphore } from "../core/semaphore.ts";
import type { Served } from "../core/served.ts";
import type { Timers } from "../core/timers.ts";
import type { Certificate } from "../core/tls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { MessageSender, ParallelEvent, ParallelStats } from "./events.ts";
import { Member } from "./member.ts";
import { Place } from "./place.ts";
import type { Launch } from "./worker_link.ts";
import type { WorkerInit } from "./messages.ts";

/** How many times in `hangTimeout` a worker is asked whether it is there. */
const ASKS = 4;
/** What a worker has beyond the grace, to say how it went. */
const LAST_MS = 2_000;

/** What a crew is made of. */
export interface CrewInit {
  readonly workers: number;
  readonly launch: Launch;
  readonly worker: Omit<WorkerInit, "worker" | "restarts">;
  readonly dispatcher: Dispatcher;
  readonly hangTimeout: number;
  readonly onEvent: (event: ParallelEvent) => void;
  readonly onMessage: (message: unknown, sender: MessageSender) => void;
  readonly timers: Timers;
}

/** All workers. */
export class Crew {
  readonly #init: CrewInit;
  readonly #places: Place[];
  /** What those to come are started with. */
  #listen: WorkerInit["listen"];
  #timer: unknown;
  readonly #reloads = new Semaphore(1);
  readonly #certificates = new Semaphore(1);
  #closing = false;

  /** Starts nothing yet. */
  constructor(init: CrewInit) {
    this.#init = init;
    this.#listen = init.worker.listen;
    const { launch, dispatcher, onEvent, onMessage, timers } = init;
    this.#places = Array.from({ length: init.workers }, (_, index) => {
      const hire = (restarts: number): Member => {
        const member = new Member({
          launch,
          worker: { ...init.worker, worker: index, restarts, listen: this.#listen },
          onRoom: () => dispatcher.pump(),
          onFault: (error) => onEvent({ type: "error", worker: index, error }),
          onMessage: (message, post) => onMessage(message, { worker: index, restarts, post }),
        });
        dispatcher.add(member);
        return member;
      };
      return new Place({ index, hire, onEvent, timers });
    });
  }

  /** Resolves when all serve; rejects with what keeps one from it, when all are gone. */
  async start(): Promise<void> {
    this.#watch();
    const results = await Promise.allSettled(this.#places.map((place) => place.open()));
    const failure = results.find((result) => result.status === "rejected");
    if (failure !== undefined) {
      await this.kill();
      throw failure.reason;
    }
  }

  /** Replaces one after the other; see `ParallelServer.reload`. */
  reload(): Promise<void> {
    return this.#reloads.run(async () => {
      for (const place of this.#places) {
        this.#requireOpen();
        try {
          await place.replace(this.#init.worker.serve.grace + LAST_MS);
        } catch (error) {
          this.#requireOpen();
          const reason = error instanceof Error ? error.message : String(error);
          throw new Error(`Cannot reload: a new worker cannot start: ${reason}`, { cause: error });
        }
      }
    });
  }

  #requireOpen(): void {
    if (this.#closing) throw new Error("Cannot reload: the server is closed");
  }

  /** Says something to all that have not ended. Throws what cannot be copied. */
  broadcast(message: unknown): void {
    const copy: unknown = structuredClone(message);
    for (const member of this.#members) member.post(copy);
  }

  /** See `ParallelServer.setCertificate`. One after the other: all workers are to have the last. */
  certify(certificate: Certificate): Promise<void> {
    return this.#certificates.run(() => this.#certify(certificate));
  }

  async #certify(certificate: Certificate): Promise<void> {
    const { tls } = this.#listen;
    if (tls === undefined) {
      throw new NotSupported("Cannot set the certificate: the server has no TLS");
    }
    const { cert, key } = resolveCertificate("set the certificate", certificate);
    const asked = new Set(this.#members);
    try {
      await Promise.all([...asked].map((member) => member.certify({ cert, key })));
    } catch (error) {
      // It has come from a worker, and has lost its class on the way.
      throw error instanceof Error ? new TypeError(error.message) : error;
    }
    this.#listen = { ...this.#listen, tls: { ...tls, cert, key } };
    // Those that were started meanwhile have the old one still.
    const others = this.#members.filter((member) => !asked.has(member));
    await Promise.all(others.map((member) => member.certify({ cert, key })));
  }

  get #members(): readonly Member[] {
    return this.#places.flatMap((place) => place.members);
  }

  /** A snapshot. */
  get stats(): ParallelStats {
    const { accepted, open, pending, refused } = this.#init.dispatcher;
    const workers = this.#places.map((place) => place.stats);
    const restarts = workers.reduce((sum, worker) => sum + worker.restarts, 0);
    return { accepted, open, pending, refused, restarts, workers };
  }

  /** Has all workers finish, and waits for them. After that nothing is left. */
  async close(): Promise<Served> {
    this.#closing = true;
    const { grace } = this.#init.worker.serve;
    const results = await Promise.all(this.#places.map((place) => place.close(grace + LAST_MS)));
    this.#unwatch();
    return results.reduce((sum, { finished, cut }) => ({
      finished: sum.finished + finished,
      cut: sum.cut + cut,
    }), { finished: 0, cut: 0 });
  }

  /** Ends all at once. */
  async kill(): Promise<void> {
    this.#closing = true;
    this.#unwatch();
    await Promise.all(this.#places.map((place) => place.kill()));
  }

  /**
   * Asks, and counts what is not answered. Not by the clock: when it is this thread that stood still,
   * the answers are there, and have not been read yet.
   */
  #watch(): void {
    const { hangTimeout, timers } = this.#init;
    if (hangTimeout === Infinity) return;
    this.#timer = timers.set(() => {
      for (const place of this.#places) place.check(ASKS);
      this.#watch();
    }, hangTimeout / ASKS);
  }

  #unwatch(): void {
    this.#init.timers.clear(this.#timer);
  }
}
