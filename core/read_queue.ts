/**
 * The reading half of a connection over a transport.
 *
 * @module
 */

import { closedError, NetworkError } from "./errors.ts";
import { rejected, Settler } from "./settler.ts";
import type { Transport } from "./transport.ts";

/** How much input a closing connection discards; then it stops reading, and so makes the peer stop. */
const DISCARD_BYTES = 256 * 1024;

const END: Promise<null> = Promise.resolve(null);

/** Hands out what arrives to one reader, and holds no more than one chunk ahead of it. */
export class ReadQueue {
  readonly #transport: Transport;
  /** What has arrived and nobody has asked for yet: one chunk, seldom more. */
  readonly #ahead: Uint8Array[] = [];
  #reader: Settler<Uint8Array | null> | undefined;
  #flowing = false;
  #ended = false;
  #failure: NetworkError | undefined;
  /** Why nothing more is read, although the connection is not broken. */
  #expired: NetworkError | undefined;
  /** What was closed on this side: from then on, what arrives is dropped. */
  #closed: string | undefined;
  /** How much more is discarded. */
  #budget = Infinity;

  /** Makes the queue behind `transport`. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whether the peer has finished writing. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether a read waits. */
  get waiting(): boolean {
    return this.#reader !== undefined;
  }

  /** Resolves with the next chunk; `null` at the end. */
  read(): Promise<Uint8Array | null> {
    if (this.#closed !== undefined) return rejected(closedError("read", this.#closed));
    if (this.#expired !== undefined) return rejected(this.#expired);
    if (this.#reader !== undefined) {
      const message = "Cannot read: another read is pending (EBUSY)";
      return rejected(new NetworkError(message, { code: "EBUSY" }));
    }
    const chunk = this.#ahead.shift();
    if (chunk !== undefined) {
      this.flow();
      return Promise.resolve(chunk);
    }
    if (this.#ended) return END;
    if (this.#failure !== undefined) return rejected(this.#failure);
    const reader = new Settler<Uint8Array | null>();
    this.#reader = reader;
    this.flow();
    return reader.promise;
  }

  /** Asks for input, unless some is waiting, or none is to come. */
  flow(): void {
    if (this.#flowing || this.#ended || this.#failure !== undefined) return;
    if (this.#ahead.length > 0 || this.#budget <= 0) return;
    this.#flowing = true;
    this.#transport.resume();
  }

  /** A chunk has arrived; whether to go on. */
  received(chunk: Uint8Array): boolean {
    const reader = this.#reader;
    if (this.#closed !== undefined) {
      this.#budget -= chunk.length;
      this.#flowing = this.#budget > 0;
    } else if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(chunk);
    } else {
      this.#ahead.push(chunk);
      this.#flowing = false;
    }
    return this.#flowing;
  }

  /** The peer has finished writing. */
  end(): void {
    if (this.#failure !== undefined) return;
    this.#ended = true;
    this.#reader?.resolve(null);
    this.#reader = undefined;
  }

  /** Rejects the pending read; what had arrived before can still be read. */
  fail(failure: NetworkError): void {
    this.#failure = failure;
    this.#reader?.reject(failure);
    this.#reader = undefined;
  }

  /** Rejects the pending read and every later one; what the peer sends now has to wait. */
  expire(expired: NetworkError): void {
    this.#expired = expired;
    this.#reader?.reject(expired);
    this.#reader = undefined;
  }

  /** Rejects the pending read and every later one, and drops what arrives. */
  close(what: string): void {
    this.#closed = what;
    this.#budget = Infinity;
    this.#ahead.length = 0;
    this.#reader?.reject(closedError("read", what));
    this.#reader = undefined;
  }

  /** From now on no more than 256 KiB is dropped: who sends more has to wait. */
  limitDiscarding(): void {
    this.#budget = DISCARD_BYTES;
  }
}
