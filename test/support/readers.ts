/** Readers without a connection: of what is given, or of what the test gives when it likes. */

import type { Reader } from "../../core/connection.ts";
import { type Gate, gate, macrotask } from "./gates.ts";

/** Text as bytes. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes as text. */
export function text(given: Uint8Array | null): string | null {
  return given === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(given);
}

/** All bytes in one piece. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}

/** Gives its chunks, one a call, each a copy; then the end, or the failure again and again. */
export class ChunkReader implements Reader {
  /** How often it was asked. */
  reads = 0;
  readonly #chunks: readonly Uint8Array[];
  readonly #failure: Error | undefined;

  constructor(chunks: readonly (Uint8Array | string)[], failure?: Error) {
    this.#chunks = chunks.map((chunk) => typeof chunk === "string" ? bytes(chunk) : chunk);
    this.#failure = failure;
  }

  read(): Promise<Uint8Array | null> {
    const chunk = this.#chunks[this.reads++];
    if (chunk !== undefined) return Promise.resolve(chunk.slice());
    return this.#failure === undefined ? Promise.resolve(null) : Promise.reject(this.#failure);
  }
}

/** Gives what it has one byte at a time. */
export function byteByByte(given: Uint8Array | string): ChunkReader {
  const all = typeof given === "string" ? bytes(given) : given;
  return new ChunkReader(Array.from(all, (byte) => Uint8Array.of(byte)));
}

/** Gives a chunk when the test says so. */
export class ManualReader implements Reader {
  /** How often it was asked. */
  reads = 0;
  #pending: Gate<Uint8Array | null> | undefined;

  read(): Promise<Uint8Array | null> {
    if (this.#pending !== undefined) throw new Error("a second read while one is pending");
    this.reads++;
    this.#pending = gate<Uint8Array | null>();
    return this.#pending.promise;
  }

  /** Answers the pending read, and lets all that follows from it happen. */
  async give(chunk: string | null): Promise<void> {
    this.#take().resolve(chunk === null ? null : bytes(chunk));
    await macrotask();
  }

  /** Fails the pending read, and lets all that follows from it happen. */
  async fail(error: Error): Promise<void> {
    this.#take().reject(error);
    await macrotask();
  }

  #take(): Gate<Uint8Array | null> {
    const pending = this.#pending;
    if (pending === undefined) throw new Error("no read is pending");
    this.#pending = undefined;
    return pending;
  }
}
