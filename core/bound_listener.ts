/**
 * The listener over any acceptor.
 *
 * @module
 */

import type { Acceptor } from "./acceptor.ts";
import type { Addr } from "./addr.ts";
import type { Connection } from "./connection.ts";
import { NetworkError } from "./errors.ts";
import type { Listener, ListenerStats } from "./listener.ts";
import { PullStream } from "./pull_stream.ts";
import { Stream } from "./stream.ts";
import type { TransportConnection } from "./transport_connection.ts";

/** The one implementation of {@linkcode Listener}. For adapters. */
export class BoundListener<A extends Addr> implements Listener<A> {
  /** The address that was bound. */
  readonly addr: A;

  readonly #acceptor: Acceptor;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => void this.close();
  /** Somebody has taken the stream, and has not left it. */
  #consumed = false;
  #taken = false;
  #closed: Promise<void> | undefined;

  /** A listener on `addr`; closes when `signal` aborts. */
  constructor(addr: A, acceptor: Acceptor, signal?: AbortSignal) {
    this.addr = addr;
    this.#acceptor = acceptor;
    this.#signal = signal;
    // It may have aborted while the socket was being bound.
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** See {@linkcode Listener.stats}. */
  get stats(): ListenerStats {
    return this.#acceptor.stats;
  }

  /** See {@linkcode Listener.incoming}. */
  incoming(): Stream<Connection> {
    if (this.#taken) {
      throw new NetworkError(
        "Cannot take incoming: it was taken before, and has one consumer (EBUSY)",
        { code: "EBUSY" },
      );
    }
    this.#taken = true;
    this.#consumed = true;
    return new Stream(new Incoming(this.#acceptor, () => this.#leave()));
  }

  /** See {@linkcode Listener.close}. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (this.#consumed) await this.#acceptor.close();
    else await this.#abandon();
  }

  /** The consumer has left. */
  async #leave(): Promise<void> {
    this.#consumed = false;
    if (this.#closed === undefined) await this.close();
    else await Promise.all([this.#closed, this.#abandon()]);
  }

  /** Nobody can ask for a connection. */
  async #abandon(): Promise<void> {
    await this.#acceptor.stop();
    await this.#resetWaiting();
  }

  async #resetWaiting(): Promise<void> {
    for (
      let waiting = await this.#acceptor.accept();
      waiting !== null;
      waiting = await this.#acceptor.accept()
    ) {
      waiting.abort();
    }
  }
}

/** The connections of an acceptor, one accept at a time. */
class Incoming extends PullStream<Connection> {
  readonly #acceptor: Acceptor;
  readonly #leave: () => Promise<void>;
  #accepting = false;

  constructor(acceptor: Acceptor, leave: () => Promise<void>) {
    super();
    this.#acceptor = acceptor;
    this.#leave = leave;
  }

  next(): Promise<IteratorResult<Connection, undefined>> {
    if (this.over) return this.report();
    const connection = this.wait();
    if (!this.#accepting) this.#accept();
    return connection;
  }

  return(): Promise<IteratorResult<Connection, undefined>> {
    if (!this.over) this.close(this.#leave());
    return this.report();
  }

  #accept(): void {
    this.#accepting = true;
    if (this.#acceptor.acceptWith !== undefined) this.#acceptor.acceptWith(this.#onAccepted);
    else void this.#acceptor.accept().then(this.#onAccepted);
  }

  readonly #onAccepted = (connection: TransportConnection | null): void => {
    this.#accepting = false;
    if (connection === null) {
      if (!this.over) this.close(Promise.resolve());
    } else if (this.over) connection.abort();
    else {
      connection.readAhead();
      this.answer(connection);
    }
    if (!this.over && this.wanted) this.#accept();
  };
}
