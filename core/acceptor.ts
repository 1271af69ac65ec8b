/**
 * What an adapter gives the core to make a listener of: connections that are pushed, or pulled.
 *
 * @module
 */

import { codeOf, type NetworkError, networkError } from "./errors.ts";
import { Handoff } from "./handoff.ts";
import type { ListenerStats } from "./listener.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { TransportConnection } from "./transport_connection.ts";

/** Where a listener gets its connections from. */
export interface Acceptor {
  /** What has happened so far. */
  readonly stats: ListenerStats;
  /** The next connection; `null` when it is closed and none is left. Never called twice at a time. */
  accept(): Promise<TransportConnection | null>;
  /** Stops listening; resolves when the address is free. Called once. */
  close(): Promise<void>;
}

/** What both kinds need. */
export interface AcceptorInit {
  /** Stops listening on the runtime's own listener. */
  readonly stop: () => void;
  /** Told of every accept that failed. */
  readonly onAcceptError: ((error: NetworkError) => void) | undefined;
}

/** Counts failed accepts, and tells whoever wants to know. */
class FailureCounter {
  count = 0;
  readonly #onAcceptError: AcceptorInit["onAcceptError"];

  constructor(onAcceptError: AcceptorInit["onAcceptError"]) {
    this.#onAcceptError = onAcceptError;
  }

  add(cause: unknown): void {
    this.count++;
    try {
      this.#onAcceptError?.(
        networkError("accept a connection", codeOf(cause, "ECONNABORTED"), cause),
      );
    } catch {
      // A callback that fails, although it must not, is not to stop the listener.
    }
  }
}

/** For runtimes that accept unasked: connections wait, paused, up to a bound. */
export class PushAcceptor implements Acceptor {
  readonly #handoff: Handoff<TransportConnection>;
  readonly #stop: () => void;
  readonly #failures: FailureCounter;
  #accepted = 0;
  #refused = 0;
  #closed = false;

  /** At most `maxPending` connections wait. */
  constructor(init: AcceptorInit & { readonly maxPending: number }) {
    this.#handoff = new Handoff(init.maxPending);
    this.#stop = init.stop;
    this.#failures = new FailureCounter(init.onAcceptError);
  }

  get stats(): ListenerStats {
    return {
      accepted: this.#accepted,
      pending: this.#handoff.size,
      refused: this.#refused,
      failedAccepts: this.#failures.count,
    };
  }

  /** A connection has been accepted; it is reset when too many wait already. */
  offer(connection: TransportConnection): void {
    if (this.#handoff.offer(connection)) {
      this.#accepted++;
      return;
    }
    if (!this.#closed) this.#refused++;
    connection.abort();
  }

  /** An accept has failed. */
  failed(cause: unknown): void {
    this.#failures.add(cause);
  }

  accept(): Promise<TransportConnection | null> {
    return this.#handoff.take();
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.#closed = true;
    this.#handoff.close();
    this.#stop();
  }
}

/** The first pause after a failed accept; it doubles with each one that follows. */
const BACKOFF_MS = 5;
/** The longest pause. */
const MAX_BACKOFF_MS = 1000;
/** Failures that concern one peer, which is gone: the next one can be accepted at once. */
const PEER_GONE: ReadonlySet<string> = new Set(["ECONNABORTED", "ECONNRESET", "ENOTCONN"]);

/** For runtimes that accept when asked: connections wait in the kernel. */
export class PullAcceptor implements Acceptor {
  readonly #acceptOne: () => Promise<TransportConnection>;
  readonly #stop: () => void;
  readonly #failures: FailureCounter;
  readonly #timers: Timers;
  #accepted = 0;
  #closed = false;
  #accepting: Promise<TransportConnection | null> = Promise.resolve(null);
  #wake: () => void = () => undefined;

  /** `acceptOne` accepts one connection, or rejects. */
  constructor(
    init: AcceptorInit & {
      readonly acceptOne: () => Promise<TransportConnection>;
      readonly timers?: Timers;
    },
  ) {
    this.#acceptOne = init.acceptOne;
    this.#stop = init.stop;
    this.#failures = new FailureCounter(init.onAcceptError);
    this.#timers = init.timers ?? systemTimers;
  }

  get stats(): ListenerStats {
    return {
      accepted: this.#accepted,
      pending: 0,
      refused: 0,
      failedAccepts: this.#failures.count,
    };
  }

  accept(): Promise<TransportConnection | null> {
    this.#accepting = this.#accept();
    return this.#accepting;
  }

  async #accept(): Promise<TransportConnection | null> {
    for (let pause = BACKOFF_MS; !this.#closed; pause = Math.min(pause * 2, MAX_BACKOFF_MS)) {
      try {
        const connection = await this.#acceptOne();
        this.#accepted++;
        return connection;
      } catch (error) {
        if (this.#closed) break;
        this.#failures.add(error);
        // Out of descriptors or memory, or something unknown: asking again at once would only spin.
        if (!PEER_GONE.has(codeOf(error, ""))) await this.#sleep(pause);
      }
    }
    return null;
  }

  #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#timers.set(resolve, ms);
    this.#wake = resolve;
    return promise.finally(() => this.#timers.clear(timer));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    this.#wake();
    // Some runtimes hold the address for as long as an accept is pending.
    await this.#accepting;
  }
}
