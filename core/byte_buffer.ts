/**
 * Bytes in one piece that grows at the end and is taken from the front.
 *
 * @module
 */

/** Holds bytes; every byte is copied a bounded number of times, however small the chunks are. */
export class ByteBuffer {
  #bytes = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** How many bytes it holds. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** What it holds, to look at until it is next changed. */
  get view(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /**
   * Adds `chunk`, which belongs to the buffer from now on. It makes room ahead, as long as no more
   * than `most` bytes are held in all.
   */
  append(chunk: Uint8Array, most: number): void {
    const held = this.length;
    if (held === 0) {
      // Most chunks are taken as they came: nothing is copied.
      this.#adopt(chunk);
      return;
    }
    const needed = held + chunk.length;
    if (this.#end + chunk.length > this.#bytes.length) {
      // Moving to the front pays only when more was taken than has to be moved.
      if (needed <= this.#bytes.length && held <= this.#start) {
        this.#bytes.copyWithin(0, this.#start, this.#end);
      } else {
        const grown = new Uint8Array(Math.max(needed, Math.min(2 * held, most)));
        grown.set(this.view);
        this.#bytes = grown;
      }
      this.#start = 0;
      this.#end = held;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Takes `count` bytes, which must be there. They share no memory with any others. */
  take(count: number): Uint8Array {
    const view = this.#bytes.subarray(this.#start, this.#start + count);
    // What is all that is held is handed over, unless it would keep too much memory alive.
    const whole = count === this.length && 2 * count >= this.#bytes.length;
    this.skip(count);
    // Not slice(): that of a Buffer copies nothing.
    return whole ? view : new Uint8Array(view);
  }

  /** Drops `count` bytes, which must be there. */
  skip(count: number): void {
    this.#start += count;
    // An idle connection holds no memory.
    if (this.#start === this.#end) this.#adopt(new Uint8Array(0));
  }

  #adopt(bytes: Uint8Array): void {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#start = 0;
    this.#end = bytes.length;
  }
}
