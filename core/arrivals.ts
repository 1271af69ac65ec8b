/**
 * The connections of a listener, from the moment the system has accepted them: counted, limited,
 * and handed to whoever asks.
 *
 * @module
 */

import { codeOf, type NetworkError, networkError } from "./errors.ts";
import { Handoff } from "./handoff.ts";
import type { ListenerStats } from "./listener.ts";
import { Settler } from "./settler.ts";
import type { TransportConnection } from "./transport_connection.ts";

/** What an accepted socket holds while it is no connection yet: see {@linkcode Arrivals.admit}. */
export interface Admission {
  /** The handshake has succeeded: the connection waits like any other from now on. */
  offer(connection: TransportConnection): void;
  /** It has failed, or the peer is gone; the socket is released. Counted and reported, once. */
  failed(cause: unknown): void;
}

/** What is allowed, and who is told. */
export interface ArrivalsInit {
  /** How many connections may wait for somebody to ask for them. */
  readonly maxPending: number;
  /** How many may be open at once, those that wait included. Default: no limit. */
  readonly maxConnections?: number | undefined;
  /** Told of every accept that failed. */
  readonly onAcceptError: ((error: NetworkError) => void) | undefined;
}

/** What both kinds of acceptors have in common. */
export class Arrivals {
  readonly #waiting: Handoff<TransportConnection>;
  readonly #maxConnections: number;
  readonly #onAcceptError: ArrivalsInit["onAcceptError"];
  /** The handshakes that are under way, and how to give each of them up. */
  readonly #handshakes = new Map<Admission, () => void>();
  #accepted = 0;
  #open = 0;
  #refused = 0;
  #failed = 0;
  #room: Settler<void> | undefined;
  #closed = false;

  /** No more than `init` allows. */
  constructor(init: ArrivalsInit) {
    this.#waiting = new Handoff(init.maxPending);
    this.#maxConnections = init.maxConnections ?? Infinity;
    this.#onAcceptError = init.onAcceptError;
  }

  /** A snapshot of the counters. */
  get stats(): ListenerStats {
    return {
      accepted: this.#accepted,
      open: this.#open,
      pending: this.#waiting.size,
      refused: this.#refused,
      failedAccepts: this.#failed,
    };
  }

  /** How many sockets there have been so far, whatever has become of them. */
  get total(): number {
    return this.#accepted + this.#refused + this.#failed + this.#handshakes.size;
  }

  /** Whether no more may be open. */
  get full(): boolean {
    return this.#open >= this.#maxConnections;
  }

  /** Whether somebody asks for a connection. */
  get wanted(): boolean {
    return this.#waiting.wanted;
  }

  /** The next connection; `null` when it is closed and none is left. */
  take(): Promise<TransportConnection | null> {
    return this.#waiting.take();
  }

  /** The same with a callback, which may be called at once. */
  takeWith(taker: (connection: TransportConnection | null) => void): void {
    this.#waiting.takeWith(taker);
  }

  /** A connection has come: it waits, or is reset when there are too many. */
  offer(connection: TransportConnection): void {
    if (this.#closed || this.full) return this.#refuse(() => connection.abort());
    this.#open++;
    this.#keep(connection);
  }

  /**
   * A socket has come that is no connection yet: its handshake is under way. It counts as open from
   * now on, until the {@linkcode Admission} that is returned is told how the handshake went, and the
   * connection of it until that is released.
   *
   * `undefined`: there are too many; `abort` was called. That gives the socket up and throws nothing.
   */
  admit(abort: () => void): Admission | undefined {
    if (this.#closed || this.full) {
      this.#refuse(abort);
      return undefined;
    }
    const admission: Admission = {
      offer: (connection) => {
        if (this.#handshakes.delete(admission)) this.#keep(connection);
        else this.#refuse(() => connection.abort());
        this.#finish();
      },
      failed: (cause) => {
        if (!this.#handshakes.delete(admission)) return;
        this.failed(cause);
        this.#leave();
        this.#finish();
      },
    };
    this.#handshakes.set(admission, abort);
    this.#open++;
    return admission;
  }

  /** An accept has failed. */
  failed(cause: unknown): void {
    this.#failed++;
    try {
      this.#onAcceptError?.(
        networkError("accept a connection", codeOf(cause, "ECONNABORTED"), cause),
      );
    } catch {
      // A callback that fails, although it must not, is not to stop the listener.
    }
  }

  /** Resolves when one more may be open, or `close` was called. */
  room(): Promise<void> {
    if (!this.full || this.#closed) return Promise.resolve();
    this.#room ??= new Settler();
    return this.#room.promise;
  }

  /** Nobody is given a connection before `close`. */
  hold(): void {
    this.#waiting.hold();
  }

  /** Nothing comes any more, but what the handshakes that are under way lead to. */
  close(): void {
    this.#closed = true;
    this.#wake();
    this.#waiting.release();
    this.#finish();
  }

  /** Nobody asks any more: gives up the handshakes that are under way. After `close`. */
  abandon(): void {
    for (const [admission, abort] of [...this.#handshakes]) {
      this.#handshakes.delete(admission);
      this.#leave();
      abort();
    }
    this.#finish();
  }

  /** Lets one wait that counts as open, or refuses it. */
  #keep(connection: TransportConnection): void {
    if (!this.#waiting.offer(connection)) {
      this.#refuse(() => connection.abort());
      return this.#leave();
    }
    this.#accepted++;
    if (connection.released) this.#leave();
    else connection.onReleased = this.#leave;
  }

  #refuse(abort: () => void): void {
    if (!this.#closed) this.#refused++;
    abort();
  }

  readonly #leave = (): void => {
    this.#open--;
    if (!this.full) this.#wake();
  };

  #wake(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #finish(): void {
    if (this.#closed && this.#handshakes.size === 0) this.#waiting.close();
  }
}
