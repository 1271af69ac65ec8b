/**
 * One call of `serve`, from the first connection to the last.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { NetworkError } from "./errors.ts";
import { IdleClosing } from "./idle_closing.ts";
import type { Listener } from "./listener.ts";
import { RunContext, RunSignals } from "./run_context.ts";
import type { ServeContext, Served } from "./served.ts";
import { own, Settler } from "./settler.ts";
import type { Timeouts } from "./timeouts.ts";
import type { Timers } from "./timers.ts";
import { WatchedConnection } from "./watched_connection.ts";

/** How long handlers that were told to stop are waited for, in milliseconds. */
const LAST_MS = 1000;

/** The options of `serve`, checked, with the defaults filled in. */
export interface ServeRunOptions {
  /** How many connections may be handled at once; Infinity for no limit. */
  readonly limit: number;
  /** Begins the end. */
  readonly signal: AbortSignal | undefined;
  /** How long the end may take, in milliseconds. */
  readonly grace: number;
  /** Takes the failures of handlers. */
  readonly onError: ((error: unknown, connection: Connection) => unknown) | undefined;
  /** The time limits of each connection; `undefined` leaves those of the listener. */
  readonly timeouts: Timeouts | undefined;
  /** The clock. */
  readonly timers: Timers;
}

/** One call: what it accepts, what runs, and how that comes to its end. */
export class ServeRun {
  readonly #listener: Listener;
  readonly #handler: (connection: Connection, context: ServeContext) => unknown;
  readonly #options: ServeRunOptions;
  /** Those that are open, and whether the handler of each still runs. */
  readonly #open = new Map<WatchedConnection, boolean>();
  readonly #stopping = new RunSignals();
  readonly #draining = new RunSignals();
  readonly #idle: IdleClosing;
  readonly #ended = new Settler<void>();
  #place: Settler<void> | undefined;
  #accepting = true;
  #isDraining = false;
  #isCut = false;
  #graceTimer: unknown;
  #finished = 0;
  #cut = 0;

  /** Does nothing before `run`. */
  constructor(
    listener: Listener,
    handler: (connection: Connection, context: ServeContext) => unknown,
    options: ServeRunOptions,
  ) {
    this.#listener = listener;
    this.#handler = handler;
    this.#options = options;
    this.#idle = new IdleClosing(options.timers);
  }

  /** Resolves when nothing is left. Called once. */
  async run(): Promise<Served> {
    const { signal, timers } = this.#options;
    const incoming = this.#listener.incoming();
    const leave = () => void own(incoming.return());
    const drain = () => this.#drain(leave);
    try {
      if (signal?.aborted) drain();
      else signal?.addEventListener("abort", drain);
      await this.#accept(incoming);
    } finally {
      this.#accepting = false;
      this.#settle();
      await this.#ended.promise;
      signal?.removeEventListener("abort", drain);
      timers.clear(this.#graceTimer);
      await this.#listener.close();
    }
    return { finished: this.#finished, cut: this.#cut };
  }

  async #accept(incoming: AsyncIterator<Connection, undefined, undefined>): Promise<void> {
    for (;;) {
      // Before the next one is asked for: what is over the limit waits in the listener.
      while (this.#open.size >= this.#options.limit && !this.#isCut) {
        this.#place = new Settler();
        await this.#place.promise;
      }
      const { done, value } = await incoming.next();
      if (done) return;
      if (this.#isCut) { // It was on its way here when the grace ended.
        this.#cut++;
        value.abort();
      } else void this.#serve(new WatchedConnection(value));
    }
  }

  async #serve(connection: WatchedConnection): Promise<void> {
    const [stopping, draining] = [new RunContext(this.#stopping), new RunContext(this.#draining)];
    const { timeouts } = this.#options;
    this.#open.set(connection, true);
    try {
      if (this.#isDraining) this.#idle.add(connection);
      if (timeouts !== undefined) connection.setTimeouts(timeouts);
      await this.#handler(connection, {
        get signal() {
          return stopping.signal;
        },
        get draining() {
          return draining.signal;
        },
      });
      this.#open.set(connection, false);
      await connection.close();
    } catch (error) {
      const fault = !this.#isEcho(error, connection);
      this.#open.set(connection, false);
      // What it has sent before may still be under way.
      if (this.#idle.hasClosed(connection)) await connection.close();
      else connection.abort();
      if (fault) await this.#report(error, connection);
    }
    stopping.end();
    draining.end();
    this.#idle.delete(connection);
    this.#open.delete(connection);
    if (this.#isDraining && !this.#isCut) this.#finished++;
    this.#place?.resolve();
    this.#settle();
  }

  /** Whether it only says that the peer is gone, or what was done here. */
  #isEcho(error: unknown, connection: WatchedConnection): boolean {
    if (this.#isDraining && isAbortError(error)) return true;
    if (!(error instanceof NetworkError)) return false;
    if (connection.signal.aborted || this.#idle.hasClosed(connection)) return true;
    return error.code === "ETIMEDOUT" && error === connection.readFailure;
  }

  async #report(error: unknown, connection: Connection): Promise<void> {
    try {
      await this.#options.onError?.(error, connection);
    } catch {
      // It is the last one to be told: there is nobody else.
    }
  }

  #drain(leave: () => void): void {
    const { grace, timers } = this.#options;
    this.#isDraining = true;
    // How that goes is told at the end.
    void own(this.#listener.close());
    this.#draining.abort(abortError("the server stops"));
    const cut = () => this.#cutOff(leave);
    if (grace === 0) return cut();
    for (const connection of this.#open.keys()) this.#idle.add(connection);
    if (grace !== Infinity) this.#graceTimer = timers.set(cut, grace);
  }

  /** What is left has had its time. */
  #cutOff(leave: () => void): void {
    const { grace, timers } = this.#options;
    this.#isCut = true;
    this.#cut = this.#listener.stats.pending;
    for (const [connection, handling] of this.#open) {
      if (handling || !connection.flushed) this.#cut++;
      else this.#finished++;
    }
    this.#stopping.abort(abortError(`over ${grace} ms since the stop`));
    for (const connection of this.#open.keys()) connection.abort();
    leave();
    this.#place?.resolve();
    this.#graceTimer = timers.set(() => this.#ended.resolve(), LAST_MS);
  }

  #settle(): void {
    if (!this.#accepting && this.#open.size === 0) this.#ended.resolve();
  }
}

function abortError(reason: string): Error {
  return Object.assign(new Error(`Cannot go on: ${reason}`), { name: "AbortError" });
}

function isAbortError(error: unknown): boolean {
  try {
    return Object(error).name === "AbortError";
  } catch {
    // An object that cannot even be looked at is something else.
    return false;
  }
}
