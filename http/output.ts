/**
 * What is about to be sent.
 *
 * @module
 */

import type { Writer } from "../core/connection.ts";
import { WRITTEN } from "../core/write_queue.ts";
import { asciiInto, latin1Into } from "./characters.ts";
import { BUFFER_BYTES, SendBuffer } from "./send_buffer.ts";

/** How much is gathered before it is sent; what is larger is sent as it is. */
export const GATHERED_BYTES: number = BUFFER_BYTES;
const NOTHING = new Uint8Array(0);

/**
 * Gathers answers, so that those of pipelined requests go out with one write, and copies small bodies
 * behind their heads. It holds a buffer only between the first `add` and `flush`.
 */
export class Output {
  readonly #writer: Writer;
  #buffer: SendBuffer | undefined;
  /** Where the next one goes; what is to be sent is before that, from where the buffer is free. */
  #end = 0;
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
    this.#end = copy(buffer, this.#end, text, bytes, after);
  }

  /** Adds no more bytes than are gathered; they are copied. */
  addBytes(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Adds text when it is ASCII, and small; whether it is. */
  addAscii(text: string): boolean {
    if (text.length > GATHERED_BYTES) return false;
    const buffer = this.#room(text.length);
    if (!asciiInto(text, buffer, this.#end)) return false;
    this.#end += text.length;
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
    this.#send();
    return this.#written;
  }

  #addLarge(text: string, bytes: Uint8Array, after: string): void {
    this.#send();
    for (const part of [latin1Bytes(text), bytes, latin1Bytes(after)]) {
      if (part.length > 0) this.#wait(this.#writer.write(part));
    }
  }

  /** A buffer in which there is room for so much, at the end of what was added. */
  #room(size: number): Uint8Array {
    if (this.#end + size > BUFFER_BYTES) this.#send();
    if (this.#buffer === undefined) {
      this.#buffer = SendBuffer.hold(size);
      this.#end = this.#buffer.free;
    }
    return this.#buffer.bytes;
  }

  #send(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    const { free } = buffer;
    const end = this.#end;
    this.#buffer = undefined;
    this.#end = 0;
    if (end > free) {
      const written = this.#writer.write(buffer.bytes.subarray(free, end));
      if (written !== WRITTEN) {
        buffer.send(end);
        this.#wait(written, buffer);
      }
    }
    buffer.release();
  }

  /** The last write ends last, and fails when one before it does. */
  #wait(written: Promise<void>, buffer?: SendBuffer): void {
    if (written === WRITTEN) return;
    this.#written = written;
    written.then(() => {
      buffer?.sent();
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

function ignore(): void {
  // Whoever flushes is told.
}
