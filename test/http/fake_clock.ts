import type { Timers } from "../../core/timers.ts";

/** A clock that stands still until the test turns it. */
export class FakeClock implements Timers {
  #now = 0;
  #next = 0;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  set(callback: () => void, ms: number): number {
    this.#timers.set(++this.#next, { at: this.#now + ms, callback });
    return this.#next;
  }

  clear(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  /** Moves on by `ms`, and calls what is due, in order; also what is set meanwhile. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end);
      const first = due.sort(([, a], [, b]) => a.at - b.at)[0];
      if (first === undefined) break;
      const [id, { at, callback }] = first;
      this.#timers.delete(id);
      this.#now = at;
      callback();
    }
    this.#now = end;
  }
}
