/**
 * Lines for an output that may be slow, or stand still, while requests go on.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import { systemTimers, type Timers } from "../core/timers.ts";
import { oneLine } from "./failures.ts";

/** Resolves when the bytes were taken; how many of them. Rejects when nobody takes any more. */
export type WriteSome = (bytes: Uint8Array) => Promise<number>;

/** How much waits at most, in UTF-16 code units. What comes then is dropped, and counted. */
const MOST_WAITING = 1024 * 1024;
/**
 * How much is written at once, in bytes: what a pipe takes as a whole (`PIPE_BUF`), so that lines of
 * several processes do not get into each other.
 */
const PIECE_BYTES = 4096;
/** How long an output that takes nothing is left alone, in milliseconds. */
const RETRY_MS = 50;

/** A disk that is full may have room again; every other failure is for good. */
const PASSING: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** How long an output that takes nothing is waited for at the end, in milliseconds. */
export const FLUSH_MS = 1000;

/** Writes lines one after the other, a few at a time; never throws, never waits. */
export class Output {
  readonly #write: WriteSome;
  readonly #complain: (line: string) => void;
  readonly #timers: Timers;
  #lines: string[] = [];
  #waiting = 0;
  #dropped = 0;
  #closed = false;
  #failing = false;
  #writing: Promise<void> | undefined;

  /** `complain` takes a line about what cannot be written now, or was dropped; it must not throw. */
  constructor(
    write: WriteSome,
    complain: (line: string) => void,
    timers: Timers = systemTimers,
  ) {
    this.#write = write;
    this.#complain = complain;
    this.#timers = timers;
  }

  /** Takes a line, without its end. What does not fit any more is dropped, and counted. */
  readonly line = (line: string): void => {
    if (this.#closed) return;
    if (this.#waiting + line.length > MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length + 1;
    this.#writing ??= this.#run();
  };

  /** Resolves when everything is written, or after `ms` milliseconds. */
  async flush(ms: number): Promise<void> {
    if (this.#writing === undefined) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#timers.set(resolve, ms);
    await Promise.race([this.#writing, late]);
    this.#timers.clear(timer);
  }

  async #run(): Promise<void> {
    // What the same turn of the event loop says goes out in one piece.
    await Promise.resolve();
    try {
      while (this.#lines.length > 0) await this.#writeAll(this.#nextPieces());
    } catch {
      // Whoever has read it is gone. That is no reason to end.
      this.#closed = true;
      this.#lines = [];
    }
    this.#writing = undefined;
  }

  /** Takes all lines that wait, and puts them together. */
  #nextPieces(): Uint8Array[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#waiting = 0;
    if (this.#dropped > 0) {
      this.#complain(
        `Cannot print all lines: nobody has taken them in time, and ${this.#dropped} were dropped`,
      );
    }
    this.#dropped = 0;
    const encoder = new TextEncoder();
    const pieces: Uint8Array[] = [];
    let text = "";
    for (const line of lines) {
      // A code unit has three bytes at most.
      if (text !== "" && (text.length + line.length) * 3 > PIECE_BYTES) {
        pieces.push(encoder.encode(text));
        text = "";
      }
      text += `${line}\n`;
    }
    pieces.push(encoder.encode(text));
    return pieces;
  }

  async #writeAll(pieces: Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      for (let from = 0; from < piece.length;) {
        const written = await this.#writeSome(piece.subarray(from));
        from += written;
        if (written === 0) await this.#rest();
      }
    }
  }

  async #writeSome(bytes: Uint8Array): Promise<number> {
    try {
      const written = await this.#write(bytes);
      if (written > 0) this.#failing = false;
      return written;
    } catch (error) {
      if (!PASSING.has(codeOf(error, ""))) throw error;
      if (!this.#failing) this.#complain(`Cannot print for now: ${oneLine(error)}`);
      this.#failing = true;
      return 0;
    }
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => this.#timers.set(resolve, RETRY_MS));
  }
}
