/**
 * Copying without a promise for each chunk that is read.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import { tooLong } from "./byte_limits.ts";
import { type DirectReader, directReaderOf, isDirectWriter, type Notify } from "./direct_reader.ts";
import type { Reader, Writer } from "./halves.ts";
import { PromisedReader } from "./promised_reader.ts";
import { own, Settler } from "./settler.ts";
import { WRITTEN } from "./write_queue.ts";

/** What is copied, and how much of it. */
export interface CopyingInit {
  /** Where the bytes come from. */
  readonly reader: Reader;
  /** Where they go to. */
  readonly writer: Pick<Writer, "write">;
  /** How many bytes at most; more are a failure. Default: no limit. */
  readonly limit?: number | undefined;
  /** Whether it is in a hurry: then no write is waited for. */
  readonly hurries?: (() => boolean) | undefined;
}

/** Writes what comes from a reader to a writer, one chunk after the other. */
export class Copying {
  /** How many bytes the writer has taken. */
  count = 0;
  readonly #reader: DirectReader;
  readonly #writer: Pick<Writer, "write">;
  readonly #limit: number;
  readonly #hurries: (() => boolean) | undefined;
  readonly #isOurs: boolean;
  readonly #done = new Settler<number>();
  readonly #breather = new Breather();
  /** What is being written. */
  #chunk: Uint8Array | undefined;
  #over = false;

  /** Does nothing before `run`. */
  constructor({ reader, writer, limit = Infinity, hurries }: CopyingInit) {
    this.#isOurs = isDirectWriter(writer);
    // Another writer may keep what it is given, and its buffer: it is given chunks of its own.
    this.#reader = this.#isOurs ? directReaderOf(reader) : new PromisedReader(reader);
    this.#writer = writer;
    this.#limit = limit;
    this.#hurries = hurries;
  }

  /** Whether it waits for the writer. */
  get writing(): boolean {
    return this.#chunk !== undefined;
  }

  /** Copies all; resolves with the count. To be called once. */
  run(): Promise<number> {
    this.#go();
    return this.#done.promise;
  }

  /** Ends it: `run` rejects with `reason`. The read or write that is under way still is. */
  stop(reason: unknown): void {
    this.#over = true;
    this.#done.reject(reason);
  }

  /** As if a `read()` waited: who else reads would take what is missing then. */
  readonly #next: Notify = Object.assign((): void => this.#go(), { alone: true });

  #go(): void {
    try {
      while (!this.#over) {
        const chunk = this.#reader.readNow(this.#next);
        if (chunk === undefined) return;
        if (chunk === null) this.#end();
        else if (!this.#pass(chunk)) return;
      }
    } catch (error) {
      this.stop(error);
    }
  }

  #end(): void {
    this.#over = true;
    this.#done.resolve(this.count);
  }

  /** Whether the next one can follow at once. */
  #pass(chunk: Uint8Array): boolean {
    const room = this.#limit - this.count;
    if (room === 0 && chunk.length > 0) throw this.#excess();
    const written = this.#writer.write(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (written === WRITTEN) return this.#taken(chunk);
    if (this.#hurries?.()) {
      own(written);
      this.count += chunk.length;
      return true;
    }
    this.#chunk = chunk;
    // Of a writer of another kind nobody knows what it returns.
    Promise.resolve(written).then(this.#onWritten, this.#onFailed);
    return false;
  }

  /** The same, when a chunk is written. */
  #taken(chunk: Uint8Array): boolean {
    this.count += chunk.length;
    if (this.count > this.#limit) throw this.#excess();
    // Who sends bytes for us is done with them now, and nobody else has seen them.
    if (this.#isOurs) this.#reader.giveBack?.(chunk);
    // A reader and a writer that are always ready do not starve others.
    return !this.#breather.due(this.#next);
  }

  #excess(): Error {
    return tooLong("copy", `more than ${this.#limit} bytes came`);
  }

  readonly #onWritten = (): void => {
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (chunk === undefined || this.#over) return;
    try {
      if (this.#taken(chunk)) this.#go();
    } catch (error) {
      this.stop(error);
    }
  };

  readonly #onFailed = (reason: unknown): void => this.stop(reason);
}
