/**
 * One timer for the waiting of all connections.
 *
 * @module
 */

import type { Timers } from "../core/timers.ts";

/** Something that may be due. */
export interface Phase {
  /** The server is about to stop. */
  drain(): void;
  /** Acts if it is due; returns when it is, Infinity when it is not going to be. */
  look(now: number): number;
}

/** With many connections they are not looked at more often than every so many milliseconds. */
const LEAST_WAIT_MS = 50;
const MANY = 100;

/**
 * Looks at phases when the first of them may be due. What moves a phase back costs nothing, as it is
 * only looked at too early: most phases of a connection end long before they are due.
 */
export class PhaseTimer {
  readonly #timers: Timers;
  readonly #phases = new Set<Phase>();
  #firesAt = Infinity;
  #timer: unknown;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Milliseconds since some moment. */
  now(): number {
    return this.#timers.now();
  }

  /** From now on `phase` is looked at. */
  add(phase: Phase): void {
    this.#phases.add(phase);
  }

  /** It is not looked at any more. Without any, no timer is left. */
  delete(phase: Phase): void {
    if (this.#phases.delete(phase) && this.#phases.size === 0) this.#clear();
  }

  /** Tells all that the server is about to stop. */
  drain(): void {
    // Those that are told may end.
    for (const phase of this.#phases) phase.drain();
  }

  /** A phase is due at `at`, it being `now`. */
  expect(at: number, now: number): void {
    if (at >= this.#firesAt) return;
    this.#clear();
    this.#firesAt = at;
    this.#timer = this.#timers.set(this.#look, at - now);
  }

  #clear(): void {
    if (this.#firesAt === Infinity) return;
    this.#firesAt = Infinity;
    this.#timers.clear(this.#timer);
  }

  readonly #look = (): void => {
    this.#firesAt = Infinity;
    const now = this.#timers.now();
    let next = Infinity;
    // Those that are due may be deleted meanwhile, and others begin.
    for (const phase of this.#phases) next = Math.min(next, phase.look(now));
    const least = this.#phases.size > MANY ? now + LEAST_WAIT_MS : now;
    if (next < Infinity) this.expect(Math.max(next, least), now);
  };
}
