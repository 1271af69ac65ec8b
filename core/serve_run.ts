/**
 * One call of `serve`, from the first connection to the last.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { IdleClosing } from "./idle_closing.ts";
import type { Listener } from "./listener.ts";
import { HandlerContext, type RunEnds } from "./handler_context.ts";
import { OpenHandlers } from "./open_handlers.ts";
import { RunSignals } from "./run_context.ts";
import { abortError, isEcho, report } from "./serve_failures.ts";
import type { ServeContext, Served } from "./served.ts";
import { own, Settler } from "./settler.ts";
import { isThenable } from "./source.ts";
import type { Timeouts } from "./timeouts.ts";
import type { Timers } from "./timers.ts";
import { watched } from "./watched_connection.ts";

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
  readonly onError: ((error: unknown, connection: Connection) => unknown) | undefined;
  /** The time limits of each connection; `undefined` leaves those of the listener. */
  readonly timeouts: Timeouts | undefined;
  /** The clock. */
  readonly timers: Timers;
  /**
   * Whether what is idle when the end begins is guessed, from reads and writes, or the handlers decide
   * by themselves, and get the listener's own connections.
   */
  readonly idle: "guessed" | "told";
}

/** One call, from what it accepts to its end. */
export class ServeRun {
  readonly #listener: Listener;
  readonly #handler: (connection: Connection, context: ServeContext) => unknown;
  readonly #options: ServeRunOptions;
  /** Those that are open. */
  readonly #open = new OpenHandlers();
  readonly #ends: RunEnds = { stopping: new RunSignals(), draining: new RunSignals() };
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
      } else this.#serve(value);
    }
  }

  /** Callbacks, and no async function: what waits for a handler costs memory for each connection. */
  #serve(accepted: Connection): void {
    const { timeouts, idle } = this.#options;
    const [connection, state] = idle === "told" ? [accepted] : watched(accepted);
    const context = new HandlerContext(connection, this.#ends, state);
    this.#open.add(context);
    try {
      if (this.#isDraining) this.#idle.add(connection, state);
      if (timeouts !== undefined) connection.setTimeouts(timeouts);
      const handled = this.#handler(connection, context);
      if (!isThenable(handled)) return void this.#finish(context);
      // Nothing but these two is kept for each connection that is handled.
      Promise.resolve(handled).then(
        () => this.#finish(context),
        (error) => this.#fail(error, context),
      );
    } catch (error) {
      void this.#fail(error, context);
    }
  }

  /** The handler has returned. */
  async #finish(context: HandlerContext): Promise<void> {
    context.handling = false;
    try {
      await context.connection.close();
    } catch (error) {
      return await this.#fail(error, context);
    }
    this.#forget(context);
  }

  /** The handler has failed. */
  async #fail(error: unknown, context: HandlerContext): Promise<void> {
    const { connection, watch } = context;
    const { onError } = this.#options;
    const closedHere = this.#idle.hasClosed(connection);
    const about = { closedHere, draining: this.#isDraining, readFailure: watch?.readFailure };
    const told = onError !== undefined && !isEcho(error, connection, about);
    context.handling = false;
    // What it has sent before may still be under way.
    if (closedHere) await connection.close();
    else connection.abort();
    if (told) await report(onError, error, connection);
    this.#forget(context);
  }

  #forget(context: HandlerContext): void {
    context.end();
    this.#idle.delete(context.connection);
    this.#open.delete(context);
    if (this.#isDraining && !this.#isCut) this.#finished++;
    this.#place?.resolve();
    this.#settle();
  }

  #drain(leave: () => void): void {
    const { grace, timers } = this.#options;
    this.#isDraining = true;
    // How that goes is told at the end.
    void own(this.#listener.close());
    this.#ends.draining.abort(abortError("the server stops"));
    const cut = () => this.#cutOff(leave);
    if (grace === 0) return cut();
    for (const { connection, watch } of this.#open.all()) this.#idle.add(connection, watch);
    if (grace !== Infinity) this.#graceTimer = timers.set(cut, grace);
  }

  /** What is left has had its time. */
  #cutOff(leave: () => void): void {
    const { grace, timers } = this.#options;
    this.#isCut = true;
    this.#cut = this.#listener.stats.pending;
    const open = this.#open.all();
    for (const { handling, watch } of open) {
      if (handling || watch?.flushed === false) this.#cut++;
      else this.#finished++;
    }
    this.#ends.stopping.abort(abortError(`over ${grace} ms since the stop`));
    for (const { connection } of open) connection.abort();
    leave();
    this.#place?.resolve();
    this.#graceTimer = timers.set(() => this.#ended.resolve(), LAST_MS);
  }

  #settle(): void {
    if (!this.#accepting && this.#open.size === 0) this.#ended.resolve();
  }
}
