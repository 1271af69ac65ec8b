/**
 * A pair of web streams as a transport.
 *
 * @module
 */

import { connectionError, NetworkError } from "./errors.ts";
import { own } from "./settler.ts";
import { show } from "./show.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** How many bytes one chunk has at most that is written: a large write goes in parts. */
const CHUNK_BYTES = 64 * 1024;

/** Two streams that nobody else reads or writes. */
export interface StreamPair {
  /** Where the peer's bytes come from; its chunks are Uint8Arrays. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Where the own bytes go to. */
  readonly writable: WritableStream<Uint8Array>;
}

/** Holds the locks of both streams until it is released. */
export class StreamTransport implements Transport {
  /** Streams tell when they fail, read or not. */
  readonly noticesResets = true;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #events: TransportEvents;
  #unsent = 0;
  #finished = false;
  #released = false;

  /** Locks both streams; throws a TypeError when one of them is locked already. */
  constructor({ readable, writable }: StreamPair, events: TransportEvents) {
    this.#events = events;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#reader.closed.catch((error) => this.#failed(error));
    this.#writer.closed.catch((error) => this.#failed(error));
  }

  resume(): void {
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      for (let go = true; go;) {
        const { done, value } = await this.#reader.read();
        if (this.#released) return;
        if (done) return this.#events.ended();
        if (!(value instanceof Uint8Array)) {
          throw new NetworkError(
            `Cannot read: the stream must give Uint8Arrays, got ${show(value)} (EINVAL)`,
            { code: "EINVAL" },
          );
        }
        go = value.length === 0 || this.#events.received(value);
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  write(bytes: Uint8Array): boolean {
    this.#unsent = bytes.length;
    void this.#write(bytes);
    return false;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        await this.#writer.ready;
        if (this.#released) return;
        // A copy: whoever holds it then keeps it, and the caller may change his bytes soon.
        await this.#writer.write(new Uint8Array(bytes.subarray(at, at + CHUNK_BYTES)));
        this.#unsent = Math.max(bytes.length - at - CHUNK_BYTES, 0);
      }
      if (!this.#released) this.#events.written();
    } catch (error) {
      this.#failed(error);
    }
  }

  unsent(): number {
    return this.#unsent;
  }

  shutdown(): void {
    this.#finished = true;
    this.#writer.close().catch((error) => this.#failed(error));
  }

  release(): void {
    // A stream that is being finished is left to it, as a socket is to its system.
    this.#end(!this.#finished);
  }

  reset(): void {
    this.#end(true);
  }

  #end(abort: boolean): void {
    if (this.#released) return;
    this.#released = true;
    const reason = connectionError(undefined);
    own(this.#reader.cancel(reason));
    if (abort) own(this.#writer.abort(reason));
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    this.#events.closed();
  }

  #failed(error: unknown): void {
    if (!this.#released) this.#events.failed(connectionError(error));
  }
}
