/**
 * The connection over any transport: one state machine for all runtimes.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import type { Connection } from "./connection.ts";
import { closedError, connectionError, NetworkError } from "./errors.ts";
import { rejected, Settler } from "./settler.ts";
import { show } from "./show.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import { WriteQueue } from "./write_queue.ts";

/** How long a closing connection waits, its own end of file sent, for that of the peer. */
const LINGER_MS = 2000;
/** How much input it discards meanwhile; then it stops reading, and so makes the peer stop. */
const LINGER_BYTES = 256 * 1024;

const END: Promise<null> = Promise.resolve(null);

/** What a connection is made from, beside its transport. */
export interface TransportConnectionInit {
  /** The own address. */
  readonly localAddr: Addr;
  /** The peer's address. */
  readonly remoteAddr: Addr;
  /** The clock of the lingering close. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/**
 * The one implementation of {@linkcode Connection}. For adapters: it calls the transport, and the
 * transport calls the methods of {@linkcode TransportEvents}.
 */
export class TransportConnection implements Connection, TransportEvents {
  /** The own address. */
  readonly localAddr: Addr;
  /** The peer's address. */
  readonly remoteAddr: Addr;

  readonly #transport: Transport;
  readonly #timers: Timers;
  readonly #output: WriteQueue;

  /** What has arrived and nobody has asked for yet: one chunk, seldom more. */
  readonly #ahead: Uint8Array[] = [];
  #reader: Settler<Uint8Array | null> | undefined;
  #flowing = false;
  #ended = false;

  #controller: AbortController | undefined;
  #failure: NetworkError | undefined;
  #closing: Settler<void> | undefined;
  #lingering = false;
  #lingerTimer: unknown;
  #discarded = 0;
  #released = false;

  /** Makes a connection over the transport that `open` returns; `open` is given the events to call. */
  constructor(open: (events: TransportEvents) => Transport, init: TransportConnectionInit) {
    this.localAddr = init.localAddr;
    this.remoteAddr = init.remoteAddr;
    this.#timers = init.timers ?? systemTimers;
    this.#transport = open(this);
    this.#output = new WriteQueue(this.#transport);
  }

  read(): Promise<Uint8Array | null> {
    if (this.#closing !== undefined) return rejected(closedError("read", "connection"));
    if (this.#reader !== undefined) {
      return rejected(
        new NetworkError("Cannot read: another read is pending (EBUSY)", { code: "EBUSY" }),
      );
    }
    const chunk = this.#ahead.shift();
    if (chunk !== undefined) {
      this.#flow();
      return Promise.resolve(chunk);
    }
    if (this.#ended) return END;
    if (this.#failure !== undefined) return rejected(this.#failure);
    const reader = new Settler<Uint8Array | null>();
    this.#reader = reader;
    this.#flow();
    return reader.promise;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#failure !== undefined) this.#controller.abort(this.#failure);
      // Reading one chunk ahead is what makes a reset known while nobody reads.
      this.#flow();
    }
    return this.#controller.signal;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      return rejected(
        new TypeError(`Cannot write: bytes must be a Uint8Array, got ${show(bytes)}`),
      );
    }
    if (this.#closing !== undefined) return rejected(closedError("write", "connection"));
    if (this.#failure !== undefined) return rejected(this.#failure);
    return this.#output.write(bytes);
  }

  closeWrite(): Promise<void> {
    if (this.#output.finishing) return this.#output.finish();
    if (this.#closing !== undefined) {
      return rejected(closedError("close the writing half", "connection"));
    }
    if (this.#failure !== undefined) return rejected(this.#failure);
    return this.#output.finish();
  }

  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise;
    const closing = this.#startClosing();
    if (this.#released) closing.resolve();
    else if (this.#failure === undefined) {
      // When the flush fails, #fail has released the transport already.
      this.#output.finish().then(() => this.#linger(), () => undefined);
      this.#flow();
    }
    return closing.promise;
  }

  abort(): void {
    const closing = this.#closing ?? this.#startClosing();
    if (this.#released) closing.resolve();
    else this.#fail(closedError("go on", "connection", "was aborted"), true);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startClosing(): Settler<void> {
    this.#ahead.length = 0;
    this.#reader?.reject(closedError("read", "connection"));
    this.#reader = undefined;
    return (this.#closing = new Settler());
  }

  /** The end of file is sent: waits for that of the peer, within bounds. */
  #linger(): void {
    if (this.#released) return;
    this.#lingering = true;
    if (this.#ended) this.#transport.release();
    else this.#lingerTimer = this.#timers.set(() => this.#transport.release(), LINGER_MS);
  }

  /** Asks for input, unless some is waiting, or none is to come. */
  #flow(): void {
    const idle = this.#flowing || this.#ahead.length > 0 || this.#ended;
    if (idle || this.#failure !== undefined || this.#released) return;
    this.#flowing = true;
    this.#transport.resume();
  }

  received(chunk: Uint8Array): boolean {
    if (this.#closing !== undefined) {
      // Before the own end of file is sent, the peer may have to get rid of its output to take ours.
      if (this.#lingering) this.#discarded += chunk.length;
      return (this.#flowing = this.#discarded < LINGER_BYTES);
    }
    if (this.#reader !== undefined) {
      const { resolve } = this.#reader;
      this.#reader = undefined;
      resolve(chunk);
      return true;
    }
    this.#ahead.push(chunk);
    return (this.#flowing = false);
  }

  ended(): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#ended = true;
    this.#reader?.resolve(null);
    this.#reader = undefined;
    if (this.#lingering && !this.#released) this.#transport.release();
  }

  written(): void {
    this.#output.written();
  }

  failed(error: NetworkError): void {
    this.#fail(error, false);
  }

  #fail(error: NetworkError, reset: boolean): void {
    if (this.#released) return;
    const failure = (this.#failure ??= error);
    this.#reader?.reject(failure);
    this.#reader = undefined;
    this.#output.fail(failure);
    if (reset) this.#transport.reset();
    else this.#transport.release();
    this.#controller?.abort(failure);
  }

  closed(): void {
    if (this.#released) return;
    const expected = this.#closing !== undefined || (this.#ended && this.#output.finishing);
    if (this.#failure === undefined && (this.#output.busy || !expected)) {
      this.#fail(connectionError(undefined), false);
    }
    this.#released = true;
    this.#timers.clear(this.#lingerTimer);
    this.#closing?.resolve();
  }
}
