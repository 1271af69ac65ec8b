import type { Reader, Writer } from "../../core/connection.ts";

/** A connection as in the chapter: what it reads is fixed, what is written to it is kept. */
export class MockConnection implements Reader, Writer {
  /** How many chunks were asked for, the end included. */
  reads = 0;
  readonly #input: Iterator<Uint8Array | Error>;
  readonly #written: Uint8Array[] = [];

  /** Reads `input`, chunk by chunk, then the end. An Error among them is what that read rejects with. */
  constructor(input: Iterable<Uint8Array | Error>) {
    this.#input = input[Symbol.iterator]();
  }

  /** What was written, as Latin-1: one character a byte. */
  get written(): string {
    return this.#written.map((bytes) => String.fromCharCode(...bytes)).join("");
  }

  async read(): Promise<Uint8Array | null> {
    this.reads++;
    await Promise.resolve();
    const { done, value } = this.#input.next();
    if (done) return null;
    if (value instanceof Error) throw value;
    return value;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await Promise.resolve();
    this.#written.push(bytes.slice());
  }

  async closeWrite(): Promise<void> {
    await Promise.resolve();
  }
}

/** Bytes of Latin-1 text. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The same bytes, one a chunk. */
export function oneByOne(text: string): Uint8Array[] {
  return Array.from(bytes(text), (byte) => Uint8Array.of(byte));
}
