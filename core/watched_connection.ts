/**
 * A connection that tells whether it has anything to do.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import type { Watchable } from "./answers.ts";
import type { Connection } from "./connection.ts";
import { own } from "./settler.ts";
import type { Timeouts } from "./timeouts.ts";
import type { PeerCertificate } from "./tls.ts";
import { TransportConnection } from "./transport_connection.ts";
import { readableOver } from "./web_streams.ts";

/** Passes everything on, and keeps count: a connection of another kind is watched from outside. */
export class WatchedConnection implements Connection, Watchable {
  /** Called whenever `idle` may have changed. It must not throw. */
  onChange: (() => void) | undefined;
  /** What the last read that failed has rejected with. */
  readFailure: unknown;

  readonly #inner: Connection;
  #reading = 0;
  #writing = 0;
  /** How many chunks have come. */
  #received = 0;
  /** How many of them had come when the last write that is finished was begun. */
  #answered = 0;
  #duplex = false;
  #readable: ReadableStream<Uint8Array> | undefined;

  /** Watches `connection`; nobody else is to read from it. */
  constructor(connection: Connection) {
    this.#inner = connection;
  }

  /** Whether its handler waits for the peer, which has had all its answers. */
  get idle(): boolean {
    return this.#reading > 0 && this.flushed && !this.#duplex &&
      this.#received === this.#answered;
  }

  /** Whether nothing has come yet. */
  get silent(): boolean {
    return this.#received === 0;
  }

  /** Whether the system has taken all that was written. */
  get flushed(): boolean {
    return this.#writing === 0;
  }

  get localAddr(): Addr {
    return this.#inner.localAddr;
  }

  get remoteAddr(): Addr {
    return this.#inner.remoteAddr;
  }

  get alpn(): string | undefined {
    return this.#inner.alpn;
  }

  get peerCertificate(): PeerCertificate | undefined {
    return this.#inner.peerCertificate;
  }

  get signal(): AbortSignal {
    return this.#inner.signal;
  }

  /** A view over what is watched here. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= readableOver({
      read: () => this.read(),
      stopReading: () => void own(this.#inner.readable.cancel()),
    });
  }

  /** It is not watched: whoever writes to it has never answered. */
  get writable(): WritableStream<Uint8Array> {
    return this.#inner.writable;
  }

  setTimeouts(timeouts: Timeouts): void {
    this.#inner.setTimeouts(timeouts);
  }

  read(): Promise<Uint8Array | null> {
    const chunk = this.#inner.read();
    this.#reading++;
    chunk.then(this.#onRead, this.#onReadFailed);
    this.onChange?.();
    return chunk;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#reading > 0) this.#duplex = true;
    const written = this.#inner.write(bytes);
    const asked = this.#received;
    this.#writing++;
    written.then(() => this.#onWritten(asked), () => this.#onWritten(this.#answered));
    this.onChange?.();
    return written;
  }

  closeWrite(): Promise<void> {
    return this.#inner.closeWrite();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  abort(): void {
    this.#inner.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inner.close();
  }

  readonly #onRead = (chunk: Uint8Array | null): void => {
    if (chunk !== null) this.#received++;
    this.#onReadEnd();
  };

  readonly #onReadFailed = (error: unknown): void => {
    this.readFailure = error;
    this.#onReadEnd();
  };

  #onReadEnd(): void {
    this.#reading--;
    this.onChange?.();
  }

  #onWritten(asked: number): void {
    this.#writing--;
    this.#answered = asked;
    this.onChange?.();
  }
}

/** `connection`, or what stands in front of it from now on, and what tells whether it is idle. */
export function watched(connection: Connection): [Connection, Watchable] {
  // Not one that somebody has put his own in front of: he would not be asked.
  if (connection instanceof TransportConnection && connection.directReader === connection) {
    return [connection, connection.watch()];
  }
  const wrapper = new WatchedConnection(connection);
  return [wrapper, wrapper];
}
