/**
 * Bytes on their way from one end of a connection to the other, inside the process.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import { Fifo } from "./fifo.ts";
import type { TransportEvents } from "./transport.ts";

/** How many bytes one chunk has at most. */
const CHUNK_BYTES = 64 * 1024;

/** One direction: takes bytes as long as there is room, and delivers them while the reader wants them. */
export class Pipe {
  readonly #capacity: number;
  readonly #breather = new Breather();
  #held = new Fifo<Uint8Array>();
  #heldBytes = 0;
  /** What did not fit, and belongs to the writer still. */
  #rest: Uint8Array | undefined;
  #finished = false;
  #flowing = false;
  #scheduled = false;
  /** The reader is gone: what is written now would reset the connection. */
  abandoned = false;
  /** The end that writes, and is told when a write is finished. */
  writer: TransportEvents | undefined;
  /** The end that reads. */
  reader: TransportEvents | undefined;

  /** Holds `capacity` bytes; with 0, a write waits for the reader. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether something was written that was not read. */
  get unread(): boolean {
    return this.#heldBytes > 0 || this.#rest !== undefined;
  }

  /** How much of what was written does not fit yet. */
  get unsent(): number {
    return this.#rest?.length ?? 0;
  }

  /** `true`: all of `bytes` is taken. */
  write(bytes: Uint8Array): boolean {
    this.#rest = bytes;
    this.#fill();
    this.#schedule();
    return this.#rest === undefined;
  }

  /** The end of file follows what was written. */
  finish(): void {
    this.#finished = true;
    this.#schedule();
  }

  /** The reader wants bytes. */
  resume(): void {
    this.#flowing = true;
    this.#schedule();
  }

  /** The writer has reset: what has arrived is handed over, what has not is lost. */
  cut(): void {
    for (let chunk = this.#held.shift(); chunk !== undefined; chunk = this.#held.shift()) {
      this.reader?.received(chunk);
    }
    this.drop();
  }

  /** Loses what is under way. */
  drop(): void {
    this.#held = new Fifo();
    this.#heldBytes = 0;
    this.#rest = undefined;
    this.#flowing = false;
  }

  /** Takes what fits; a reader that waits can take a chunk even if nothing may be held. */
  #fill(): void {
    const room = this.#capacity === 0 && this.#flowing
      ? CHUNK_BYTES
      : this.#capacity - this.#heldBytes;
    if (this.#rest === undefined || room <= 0) return;
    for (let at = 0; at < Math.min(room, this.#rest.length); at += CHUNK_BYTES) {
      // Not slice(): that of a Buffer copies nothing.
      const part = this.#rest.subarray(at, Math.min(at + CHUNK_BYTES, room));
      this.#held.push(new Uint8Array(part));
    }
    const taken = Math.min(room, this.#rest.length);
    this.#heldBytes += taken;
    this.#rest = taken < this.#rest.length ? this.#rest.subarray(taken) : undefined;
  }

  #schedule(): void {
    if (this.#scheduled || !this.#flowing) return;
    this.#scheduled = true;
    if (!this.#breather.due(this.#deliver)) queueMicrotask(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#scheduled = false;
    if (!this.#flowing) return;
    if (this.#held.isEmpty) this.#refill();
    const chunk = this.#held.shift();
    if (chunk === undefined) {
      if (this.#finished) this.reader?.ended();
      return;
    }
    this.#heldBytes -= chunk.length;
    this.#flowing = this.reader?.received(chunk) ?? false;
    this.#refill();
    this.#schedule();
  };

  #refill(): void {
    if (this.#rest === undefined) return;
    this.#fill();
    if (this.#rest === undefined) this.writer?.written();
  }
}
