/**
 * What becomes of a connection: one state machine for all runtimes.
 *
 * @module
 */

import { Alarm, type Sleeper } from "./alarm.ts";
import { Deadlines, type Watched } from "./deadlines.ts";
import { closedError, connectionError, type NetworkError } from "./errors.ts";
import type { LinkHooks, LinkInit } from "./link_init.ts";
import { ReadQueue } from "./read_queue.ts";
import { rejected, Settler } from "./settler.ts";
import { canExpire, DEFAULT_TIMEOUTS, type ResolvedTimeouts } from "./timeouts.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import { WriteQueue, WRITTEN } from "./write_queue.ts";

/** How long a closing connection waits, its own end of file sent, for that of the peer. */
const LINGER_MS = 2000;

/** Writes, closes and fails; the transport tells it of events. */
export class Link<Owner> implements TransportEvents, Watched, Sleeper {
  /** Whether the socket is released. */
  released = false;
  /** What is read; it has the time limits and the answers, when there are any. */
  readonly input: ReadQueue;
  /** What is written. */
  readonly output: WriteQueue;
  /** The time limits. */
  timeouts: ResolvedTimeouts = DEFAULT_TIMEOUTS;
  /** What it stands on. */
  readonly transport: Transport;
  readonly #timers: Timers;
  readonly #owner: Owner;
  readonly #hooks: LinkHooks<Owner>;
  #failure: NetworkError | undefined;
  #closing: Settler<void> | undefined;
  /** Only the peer's end of file is missing; for how long at most. */
  #lingering: Alarm | undefined;

  /** Makes the link over the transport that `open` returns; `open` is given the events to call. */
  constructor(
    open: (events: TransportEvents) => Transport,
    init: LinkInit,
    owner: Owner,
    hooks: LinkHooks<Owner>,
  ) {
    this.#owner = owner;
    this.#hooks = hooks;
    this.#timers = init.timers ?? systemTimers;
    this.transport = open(this);
    this.input = new ReadQueue(this.transport);
    this.output = new WriteQueue(this.transport);
    if (init.timeouts !== undefined) this.setTimeouts(init.timeouts);
  }

  /** Sets the time limits; what waits begins to wait anew. */
  setTimeouts(timeouts: ResolvedTimeouts): void {
    this.timeouts = timeouts;
    if (this.released || this.#lingering !== undefined || this.#failure !== undefined) return;
    if (this.input.deadlines !== undefined) this.input.deadlines.set(timeouts);
    else if (canExpire(timeouts, this.output.busy)) {
      this.input.deadlines = new Deadlines(timeouts, this, this.#timers);
    }
  }

  /** As `Connection.write`, for bytes. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== undefined) return rejected(closedError("write", "connection"));
    const waits = this.output.busy;
    const written = this.output.write(bytes);
    this.input.answers?.answered();
    if (waits) return written; // It has to wait for its turn: no news of the peer.
    if (!this.output.busy) this.input.deadlines?.sent();
    else if (this.input.deadlines !== undefined) this.input.deadlines.pending();
    else this.setTimeouts(this.timeouts); // Perhaps there is something to watch only now.
    return written;
  }

  /** Reads no more; a little of what still comes is dropped, then the peer has to wait. */
  stopReading(): void {
    if (this.#closing === undefined) this.input.stop();
  }

  /** As `Connection.close`. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise;
    const closing = this.#startClosing();
    if (this.released) closing.resolve();
    else if (this.#failure === undefined) this.#finish();
    this.input.wake();
    return closing.promise;
  }

  /** As `Connection.abort`. */
  abort(): void {
    const closing = this.#closing ?? this.#startClosing();
    if (this.released) closing.resolve();
    else this.#fail(closedError("go on", "connection", "was aborted"), true);
  }

  #startClosing(): Settler<void> {
    this.input.close("connection");
    return (this.#closing = new Settler());
  }

  #finish(): void {
    if (this.transport.endsOnRelease === true && this.input.ended && !this.output.busy) {
      this.output.seal();
      return this.transport.release();
    }
    const finished = this.output.finish();
    if (finished === WRITTEN) return this.#linger();
    // When that fails, #fail has released the transport already.
    finished.then(() => this.#linger(), () => undefined);
    // Before its own end of file is sent, a peer may have to get rid of its output to take ours.
    this.input.flow();
  }

  #linger(): void {
    if (this.released) return;
    this.#lingering = new Alarm(this.#timers, this);
    // What was sent is on its way: from here on the lingering alone is limited.
    this.input.deadlines?.stop();
    this.input.limitDiscarding();
    if (this.input.ended) return this.transport.release();
    this.#lingering.set(this.#timers.now(), LINGER_MS);
    this.input.flow();
  }

  /** It has lingered long enough. */
  wake(): void {
    this.transport.release();
  }

  received(chunk: Uint8Array): boolean {
    return this.input.received(chunk);
  }

  ended(): void {
    this.input.deadlines?.received();
    this.input.end();
    if (this.#lingering !== undefined && !this.released) this.transport.release();
  }

  written(): void {
    this.input.deadlines?.sent();
    this.output.written();
    this.input.answers?.changed();
  }

  failed(error: NetworkError): void {
    this.#fail(error, false);
  }

  reading(): boolean {
    return this.input.waiting;
  }

  writing(): boolean {
    return this.output.busy;
  }

  unsent(): number | undefined {
    return this.transport.unsent?.();
  }

  receiveExpired(error: NetworkError): void {
    if (this.input.answers !== undefined) this.input.answers.readFailure = error;
    this.input.expire(error);
  }

  expired(error: NetworkError): void {
    this.#fail(error, true);
  }

  #fail(error: NetworkError, reset: boolean): void {
    if (this.released) return;
    const failure = this.#failure ??= error;
    this.input.deadlines?.stop();
    this.input.fail(failure);
    this.output.fail(failure);
    if (reset) this.transport.reset();
    else this.transport.release();
    this.#hooks.failed(this.#owner, failure);
    this.input.wake(); // Last of all: what it calls is to find everything as it will be.
  }

  closed(): void {
    if (this.released) return;
    const expected = this.#closing !== undefined || (this.input.ended && this.output.finishing);
    const lost = this.output.busy || !expected;
    if (lost && this.#failure === undefined) this.#fail(connectionError(undefined), false);
    this.released = true;
    this.input.deadlines?.stop();
    this.#lingering?.clear();
    this.#closing?.resolve();
    this.#hooks.released(this.#owner);
  }
}
