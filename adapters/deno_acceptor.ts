/**
 * Accepting with TLS on Deno: unasked, so that a client has its handshake though nobody asks for
 * connections yet.
 *
 * @module
 */

import type { Handshake } from "../core/accept_loop.ts";
import { type Acceptor, type AcceptorInit, PushAcceptor } from "../core/acceptor.ts";
import { codeOf } from "../core/errors.ts";
import type { ListenerStats } from "../core/listener.ts";
import { Semaphore } from "../core/semaphore.ts";
import { systemTimers, type Timers } from "../core/timers.ts";
import type { TransportConnection } from "../core/transport_connection.ts";

/** The first pause after a failed accept; it doubles with each one that follows. */
const BACKOFF_MS = 5;
/** The longest pause. */
const MAX_BACKOFF_MS = 1000;
/** Failures that concern one peer, which is gone: the next one can be accepted at once. */
const PEER_GONE: ReadonlySet<string> = new Set(["ECONNABORTED", "ECONNRESET", "ENOTCONN"]);

/** What it accepts with. */
export interface HandshakeAcceptorInit extends AcceptorInit {
  /** How many connections may wait for somebody to ask; and how many handshakes are under way at once. */
  readonly maxPending: number;
  /** Accepts one connection, and begins its handshake; or rejects. Never called twice at a time. */
  readonly acceptOne: () => Promise<Handshake>;
}

/**
 * Accepts one socket after the other, and hands out those whose handshake is done. When `maxPending`
 * handshakes are under way, it accepts no more: who connects then waits in the kernel.
 */
export class HandshakeAcceptor implements Acceptor {
  readonly #push: PushAcceptor;
  readonly #slots: Semaphore;
  readonly #timers: Timers;
  readonly #acceptOne: () => Promise<Handshake>;
  readonly #running: Promise<void>;
  #stopped = false;
  #wake: () => void = () => undefined;

  /** Begins to accept. */
  constructor(init: HandshakeAcceptorInit) {
    const stop = (): void => {
      this.#stopped = true;
      init.stop();
      this.#slots.close();
      this.#wake();
    };
    this.#push = new PushAcceptor({ ...init, stop });
    this.#slots = new Semaphore(Math.min(init.maxPending, Number.MAX_SAFE_INTEGER));
    this.#timers = init.timers ?? systemTimers;
    this.#acceptOne = init.acceptOne;
    this.#running = this.#run();
  }

  get stats(): ListenerStats {
    return this.#push.stats;
  }

  accept(): Promise<TransportConnection | null> {
    return this.#push.accept();
  }

  async close(): Promise<void> {
    await this.#push.close();
    // Deno holds the address for as long as an accept is pending.
    await this.#running;
  }

  async stop(): Promise<void> {
    await this.#push.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let pause = BACKOFF_MS; !this.#stopped;) {
      try {
        await this.#next();
        pause = BACKOFF_MS;
      } catch (error) {
        if (this.#stopped) return;
        this.#push.failed(error);
        // Out of descriptors or memory, or something unknown: asking again at once would only spin.
        if (PEER_GONE.has(codeOf(error, ""))) continue;
        await this.#sleep(pause);
        pause = Math.min(pause * 2, MAX_BACKOFF_MS);
      }
    }
  }

  async #next(): Promise<void> {
    const slot = await this.#slots.acquire();
    try {
      const { finished, abort } = await this.#acceptOne();
      const admission = this.#push.admit(abort);
      void finished.then(
        (connection) => admission === undefined ? connection.abort() : admission.offer(connection),
        (error) => admission?.failed(error),
      ).finally(() => slot.release());
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  #sleep(ms: number): Promise<void> {
    // The callback that was told of a failure may have stopped it.
    if (this.#stopped) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#timers.set(resolve, ms);
    this.#wake = resolve;
    return promise.finally(() => this.#timers.clear(timer));
  }
}
