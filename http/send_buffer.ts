/**
 * Memory for what is sent, for all connections together.
 *
 * @module
 */

/** How large each buffer is, in bytes. */
export const BUFFER_BYTES: number = 8 * 1024;
/** With less room than this, a buffer waits until all of it is sent. */
const LEAST_ROOM = 1024;
/** How many are kept for the next answers. */
const MOST_SPARE = 128;

const spare: SendBuffer[] = [];

/**
 * A buffer that answers are put into, one behind the other, also those of several connections: to make
 * one costs more than what is written into it, and where each write takes a while, as on Deno, a
 * thousand connections would need a thousand. One connection at a time holds it, while it gathers.
 */
export class SendBuffer {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_BYTES);
  /** Where the memory begins that is free: what is before it is being sent. */
  free = 0;
  /** How many parts of it are being sent. */
  #parts = 0;
  #held = true;
  /** It waits, with too little room, until all of it is sent. */
  #waits = false;

  /** One that has room for `size` bytes, of which there are {@linkcode BUFFER_BYTES} at most. The caller holds it. */
  static hold(size: number): SendBuffer {
    for (let next = spare.pop(); next !== undefined; next = spare.pop()) {
      if (BUFFER_BYTES - next.free >= size) {
        next.#held = true;
        return next;
      }
      next.#waits = true;
    }
    return new SendBuffer();
  }

  /** All up to `end` is being sent; what is free begins there. {@linkcode SendBuffer.sent} is to follow. */
  send(end: number): void {
    this.#parts++;
    this.free = end;
  }

  /** A part of it is sent. When that fails, nobody tells: the system may look at it still. */
  sent(): void {
    this.#parts--;
    if (this.#parts > 0 || this.#held) return;
    this.free = 0;
    if (this.#waits) this.#keep();
  }

  /** Its holder has no use for it any more. */
  release(): void {
    this.#held = false;
    if (this.#parts === 0) this.free = 0;
    if (BUFFER_BYTES - this.free >= LEAST_ROOM) this.#keep();
    else this.#waits = true;
  }

  #keep(): void {
    this.#waits = false;
    if (spare.length < MOST_SPARE) spare.push(this);
  }
}
