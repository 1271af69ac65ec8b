/**
 * The bytes of a file that is too large to be held.
 *
 * @module
 */

import type { ByteRange } from "./byte_range.ts";
import type { FileBodySource } from "./file_reply.ts";
import { changed } from "./files_error.ts";
import { hasSameBytes } from "./file_version.ts";
import type { OpenedFile } from "./open_file.ts";

/** How much is read at once, and so held for each client. */
export const PIECE_BYTES: number = 64 * 1024;

type Result = IteratorResult<Uint8Array<ArrayBuffer>, undefined>;

/**
 * A part of an open file, which is closed after the last piece, when nobody wants the rest, and on
 * every failure. Before the last piece is given, the file is looked at once more: when it was written
 * to meanwhile, or cut, `next()` rejects with a `FilesError` of the code `ECHANGED`, so that
 * no client ends with a mixture that it takes for whole. A file whose name is gone, or is that of
 * another one now, is the same file all the same.
 *
 * It is asked for one piece at a time, each has its own memory.
 */
export class FileBody implements FileBodySource {
  readonly #file: OpenedFile;
  readonly #onFailure: (error: unknown) => void;
  #position: number;
  #left: number;
  #reading: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;

  /** Takes the file over; `onFailure` is told of what `next()` rejects with. */
  constructor(file: OpenedFile, part: ByteRange, onFailure: (error: unknown) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
    this.#position = part.start;
    this.#left = part.length;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Result> {
    if (this.#closing !== undefined) return { done: true, value: undefined };
    const reading = this.#read();
    this.#reading = reading;
    try {
      const value = await reading;
      if (this.#left === 0) await this.#close();
      return { done: false, value };
    } catch (error) {
      await this.#close();
      this.#onFailure(error);
      throw error;
    } finally {
      this.#reading = undefined;
    }
  }

  async return(): Promise<Result> {
    // What it is reading just now is still read: a descriptor must not be closed under it.
    await this.#reading?.catch(() => undefined);
    await this.#close();
    return { done: true, value: undefined };
  }

  async #read(): Promise<Uint8Array<ArrayBuffer>> {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#left));
    for (let filled = 0; filled < piece.length;) {
      const bytesRead = await this.#file.handle.read(
        piece,
        filled,
        piece.length - filled,
        this.#position,
      );
      if (bytesRead === 0) throw changed("it has become shorter");
      filled += bytesRead;
      this.#position += bytesRead;
    }
    this.#left -= piece.length;
    if (this.#left === 0) await this.#look();
    return piece;
  }

  async #look(): Promise<void> {
    const stats = await this.#file.handle.stat();
    if (!hasSameBytes(stats, this.#file.stats)) throw changed("it was written to");
  }

  #close(): Promise<void> {
    return this.#closing ??= this.#file.handle.close();
  }
}
