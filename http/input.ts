/**
 * What comes from the peer, for one reader that may also be woken by something else.
 *
 * @module
 */

import { type DirectReader, directReaderOf } from "../core/direct_reader.ts";
import type { Reader } from "../core/connection.ts";
import { Settler } from "../core/settler.ts";

const EMPTY = new Uint8Array(0);

/** What has come and was not taken yet: `bytes` from `start` to `end`. */
export class Input {
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  /** The peer has finished, or the connection is broken: nothing more comes. */
  ended = false;
  /** Why it is broken. */
  failure: Error | undefined;
  /** Called when it has ended. */
  onEnd: (() => void) | undefined;
  /** Called when more has come, or it has ended, or somebody says that there is news. */
  onNews: (() => void) | undefined;

  readonly #reader: DirectReader;
  /** Up to how many bytes are read ahead. */
  #most = 0;
  /** They will be looked for. */
  #looks = false;
  #reading = false;
  #waiter: Settler<void> | undefined;

  /** Takes what `reader` gives; nobody else is to read from it. */
  constructor(reader: Reader) {
    this.#reader = directReaderOf(reader);
  }

  /** How many bytes there are. */
  get length(): number {
    return this.end - this.start;
  }

  /** Whether a read is under way. */
  get reading(): boolean {
    return this.#reading;
  }

  /**
   * Resolves when more has come, or the end, or when it is woken. Rejects when the connection is
   * broken. Whoever calls it meanwhile waits for the same.
   */
  more(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.ended) return Promise.resolve();
    const waiter = this.#waiter ??= new Settler();
    if (this.lookAhead()) this.wake();
    return waiter.promise;
  }

  /** Lets `more` resolve. */
  wake(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve();
  }

  /** Says that there is news, of whatever kind. */
  tell(): void {
    this.wake();
    this.onNews?.();
  }

  /** Asks for a chunk, one at a time, so that an end is noticed too; whether it was there already, or the end. */
  lookAhead(): boolean {
    if (this.#reading) return false;
    if (this.ended) return true;
    try {
      const chunk = this.#reader.readNow(this.#onReady);
      this.#reading = chunk === undefined;
      if (chunk === undefined) return false;
      if (chunk === null) this.#finish();
      else this.#append(chunk);
    } catch (failure) {
      this.#fail(failure);
    }
    return true;
  }

  /**
   * From now on up to `most` bytes are read that nobody has asked for, so that an end behind them is
   * noticed.
   */
  readAhead(most: number): void {
    this.#most = most;
    this.#goAhead();
  }

  /** The peer has promised to send nothing more. */
  expectNothing(): void {
    if (this.length === 0) this.#reader.expectNothing?.();
  }

  /** Takes `count` bytes, which must be there, as a view. */
  take(count: number): Uint8Array {
    const taken = this.bytes.subarray(this.start, this.start + count);
    this.skip(count);
    return taken;
  }

  /** Drops `count` bytes, which must be there. */
  skip(count: number): void {
    this.start += count;
    if (this.#most > 0) this.#goAheadLater();
    if (this.start < this.end) return;
    // An idle connection holds no memory.
    this.bytes = EMPTY;
    this.start = this.end = 0;
  }

  readonly #onReady = (): void => {
    this.#reading = false;
    if (!this.lookAhead()) return;
    if (this.#most > 0) this.#goAheadLater();
    this.tell();
  };

  /** Not before whoever waits has taken what there is, in which case nothing has to be put together. */
  #goAheadLater(): void {
    if (this.#looks) return;
    this.#looks = true;
    queueMicrotask(() => {
      this.#looks = false;
      this.#goAhead();
    });
  }

  #goAhead(): void {
    // Who waits for something has asked for it already: there is nobody to be told.
    while (this.length < this.#most && !this.ended && this.lookAhead()) { /* There was more. */ }
  }

  #fail(failure: unknown): void {
    this.failure = failure instanceof Error
      ? failure
      : new Error("Cannot read: the connection has failed", { cause: failure });
    const waiter = this.#waiter;
    this.#waiter = undefined;
    this.#finish();
    waiter?.reject(this.failure);
  }

  #finish(): void {
    this.ended = true;
    this.onEnd?.();
  }

  #append(chunk: Uint8Array): void {
    const held = this.length;
    if (held === 0) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      return;
    }
    // Views of what was taken may be in use: nothing before `end` is ever written again.
    const needed = held + chunk.length;
    if (this.end + chunk.length > this.bytes.length) {
      const grown = new Uint8Array(2 * needed);
      grown.set(this.bytes.subarray(this.start, this.end));
      this.bytes = grown;
      this.start = 0;
      this.end = held;
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }
}
