/**
 * A connection that HTTP has let go of.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import type { Connection } from "../core/connection.ts";
import type { Timeouts } from "../core/timeouts.ts";
import type { PeerCertificate } from "../core/tls.ts";
import { readableOver } from "../core/web_streams.ts";
import type { Input } from "./input.ts";

/** The connection, with what was read of it already in front. */
export class HandedOver implements Connection {
  readonly #connection: Connection;
  readonly #input: Input;
  #readable: ReadableStream<Uint8Array> | undefined;

  constructor(connection: Connection, input: Input) {
    this.#connection = connection;
    this.#input = input;
    // From now on only its own reader reads.
    input.readAhead(0);
  }

  get localAddr(): Addr {
    return this.#connection.localAddr;
  }

  get remoteAddr(): Addr {
    return this.#connection.remoteAddr;
  }

  get alpn(): string | undefined {
    return this.#connection.alpn;
  }

  get peerCertificate(): PeerCertificate | undefined {
    return this.#connection.peerCertificate;
  }

  get signal(): AbortSignal {
    return this.#connection.signal;
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= readableOver({
      read: () => this.read(),
      stopReading: () => void this.#connection.readable.cancel(),
    });
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#connection.writable;
  }

  setTimeouts(timeouts: Timeouts): void {
    this.#connection.setTimeouts(timeouts);
  }

  async read(): Promise<Uint8Array | null> {
    const input = this.#input;
    // A read that HTTP had begun is still under way: what it brings comes first.
    while (input.length === 0 && input.reading) await input.more();
    // A copy: the buffer may hold what is not the reader's.
    if (input.length > 0) return new Uint8Array(input.take(input.length));
    if (input.failure !== undefined) throw input.failure;
    return input.ended ? null : await this.#connection.read();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#connection.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  abort(): void {
    this.#connection.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }
}
