/**
 * What a connection of Deno reads into.
 *
 * @module
 */

/** What it has at first: an idle connection costs no more. */
const MIN_BYTES = 1024;
/** With less room than this behind what was read, another buffer follows. */
const MIN_ROOM_BYTES = 512;
/** How many times as large the next one is, when one was filled. */
const GROWTH = 8;
/** What it has at most: a chunk has no more bytes. */
const MAX_BYTES = 64 * 1024;

const NONE: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * As large as what comes. To make a buffer costs more here than all else about a small read, so small
 * chunks are put one behind the other. A large one has a buffer of its own: to make that costs as much
 * as to read it, unless those are given back that are done with.
 */
export class ReadBuffer {
  #bytes: Uint8Array<ArrayBuffer> = NONE;
  #used = 0;
  /** It is being read into. */
  #reading = false;
  /** How large the next buffer is. */
  #size = MIN_BYTES;
  /** A large one that was given back. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  /** Chunks are given back, up to now. */
  #trusting = false;

  /** Where the next bytes are to be put. */
  get room(): Uint8Array<ArrayBuffer> {
    this.#reading = true;
    if (this.#bytes.length - this.#used < MIN_ROOM_BYTES) {
      this.#bytes = this.#next();
      this.#used = 0;
    }
    return this.#used === 0 ? this.#bytes : this.#bytes.subarray(this.#used);
  }

  #next(): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    this.#trusting = false;
    return new Uint8Array(this.#size);
  }

  /** The bytes that were put there. */
  take(count: number): Uint8Array {
    this.#reading = false;
    const bytes = this.#bytes;
    const { length } = bytes;
    const isSmall = length === MIN_BYTES;
    if (!isSmall && this.#isLittle(count, length)) return bytes.slice(0, count);
    const from = this.#used;
    const to = this.#used = from + count;
    // When it was filled, there is more to come.
    if (to === length) this.#size = Math.min(length * GROWTH, MAX_BYTES);
    if (to === length || !isSmall) {
      this.#bytes = NONE;
      this.#used = 0;
    }
    return bytes.subarray(from, to);
  }

  /** A few bytes are not to keep a large buffer alive. */
  #isLittle(count: number, length: number): boolean {
    if (count >= MIN_BYTES) return count <= length / 2 && !this.#trusting;
    // Nor is a connection to keep two on which little comes.
    this.#spare = undefined;
    return true;
  }

  /** See `Transport.giveBack`. */
  giveBack(chunk: Uint8Array): void {
    this.#trusting = true;
    const { buffer } = chunk;
    // What has another size than the next one is small, or a copy.
    if (buffer.byteLength !== this.#size || this.#size === MIN_BYTES) return;
    // It was made here, so it is no SharedArrayBuffer.
    this.#spare = new Uint8Array(buffer as ArrayBuffer);
  }

  /** See `Transport.own`. */
  own(chunk: Uint8Array): Uint8Array {
    const { buffer, byteOffset, byteLength } = chunk;
    if (buffer.byteLength !== MIN_BYTES) return chunk;
    const copy = chunk.slice();
    // Nobody has the original any more: what was read last can be read over.
    const isLast = buffer === this.#bytes.buffer && byteOffset + byteLength === this.#used;
    if (isLast && !this.#reading) this.#used = byteOffset;
    return copy;
  }
}
