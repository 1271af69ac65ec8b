/**
 * Adds up what several workers have done.
 *
 * @module
 */

import { systemTimers, type Timers } from "../core/timers.ts";
import { type Figures, type ProcessFigures, sumOf } from "./figures.ts";
import type { Report } from "./messages.ts";

/** How long workers that have other things to do are waited for, in milliseconds. */
const PATIENCE_MS = 1000;

/** What is known of all workers. */
export interface Collected {
  /** Of all of them, those that are gone included. */
  readonly figures: Figures;
  /** Each process once. */
  readonly processes: readonly ProcessFigures[];
}

/** Asks all workers, and keeps what those have told that are gone: a counter never goes back. */
export class Collector {
  readonly #ask: (number: number) => void;
  readonly #timers: Timers;
  /** The last report of each place, and which worker of that place has sent it. */
  readonly #last = new Map<number, { readonly restarts: number; readonly report: Report }>();
  #past: Figures = sumOf([]);
  #number = 0;
  #missing = new Set<number>();
  #round: PromiseWithResolvers<void> | undefined;

  /** `ask` asks every worker for the report of a number. */
  constructor(ask: (number: number) => void, timers: Timers = systemTimers) {
    this.#ask = ask;
    this.#timers = timers;
  }

  /** Asks `workers` workers; resolves when all have answered, or after a second with what there is. */
  async collect(workers: number): Promise<Collected> {
    if (this.#round === undefined) {
      const round = this.#round = Promise.withResolvers<void>();
      this.#missing = new Set(Array.from({ length: workers }, (_, worker) => worker));
      const timer = this.#timers.set(round.resolve, PATIENCE_MS);
      void round.promise.then(() => {
        this.#timers.clear(timer);
        this.#round = undefined;
      });
      this.#ask(++this.#number);
    }
    await this.#round.promise;
    const reports = [...this.#last.values()].map(({ report }) => report);
    const processes = new Map(reports.map(({ process }) => [process.pid, process]));
    return {
      figures: sumOf([this.#past, ...reports.map(({ figures }) => figures)]),
      processes: [...processes.values()],
    };
  }

  /** Takes the report of a worker. */
  heard(report: Report, number: number, worker: number, restarts: number): void {
    const before = this.#last.get(worker);
    // One that ends may still say something when the next one has begun.
    if (before !== undefined && before.restarts > restarts) return;
    if (before !== undefined && before.restarts < restarts) {
      this.#past = sumOf([this.#past, before.report.figures]);
    }
    this.#last.set(worker, { restarts, report });
    if (number !== this.#number) return;
    this.#missing.delete(worker);
    if (this.#missing.size === 0) this.#round?.resolve();
  }
}
