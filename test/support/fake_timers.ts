/**
 * A clock that a test turns.
 */

import type { Timers } from "../../core/timers.ts";

/** Timers that fire when `advance` says so, in the order of their time. */
export class FakeTimers implements Timers {
  #now = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  #last = 0;

  now(): number {
    return this.#now;
  }

  set(callback: () => void, ms: number): number {
    this.#timers.set(++this.#last, { at: this.#now + ms, callback });
    return this.#last;
  }

  clear(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** How long until the next one fires; `undefined` without one. */
  get next(): number | undefined {
    const times = [...this.#timers.values()].map(({ at }) => at - this.#now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Lets `ms` milliseconds pass. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [due] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) =>
        a.at - b.at
      );
      if (due === undefined) break;
      const [timer, { at, callback }] = due;
      this.#now = at;
      this.#timers.delete(timer);
      callback();
    }
    this.#now = end;
  }
}
