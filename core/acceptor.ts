/**
 * What an adapter gives the core to make a listener of: connections that are pushed, or pulled.
 *
 * @module
 */

import { AcceptLoop, type AcceptOne } from "./accept_loop.ts";
import { type Admission, Arrivals } from "./arrivals.ts";
import type { NetworkError } from "./errors.ts";
import type { ListenerStats } from "./listener.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { TransportConnection } from "./transport_connection.ts";
import { untilQuiet } from "./until_quiet.ts";

/** Where a listener gets its connections from. */
export interface Acceptor {
  /** What has happened so far. */
  readonly stats: ListenerStats;
  /** The next connection; `null` when it is closed and none is left. Never called twice at a time. */
  accept(): Promise<TransportConnection | null>;
  /** The same without a promise, where there is such a way: `taken` may be called at once. */
  acceptWith?(taken: (connection: TransportConnection | null) => void): void;
  /**
   * Accepts what has connected already, then stops listening; resolves when the address is free. What
   * it has accepted, and what its handshakes lead to, is there to be asked for. Called once at most.
   */
  close(): Promise<void>;
  /**
   * Stops listening at once, and gives up the handshakes; resolves when the address is free. May be
   * called at any time, and more than once.
   */
  stop(): Promise<void>;
}

/** What both kinds need. */
export interface AcceptorInit {
  /** Stops listening on the runtime's own listener. Called once. */
  readonly stop: () => void;
  /** Told of every accept that failed. */
  readonly onAcceptError: ((error: NetworkError) => void) | undefined;
  /** How many connections may be open at once. Default: no limit. */
  readonly maxConnections?: number | undefined;
  /** The clock. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/**
 * For runtimes that accept unasked: connections wait, paused, up to a bound. Those that come when
 * `maxConnections` are open, or `maxPending` wait, are reset.
 *
 * While it closes, what is accepted waits until it has stopped listening: a client that has no answer
 * yet does not connect anew, and so the queue of the system runs dry.
 */
export class PushAcceptor implements Acceptor {
  readonly #arrivals: Arrivals;
  readonly #stopListening: () => void;
  readonly #timers: Timers;
  #stopped = false;

  /** At most `maxPending` connections wait. */
  constructor(init: AcceptorInit & { readonly maxPending: number }) {
    this.#arrivals = new Arrivals(init);
    this.#stopListening = init.stop;
    this.#timers = init.timers ?? systemTimers;
  }

  /** See {@linkcode Acceptor.stats}. */
  get stats(): ListenerStats {
    return this.#arrivals.stats;
  }

  /** A connection has been accepted; it is reset when there are too many already. */
  offer(connection: TransportConnection): void {
    this.#arrivals.offer(connection);
  }

  /**
   * A socket has been accepted that is no connection yet, as its handshake is under way. It counts as
   * open until the {@linkcode Admission} is told how that went: either `offer`, or `failed`.
   *
   * `undefined`: there are too many already, and `abort` was called. That gives the socket up; it is
   * called later when nobody can take the connection any more.
   */
  admit(abort: () => void): Admission | undefined {
    return this.#arrivals.admit(abort);
  }

  /** An accept has failed. */
  failed(cause: unknown): void {
    this.#arrivals.failed(cause);
  }

  /** See {@linkcode Acceptor.accept}. */
  accept(): Promise<TransportConnection | null> {
    return this.#arrivals.take();
  }

  /** See {@linkcode Acceptor.acceptWith}. */
  acceptWith(taken: (connection: TransportConnection | null) => void): void {
    this.#arrivals.takeWith(taken);
  }

  /** See {@linkcode Acceptor.close}. */
  async close(): Promise<void> {
    this.#arrivals.hold();
    await untilQuiet(() => this.#arrivals.total, () => this.#stopped, this.#timers);
    this.#end();
  }

  /** See {@linkcode Acceptor.stop}. */
  // deno-lint-ignore require-await
  async stop(): Promise<void> {
    this.#end();
    this.#arrivals.abandon();
  }

  #end(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stopListening();
    this.#arrivals.close();
  }
}

/**
 * For runtimes that accept when asked: connections wait in the kernel. While `maxConnections` are
 * open, it does not ask.
 *
 * While it closes, it asks until nothing comes, and what is accepted waits, as in
 * {@linkcode PushAcceptor}.
 */
export class PullAcceptor implements Acceptor {
  readonly #arrivals: Arrivals;
  readonly #loop: AcceptLoop;
  readonly #stopListening: () => void;
  readonly #timers: Timers;
  #stopped: Promise<void> | undefined;

  /** `acceptOne` accepts one connection, or a socket whose handshake is under way, or rejects. */
  constructor(init: AcceptorInit & { readonly acceptOne: AcceptOne }) {
    this.#arrivals = new Arrivals({ ...init, maxPending: Infinity });
    this.#stopListening = init.stop;
    this.#timers = init.timers ?? systemTimers;
    this.#loop = new AcceptLoop(init.acceptOne, this.#arrivals, this.#timers);
  }

  /** See {@linkcode Acceptor.stats}. */
  get stats(): ListenerStats {
    return this.#arrivals.stats;
  }

  /** See {@linkcode Acceptor.accept}. */
  accept(): Promise<TransportConnection | null> {
    const taken = this.#arrivals.take();
    this.#loop.run();
    return taken;
  }

  /** See {@linkcode Acceptor.acceptWith}. */
  acceptWith(taken: (connection: TransportConnection | null) => void): void {
    this.#arrivals.takeWith(taken);
    this.#loop.run();
  }

  /** See {@linkcode Acceptor.close}. */
  async close(): Promise<void> {
    this.#arrivals.hold();
    this.#loop.runOn();
    await untilQuiet(() => this.#arrivals.total, () => this.#loop.stuck, this.#timers);
    await this.#end();
  }

  /** See {@linkcode Acceptor.stop}. */
  async stop(): Promise<void> {
    await this.#end();
    this.#arrivals.abandon();
  }

  #end(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopListening();
    // Some runtimes hold the address for as long as an accept is pending.
    await this.#loop.stop();
    this.#arrivals.close();
  }
}
