/**
 * How long a connection may wait.
 *
 * @module
 */

import type { Phase, PhaseTimer } from "./phase_timer.ts";

/** Tells when the phase that a connection is in has taken too long. */
export class PhaseClock implements Phase {
  readonly #timer: PhaseTimer;
  readonly #owner: PhaseOwner;
  #due = Infinity;
  #started = false;
  /** It was due already; what has arrived meanwhile is looked at first. */
  #late = false;

  /** Tells `owner` when a phase is over its time. */
  constructor(timer: PhaseTimer, owner: PhaseOwner) {
    this.#timer = timer;
    this.#owner = owner;
  }

  /** Milliseconds since some moment. */
  now(): number {
    return this.#timer.now();
  }

  /** It is among those that are told of the end of the server, until `stop`. */
  enter(): void {
    if (this.#started) return;
    this.#started = true;
    this.#timer.add(this);
  }

  /** A phase begins that may take `ms` milliseconds; the one before is over. */
  begin(ms: number): void {
    this.#late = false;
    const now = this.#timer.now();
    this.#due = now + ms;
    this.enter();
    this.#timer.expect(this.#due, now);
  }

  /** The phase is over. */
  end(): void {
    this.#due = Infinity;
  }

  /** Ends it for good. */
  stop(): void {
    this.end();
    if (this.#started) this.#timer.delete(this);
    this.#started = false;
  }

  /** See {@linkcode Phase.drain}. */
  drain(): void {
    this.#owner.drain?.();
  }

  /** See {@linkcode Phase.look}. */
  look(now: number): number {
    if (this.#due > now) return this.#due;
    if (!this.#late) {
      // This process may have been busy itself.
      this.#late = true;
      return now;
    }
    this.#due = Infinity;
    this.#owner.expired();
    return this.#due;
  }
}

/** Who waits. */
export interface PhaseOwner {
  /** The server is about to stop. */
  drain?(): void;
  /** The phase has taken too long; another may begin. */
  expired(): void;
}
