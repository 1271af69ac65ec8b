/**
 * What becomes of a connection: one state machine for all runtimes.
 *
 * @module
 */

import { Deadlines } from "./deadlines.ts";
import { closedError, connectionError, type NetworkError } from "./errors.ts";
import { ReadQueue } from "./read_queue.ts";
import { rejected, Settler } from "./settler.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import { WriteQueue } from "./write_queue.ts";

/** How long a closing connection waits, its own end of file sent, for that of the peer. */
const LINGER_MS = 2000;

/** What a link is made from, beside its transport. */
export interface LinkInit {
  /** The time limits. Default: none. */
  readonly timeouts?: ResolvedTimeouts | undefined;
  /** The clock of the lingering close and of the time limits. Default: the platform's. */
  readonly timers?: Timers | undefined;
  /** Told of what broke the connection. */
  readonly onFailed: (failure: NetworkError) => void;
  /** Called once, when the socket is released. */
  readonly onReleased: () => void;
}

/** Reads, writes, closes and fails; the transport calls the methods of {@linkcode TransportEvents}. */
export class Link implements TransportEvents {
  readonly #transport: Transport;
  readonly #timers: Timers;
  readonly #input: ReadQueue;
  readonly #output: WriteQueue;
  readonly #init: LinkInit;

  /** There when there is a limit. */
  #deadlines: Deadlines | undefined;
  #failure: NetworkError | undefined;
  #closing: Settler<void> | undefined;
  /** Only the peer's end of file is missing. */
  #lingering = false;
  #lingerTimer: unknown;
  #released = false;

  /** Makes the link over the transport that `open` returns; `open` is given the events to call. */
  constructor(open: (events: TransportEvents) => Transport, init: LinkInit) {
    this.#init = init;
    this.#timers = init.timers ?? systemTimers;
    this.#transport = open(this);
    this.#input = new ReadQueue(this.#transport);
    this.#output = new WriteQueue(this.#transport);
    if (init.timeouts !== undefined) this.setTimeouts(init.timeouts);
  }

  /** Whether the socket is released. */
  get released(): boolean {
    return this.#released;
  }

  /** Sets the time limits; what waits begins to wait anew. */
  setTimeouts(timeouts: ResolvedTimeouts): void {
    if (this.#released || this.#lingering || this.#failure !== undefined) return;
    const { receive, send, idle } = timeouts;
    if (this.#deadlines !== undefined) this.#deadlines.set(timeouts);
    else if (Math.min(receive, send, idle) < Infinity) {
      this.#deadlines = new Deadlines(timeouts, {
        reading: () => this.#input.waiting,
        writing: () => this.#output.busy,
        unsent: () => this.#transport.unsent?.(),
        receiveExpired: (error) => this.#input.expire(error),
        expired: (error) => this.#fail(error, true),
      }, this.#timers);
    }
  }

  /** As `Connection.read`. */
  read(): Promise<Uint8Array | null> {
    // One that is refused, since another waits, is no news.
    if (!this.#input.waiting) this.#deadlines?.asked();
    return this.#input.read();
  }

  /** As `Connection.write`, for bytes. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== undefined) return rejected(closedError("write", "connection"));
    const waits = this.#output.busy;
    const written = this.#output.write(bytes);
    // One that has to wait for its turn is no news of the peer.
    if (this.#deadlines !== undefined && !waits) {
      if (this.#output.busy) this.#deadlines.pending();
      else this.#deadlines.sent();
    }
    return written;
  }

  /** As `Connection.closeWrite`. */
  closeWrite(): Promise<void> {
    return this.#output.finish();
  }

  /** Reads no more; a little of what still comes is dropped, then the peer has to wait. */
  stopReading(): void {
    if (this.#closing !== undefined) return;
    this.#input.close("reading half");
    this.#input.limitDiscarding();
    if (!this.#released) this.#input.flow();
  }

  /** Begins to read one chunk ahead, where that is needed to learn of a reset. */
  readAhead(): void {
    if (!this.#released && this.#transport.noticesResets !== true) this.#input.flow();
  }

  /** As `Connection.close`. */
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

  /** As `Connection.abort`. */
  abort(): void {
    const closing = this.#closing ?? this.#startClosing();
    if (this.#released) closing.resolve();
    else this.#fail(closedError("go on", "connection", "was aborted"), true);
  }

  #startClosing(): Settler<void> {
    this.#input.close("connection");
    return (this.#closing = new Settler());
  }

  #linger(): void {
    if (this.#released) return;
    this.#lingering = true;
    // What was sent is on its way: from here on the lingering alone is limited.
    this.#deadlines?.stop();
    this.#input.limitDiscarding();
    if (this.#input.ended) this.#transport.release();
    else this.#lingerTimer = this.#timers.set(() => this.#transport.release(), LINGER_MS);
  }

  received(chunk: Uint8Array): boolean {
    this.#deadlines?.received();
    return this.#input.received(chunk);
  }

  ended(): void {
    this.#deadlines?.received();
    this.#input.end();
    if (this.#lingering && !this.#released) this.#transport.release();
  }

  written(): void {
    this.#deadlines?.sent();
    this.#output.written();
  }

  failed(error: NetworkError): void {
    this.#fail(error, false);
  }

  #fail(error: NetworkError, reset: boolean): void {
    if (this.#released) return;
    const failure = (this.#failure ??= error);
    this.#deadlines?.stop();
    this.#input.fail(failure);
    this.#output.fail(failure);
    if (reset) this.#transport.reset();
    else this.#transport.release();
    this.#init.onFailed(failure);
  }

  closed(): void {
    if (this.#released) return;
    const complete = this.#input.ended && this.#output.finishing;
    const expected = this.#closing !== undefined || complete;
    if (this.#failure === undefined && (this.#output.busy || !expected)) {
      this.#fail(connectionError(undefined), false);
    }
    this.#released = true;
    this.#deadlines?.stop();
    this.#timers.clear(this.#lingerTimer);
    this.#closing?.resolve();
    this.#init.onReleased();
  }
}
