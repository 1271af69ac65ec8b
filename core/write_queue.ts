/**
 * The writing half of a connection over a transport.
 *
 * @module
 */

import { closedError } from "./errors.ts";
import { Fifo } from "./fifo.ts";
import { rejected, Settler } from "./settler.ts";
import type { Transport } from "./transport.ts";

/** What a write that the system takes at once returns: one promise for all of them. */
const DONE: Promise<void> = Promise.resolve();

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly settler: Settler<void>;
}

/** Sends one write after the other, and the end of file after the last. */
export class WriteQueue {
  readonly #transport: Transport;
  /** The first one is with the transport. */
  readonly #writes = new Fifo<PendingWrite>();
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
    return !this.#writes.isEmpty;
  }

  /** Resolves when the system has taken all of `bytes`. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return rejected(this.#failure);
    if (this.#finished !== undefined) return rejected(closedError("write", "writing half"));
    if (this.#writes.isEmpty && (bytes.length === 0 || this.#transport.write(bytes))) {
      return DONE;
    }
    // The transport may have found out just now that the peer is gone.
    if (this.#failure !== undefined) return rejected(this.#failure);
    const settler = new Settler<void>();
    this.#writes.push({ bytes, settler });
    return settler.promise;
  }

  /** The transport has finished the first write: on to the next. */
  written(): void {
    this.#writes.shift()?.settler.resolve();
    for (let next = this.#writes.first; next !== undefined; next = this.#writes.first) {
      if (next.bytes.length > 0 && !this.#transport.write(next.bytes)) return;
      this.#writes.shift();
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
    if (this.#writes.isEmpty) {
      this.#finished = DONE;
      this.#transport.shutdown();
    } else {
      this.#flushed = new Settler();
      this.#finished = this.#flushed.promise;
    }
    return this.#finished;
  }

  /** Rejects all that is unfinished. */
  fail(failure: unknown): void {
    this.#failure = failure;
    for (let next = this.#writes.shift(); next !== undefined; next = this.#writes.shift()) {
      next.settler.reject(failure);
    }
    this.#flushed?.reject(failure);
  }
}
