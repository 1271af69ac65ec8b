/**
 * The writing half of a connection over a transport.
 *
 * @module
 */

import { closedError } from "./errors.ts";
import { Fifo } from "./fifo.ts";
import { rejected, Settler } from "./settler.ts";
import type { Transport } from "./transport.ts";

/**
 * What a write returns that the system has taken at once: one promise for all of them. Whoever writes
 * a lot need not await it. Whatever wraps a connection returns it unchanged.
 */
export const WRITTEN: Promise<void> = Promise.resolve();

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly settler: Settler<void>;
}

/** Sends one write after the other, and the end of file after the last. */
export class WriteQueue {
  readonly #transport: Transport;
  /** The write that is with the transport. */
  #first: Settler<void> | undefined;
  /** Those behind it; mostly there are none. */
  #others: Fifo<PendingWrite> | undefined;
  #flushed: Settler<void> | undefined;
  #finished: Promise<void> | undefined;
  #failure: unknown;

  /** Makes the queue in front of `transport`. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whether the end of file was asked for. */
  get finishing(): boolean {
    return this.#finished !== undefined;
  }

  /** Whether some write is unfinished. */
  get busy(): boolean {
    return this.#first !== undefined;
  }

  /** Resolves when the system has taken all of `bytes`. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return rejected(this.#failure);
    if (this.#finished !== undefined) return rejected(closedError("write", "writing half"));
    const waits = this.#first !== undefined;
    if (!waits && (bytes.length === 0 || this.#transport.write(bytes))) return WRITTEN;
    // The transport may have found out just now that the peer is gone.
    if (this.#failure !== undefined) return rejected(this.#failure);
    const settler = new Settler<void>();
    if (waits) (this.#others ??= new Fifo()).push({ bytes, settler });
    else this.#first = settler;
    return settler.promise;
  }

  /** The transport has finished the first write: on to the next. */
  written(): void {
    this.#first?.resolve();
    this.#first = undefined;
    for (let next = this.#others?.shift(); next !== undefined; next = this.#others?.shift()) {
      this.#first = next.settler;
      if (next.bytes.length > 0 && !this.#transport.write(next.bytes)) return;
      this.#first = undefined;
      next.settler.resolve();
    }
    const flushed = this.#flushed;
    if (flushed === undefined || this.#failure !== undefined) return;
    this.#flushed = undefined;
    // At once: nothing may come between the last write and this.
    this.#transport.shutdown();
    flushed.resolve();
  }

  /** Sends what is queued, then the end of file; once, however often it is called. */
  finish(): Promise<void> {
    if (this.#finished !== undefined) return this.#finished;
    if (this.#failure !== undefined) return rejected(this.#failure);
    if (this.#first === undefined) {
      this.#finished = WRITTEN;
      this.#transport.shutdown();
    } else {
      this.#flushed = new Settler();
      this.#finished = this.#flushed.promise;
    }
    return this.#finished;
  }

  /** Takes no write any more, and leaves the end of file to the transport. When it is not busy. */
  seal(): void {
    this.#finished ??= WRITTEN;
  }

  /** Rejects all that is unfinished. */
  fail(failure: unknown): void {
    this.#failure = failure;
    this.#first?.reject(failure);
    this.#first = undefined;
    for (let next = this.#others?.shift(); next !== undefined; next = this.#others?.shift()) {
      next.settler.reject(failure);
    }
    this.#flushed?.reject(failure);
  }
}
