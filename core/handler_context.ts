/**
 * What a handler of `serve` is given beside its connection.
 *
 * @module
 */

import type { Watchable } from "./answers.ts";
import type { Connection } from "./connection.ts";
import { RunContext, type RunSignals } from "./run_context.ts";
import type { ServeContext } from "./served.ts";

/** What stops the handlers of one run. */
export interface RunEnds {
  /** The grace is over. */
  readonly stopping: RunSignals;
  /** The end has begun. */
  readonly draining: RunSignals;
}

/** Two signals that cost nothing until they are read, and what has become of the handler. */
export class HandlerContext implements ServeContext {
  /** Whether the handler still runs. */
  handling = true;
  /** What it handles. */
  readonly connection: Connection;
  /** What tells whether its connection is idle, if somebody guesses that. */
  readonly watch: Watchable | undefined;
  /** Its place among those that are open. */
  previous: HandlerContext | undefined;
  next: HandlerContext | undefined;
  readonly #ends: RunEnds;
  #stopping: RunContext | undefined;
  #draining: RunContext | undefined;
  #ended = false;

  /** Those of one connection among all. */
  constructor(connection: Connection, ends: RunEnds, watch?: Watchable) {
    this.connection = connection;
    this.#ends = ends;
    this.watch = watch;
  }

  /** See {@linkcode ServeContext.signal}. */
  get signal(): AbortSignal {
    this.#stopping ??= this.#begin(this.#ends.stopping);
    return this.#stopping.signal;
  }

  /** See {@linkcode ServeContext.draining}. */
  get draining(): AbortSignal {
    this.#draining ??= this.#begin(this.#ends.draining);
    return this.#draining.signal;
  }

  #begin(signals: RunSignals): RunContext {
    const context = new RunContext(signals);
    if (this.#ended) context.end();
    return context;
  }

  /** The connection is gone. */
  end(): void {
    this.#ended = true;
    this.#stopping?.end();
    this.#draining?.end();
  }
}
