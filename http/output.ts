/**
 * What is about to be sent.
 *
 * @module
 */

import type { Writer } from "../core/connection.ts";
import { WRITTEN } from "../core/write_queue.ts";
import { asciiInto, latin1Into } from "./characters.ts";

/** How much is gathered before it is sent; what is larger is sent as it is. */
export const GATHERED_BYTES: number = 8 * 1024;
/** How many buffers are kept for the next answers, of all connections together. */
const MOST_SPARE = 128;
const NOTHING = new Uint8Array(0);

/** A buffer costs more than what is written into it, so there are a few for all connections. */
const spare: Uint8Array<ArrayBuffer>[] = [];

/**
 * Gathers answers, so that those of pipelined requests go out with one write, and copies small bodies
 * behind their heads. It holds a buffer only between the first `add` and the end of its write.
 */
export class Output {
  readonly #writer: Writer;
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #used = 0;
  #written: Promise<void> = WRITTEN;

  /** Sends by `writer`. */
  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /**
   * Adds text of ISO 8859-1, bytes behind it, and text behind these. The bytes are not to be changed
   * before `flush` has resolved.
   */
  add(text: string, bytes: Uint8Array = NOTHING, after = ""): void {
    const size = text.length + bytes.length + after.length;
    if (size > GATHERED_BYTES) return this.#addLarge(text, bytes, after);
    const buffer = this.#room(size);
    this.#used = copy(buffer, this.#used, text, bytes, after);
  }

  /** Adds text when it is ASCII, and small; whether it is. */
  addAscii(text: string): boolean {
    if (text.length > GATHERED_BYTES) return false;
    const buffer = this.#room(text.length);
    if (!asciiInto(text, buffer, this.#used)) return false;
    this.#used += text.length;
    return true;
  }

  /** Whether the system has not taken yet what was sent: nothing is to be added before. */
  get busy(): boolean {
    return this.#written !== WRITTEN;
  }

  /**
   * Sends all of it. Resolves when the system has taken it, which the promise may say by its identity:
   * see {@linkcode WRITTEN}. Rejects when the connection is broken; nobody has to look.
   */
  flush(): Promise<void> {
    if (this.#used > 0) this.#send();
    if (this.#buffer !== undefined) giveBack(this.#buffer);
    this.#buffer = undefined;
    return this.#written;
  }

  #addLarge(text: string, bytes: Uint8Array, after: string): void {
    if (this.#used > 0) this.#send();
    for (const part of [latin1Bytes(text), bytes, latin1Bytes(after)]) {
      if (part.length > 0) this.#wait(this.#writer.write(part));
    }
  }

  /** A buffer in which there is room for so much. */
  #room(size: number): Uint8Array<ArrayBuffer> {
    if (this.#used + size > GATHERED_BYTES) this.#send();
    return this.#buffer ??= spare.pop() ?? new Uint8Array(GATHERED_BYTES);
  }

  #send(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    const written = this.#writer.write(buffer.subarray(0, this.#used));
    this.#used = 0;
    if (written === WRITTEN) return;
    // It is the connection's until it is written.
    this.#buffer = undefined;
    this.#wait(written, buffer);
  }

  /** The last write ends last, and fails when one before it does. */
  #wait(written: Promise<void>, buffer?: Uint8Array<ArrayBuffer>): void {
    if (written === WRITTEN) return;
    this.#written = written;
    written.then(() => {
      if (buffer !== undefined) giveBack(buffer);
      if (this.#written === written) this.#written = WRITTEN;
    }, ignore);
  }
}

function copy(
  into: Uint8Array,
  at: number,
  text: string,
  bytes: Uint8Array,
  after: string,
): number {
  let end = at + latin1Into(text, into, at);
  if (bytes.length > 0) into.set(bytes, end);
  end += bytes.length;
  return after === "" ? end : end + latin1Into(after, into, end);
}

function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  latin1Into(text, bytes, 0);
  return bytes;
}

function giveBack(buffer: Uint8Array<ArrayBuffer>): void {
  if (spare.length < MOST_SPARE) spare.push(buffer);
}

function ignore(): void {
  // Whoever flushes is told.
}
