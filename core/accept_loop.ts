/**
 * Asks a runtime for one connection after the other, whatever goes wrong.
 *
 * @module
 */

import type { Arrivals } from "./arrivals.ts";
import { codeOf } from "./errors.ts";
import type { Timers } from "./timers.ts";
import type { TransportConnection } from "./transport_connection.ts";

/** A socket that is accepted, and no connection yet. */
export interface Handshake {
  /** The connection; rejects when the handshake has failed, and the socket is released. */
  readonly finished: Promise<TransportConnection>;
  /** Gives it up and releases the socket; `finished` may settle or not. Throws nothing. */
  readonly abort: () => void;
}

/** Accepts one connection, or rejects. */
export type AcceptOne = () => Promise<TransportConnection | Handshake>;

/** The first pause after a failed accept; it doubles with each one that follows. */
const BACKOFF_MS = 5;
/** The longest pause. */
const MAX_BACKOFF_MS = 1000;
/** Failures that concern one peer, which is gone: the next one can be accepted at once. */
const PEER_GONE: ReadonlySet<string> = new Set(["ECONNABORTED", "ECONNRESET", "ENOTCONN"]);

/** Accepts while somebody asks, never twice at a time. */
export class AcceptLoop {
  readonly #acceptOne: AcceptOne;
  readonly #arrivals: Arrivals;
  readonly #timers: Timers;
  #running = Promise.resolve();
  #active = false;
  #wake: () => void = () => undefined;
  #greedy = false;
  #stopped = false;
  #pausing = false;

  /** Does nothing before `run`. */
  constructor(acceptOne: AcceptOne, arrivals: Arrivals, timers: Timers) {
    this.#acceptOne = acceptOne;
    this.#arrivals = arrivals;
    this.#timers = timers;
  }

  /** Whether it cannot accept for now: too many are open, or the last accept has failed. */
  get stuck(): boolean {
    return this.#stopped || this.#pausing || this.#arrivals.full;
  }

  /** Accepts until nobody asks any more. */
  run(): void {
    if (this.#active) return;
    this.#active = true;
    this.#running = this.#run();
  }

  /** Accepts although nobody asks, from now on. */
  runOn(): void {
    this.#greedy = true;
    this.run();
  }

  /** Accepts no more; resolves when the runtime has answered the accept that is pending. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pause = BACKOFF_MS;
    while (!this.#stopped && (this.#greedy || this.#arrivals.wanted)) {
      if (this.#arrivals.full) {
        await this.#unlessStopped(this.#arrivals.room());
        continue;
      }
      try {
        this.#admit(await this.#acceptOne());
        pause = BACKOFF_MS;
      } catch (error) {
        if (this.#stopped) break;
        this.#arrivals.failed(error);
        // Out of descriptors or memory, or something unknown: asking again at once would only spin.
        if (PEER_GONE.has(codeOf(error, ""))) continue;
        await this.#sleep(pause);
        pause = Math.min(pause * 2, MAX_BACKOFF_MS);
      }
    }
    // At once: whoever asks from now on starts it anew.
    this.#active = false;
  }

  #admit(arrival: TransportConnection | Handshake): void {
    if (!("finished" in arrival)) return this.#arrivals.offer(arrival);
    const admission = this.#arrivals.admit(arrival.abort);
    arrival.finished.then(
      (connection) => admission === undefined ? connection.abort() : admission.offer(connection),
      (error) => admission?.failed(error),
    );
  }

  async #sleep(ms: number): Promise<void> {
    this.#pausing = true;
    let timer: unknown;
    await this.#unlessStopped(
      new Promise<void>((resolve) => timer = this.#timers.set(resolve, ms)),
    );
    this.#timers.clear(timer);
    this.#pausing = false;
  }

  #unlessStopped(waiting: Promise<void>): Promise<void> {
    // The callback that was told of a failure may have stopped it.
    if (this.#stopped) return Promise.resolve();
    return Promise.race([waiting, new Promise<void>((resolve) => this.#wake = resolve)]);
  }
}
