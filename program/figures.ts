/**
 * What a server has done so far, in numbers that can be sent to another thread, and summed.
 *
 * @module
 */

import process from "node:process";

/** The upper ends of the buckets of the durations, in seconds. */
export const BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** The counters of one event loop, since its start. */
export interface Figures {
  /** The answers by the first digit of their status. */
  readonly answers: readonly number[];
  /** Those that could not be sent as a whole. */
  readonly cut: number;
  /** The bytes of bodies that were sent. */
  readonly bytes: number;
  /** How many answers have taken as long as each of {@linkcode BUCKETS} at most, but longer than the one before; then the rest. */
  readonly durations: readonly number[];
  /** How long all of them have taken, in seconds. */
  readonly seconds: number;
}

/** What the process has used. */
export interface ProcessFigures {
  /** Threads of one process tell the same. */
  readonly pid: number;
  /** The memory that it has, in bytes. */
  readonly memory: number;
  /** The time of processors that it has had, in seconds. */
  readonly cpu: number;
}

/** Counts what one event loop answers. */
export class Recorder {
  readonly #answers: number[] = [0, 0, 0, 0, 0, 0];
  readonly #durations: number[] = [...BUCKETS, Infinity].map(() => 0);
  #cut = 0;
  #bytes = 0;
  #seconds = 0;

  /** Counts an answer; `duration` is in milliseconds. */
  count(status: number, bytes: number, complete: boolean, duration: number): void {
    const digit = Math.trunc(status / 100);
    this.#answers[digit] = (this.#answers[digit] ?? 0) + 1;
    const seconds = duration / 1000;
    const bucket = BUCKETS.findIndex((most) => seconds <= most);
    const at = bucket < 0 ? BUCKETS.length : bucket;
    this.#durations[at] = (this.#durations[at] ?? 0) + 1;
    this.#seconds += seconds;
    this.#bytes += bytes;
    if (!complete) this.#cut++;
  }

  /** What was counted so far. */
  get figures(): Figures {
    return {
      answers: [...this.#answers],
      cut: this.#cut,
      bytes: this.#bytes,
      durations: [...this.#durations],
      seconds: this.#seconds,
    };
  }
}

/** All of them together. */
export function sumOf(all: readonly Figures[]): Figures {
  const none = new Recorder().figures;
  return all.reduce((sum, figures) => ({
    answers: added(sum.answers, figures.answers),
    cut: sum.cut + figures.cut,
    bytes: sum.bytes + figures.bytes,
    durations: added(sum.durations, figures.durations),
    seconds: sum.seconds + figures.seconds,
  }), none);
}

function added(one: readonly number[], other: readonly number[]): number[] {
  return one.map((count, at) => count + (other[at] ?? 0));
}

/** What this process has used; the same three numbers on every runtime. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return { pid: process.pid, memory: process.memoryUsage().rss, cpu: (user + system) / 1e6 };
}
