/**
 * What a handler of `serve` is given beside its connection.
 *
 * @module
 */

import type { Watchable } from "./answers.ts";
import { RunContext, type RunSignals } from "./run_context.ts";
import type { ServeContext } from "./served.ts";

/** Two signals that cost nothing until they are read, and what has become of the handler. */
export class HandlerContext implements ServeContext {
  /** Whether the handler still runs. */
  handling = true;
  /** What tells whether its connection is idle, if somebody guesses that. */
  readonly watch: Watchable | undefined;
  readonly #signals: RunSignals;
  readonly #drainings: RunSignals;
  #stopping: RunContext | undefined;
  #draining: RunContext | undefined;
  #ended = false;

  /** Those of one connection among all. */
  constructor(signals: RunSignals, drainings: RunSignals, watch?: Watchable) {
    this.#signals = signals;
    this.#drainings = drainings;
    this.watch = watch;
  }

  /** See {@linkcode ServeContext.signal}. */
  get signal(): AbortSignal {
    this.#stopping ??= this.#begin(this.#signals);
    return this.#stopping.signal;
  }

  /** See {@linkcode ServeContext.draining}. */
  get draining(): AbortSignal {
    this.#draining ??= this.#begin(this.#drainings);
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
