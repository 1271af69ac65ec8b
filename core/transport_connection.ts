/**
 * The connection over any transport: one state machine for all runtimes.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import type { Connection } from "./connection.ts";
import { closedError, connectionError, type NetworkError } from "./errors.ts";
import { ReadQueue } from "./read_queue.ts";
import { rejected, Settler } from "./settler.ts";
import { show } from "./show.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import { WriteQueue } from "./write_queue.ts";

/** How long a closing connection waits, its own end of file sent, for that of the peer. */
const LINGER_MS = 2000;

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
  readonly #input: ReadQueue;
  readonly #output: WriteQueue;

  #controller: AbortController | undefined;
  #failure: NetworkError | undefined;
  #closing: Settler<void> | undefined;
  /** Only the peer's end of file is missing. */
  #lingering = false;
  #lingerTimer: unknown;
  #released = false;

  /** Makes a connection over the transport that `open` returns; `open` is given the events to call. */
  constructor(open: (events: TransportEvents) => Transport, init: TransportConnectionInit) {
    this.localAddr = init.localAddr;
    this.remoteAddr = init.remoteAddr;
    this.#timers = init.timers ?? systemTimers;
    this.#transport = open(this);
    this.#input = new ReadQueue(this.#transport);
    this.#output = new WriteQueue(this.#transport);
  }

  read(): Promise<Uint8Array | null> {
    return this.#input.read();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      const message = `Cannot write: bytes must be a Uint8Array, got ${show(bytes)}`;
      return rejected(new TypeError(message));
    }
    if (this.#closing !== undefined) return rejected(closedError("write", "connection"));
    return this.#output.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#output.finish();
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#failure !== undefined) this.#controller.abort(this.#failure);
      this.readAhead();
    }
    return this.#controller.signal;
  }

  /**
   * Begins to read one chunk ahead: that is what makes a reset known while the handler is busy
   * elsewhere. A connection that nobody has taken yet does not.
   */
  readAhead(): void {
    if (!this.#released && this.#transport.noticesResets !== true) this.#input.flow();
  }

  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise;
    const closing = this.#startClosing();
    if (this.#released) closing.resolve();
    else if (this.#failure === undefined) {
      // When the flush fails, #fail has released the transport already.
      this.#output.finish().then(() => this.#linger(), () => undefined);
      // Before its own end of file is sent, a peer may have to get rid of its output to take ours.
      this.#input.flow();
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
    this.#input.close();
    return (this.#closing = new Settler());
  }

  #linger(): void {
    if (this.#released) return;
    this.#lingering = true;
    this.#input.limitDiscarding();
    if (this.#input.ended) this.#transport.release();
    else this.#lingerTimer = this.#timers.set(() => this.#transport.release(), LINGER_MS);
  }

  received(chunk: Uint8Array): boolean {
    return this.#input.received(chunk);
  }

  ended(): void {
    this.#input.end();
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
    this.#input.fail(failure);
    this.#output.fail(failure);
    if (reset) this.#transport.reset();
    else this.#transport.release();
    this.#controller?.abort(failure);
  }

  closed(): void {
    if (this.#released) return;
    const complete = this.#input.ended && this.#output.finishing;
    const expected = this.#closing !== undefined || complete;
    if (this.#failure === undefined && (this.#output.busy || !expected)) {
      this.#fail(connectionError(undefined), false);
    }
    this.#released = true;
    this.#timers.clear(this.#lingerTimer);
    this.#closing?.resolve();
  }
}
