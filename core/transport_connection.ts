/**
 * The connection over any transport: the face of a link.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import { Answers, type Watchable } from "./answers.ts";
import type { DirectReader, MaybeDirect, Notify } from "./direct_reader.ts";
import { closedError, type NetworkError } from "./errors.ts";
import type { Reader, Writer } from "./halves.ts";
import { Link } from "./link.ts";
import type { LinkHooks } from "./link_init.ts";
import { rejected } from "./settler.ts";
import { show } from "./show.ts";
import { changedTimeouts, type ResolvedTimeouts, type Timeouts } from "./timeouts.ts";
import type { Timers } from "./timers.ts";
import type { PeerCertificate } from "./tls.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import { readableOver, writableOver, type WritableView } from "./web_streams.ts";

/** What a connection is made from, beside its transport. */
export interface TransportConnectionInit {
  /** The own address. */
  readonly localAddr: Addr;
  /** The peer's address. */
  readonly remoteAddr: Addr;
  /** The protocol that TLS has agreed on. */
  readonly alpn?: string | undefined;
  /** The certificate that the peer has shown. */
  readonly peerCertificate?: PeerCertificate | undefined;
  /** The time limits. Default: none. */
  readonly timeouts?: ResolvedTimeouts | undefined;
  /** The clock of the lingering close and of the time limits. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/**
 * The one implementation of the interface `Connection`, which has the words. For adapters: it calls the transport, and the
 * transport calls the events that it was opened with.
 */
export class TransportConnection
  implements Reader, Writer, DirectReader, MaybeDirect, AsyncDisposable {
  /** The own address. */
  readonly localAddr: Addr;
  /** The peer's address. */
  readonly remoteAddr: Addr;
  /** The protocol that TLS has agreed on. */
  readonly alpn: string | undefined;
  /** The certificate that the peer has shown. */
  readonly peerCertificate: PeerCertificate | undefined;

  /** Called once, when the socket is released. For the listener that counts what is open. */
  onReleased: (() => void) | undefined;

  readonly #link: Link<TransportConnection>;
  #controller: AbortController | undefined;
  #failure: NetworkError | undefined;
  #closed = false;
  #readable: ReadableStream<Uint8Array> | undefined;
  #writable: WritableView | undefined;

  static readonly #hooks: LinkHooks<TransportConnection> = {
    failed: (connection, failure) => {
      connection.#failure = failure;
      connection.#writable?.fail(failure);
      connection.#controller?.abort(failure);
    },
    released: (connection) => connection.onReleased?.(),
  };

  /** Makes a connection over the transport that `open` returns; `open` is given the events to call. */
  constructor(open: (events: TransportEvents) => Transport, init: TransportConnectionInit) {
    this.localAddr = init.localAddr;
    this.remoteAddr = init.remoteAddr;
    this.alpn = init.alpn;
    this.peerCertificate = init.peerCertificate;
    this.#link = new Link<TransportConnection>(open, init, this, TransportConnection.#hooks);
  }

  /** Begins to watch whether it is idle; the same object each time. Nothing may have been read or written yet. */
  watch(): Watchable {
    return this.#link.input.answers ??= new Answers(this.#link);
  }

  /** Whether the socket is released: then `onReleased` is not called any more. */
  get released(): boolean {
    return this.#link.released;
  }

  /** See {@linkcode Connection.read}. */
  read(): Promise<Uint8Array | null> {
    return this.#link.input.read();
  }

  /** See {@linkcode MaybeDirect}. */
  get directReader(): this | undefined {
    return this.read === TransportConnection.prototype.read ? this : undefined;
  }

  /** See {@linkcode MaybeDirect}. */
  get directWriter(): this | undefined {
    return this.write === TransportConnection.prototype.write ? this : undefined;
  }

  /** See {@linkcode DirectReader.readNow}. */
  readNow(notify: Notify): Uint8Array | null | undefined {
    return this.#link.input.readNow(notify);
  }

  /** See {@linkcode DirectReader.expectNothing}. */
  expectNothing(): void {
    this.#link.input.quiet = true;
  }

  /** See {@linkcode DirectReader.giveBack}. */
  giveBack(chunk: Uint8Array): void {
    this.#link.transport.giveBack?.(chunk);
  }

  /** See {@linkcode Connection.write}. */
  write(bytes: Uint8Array): Promise<void> {
    if (bytes instanceof Uint8Array) return this.#link.write(bytes);
    const message = `Cannot write: bytes must be a Uint8Array, got ${show(bytes)}`;
    return rejected(new TypeError(message));
  }

  /** See {@linkcode Connection.closeWrite}. */
  closeWrite(): Promise<void> {
    return this.#link.output.finish();
  }

  /** See {@linkcode Connection.signal}. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#failure !== undefined) this.#controller.abort(this.#failure);
      this.readAhead();
    }
    return this.#controller.signal;
  }

  /**
   * Begins to read one chunk ahead: that is what makes a reset known while the handler is busy
   * elsewhere. A connection that nobody has taken yet does not.
   */
  readAhead(): void {
    this.#link.input.readAhead();
  }

  /** See {@linkcode Connection.readable}. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= readableOver({
      read: () => this.#link.input.read(),
      stopReading: () => this.#link.stopReading(),
    });
  }

  /** See {@linkcode Connection.writable}. */
  get writable(): WritableStream<Uint8Array> {
    // It writes when there is something to write, and not when something was asked.
    this.#link.input.answers?.talksUnasked();
    if (this.#writable === undefined) {
      this.#writable = writableOver(this);
      const reason = this.#failure ??
        (this.#closed ? closedError("write", "connection") : undefined);
      if (reason !== undefined) this.#writable.fail(reason);
    }
    return this.#writable.stream;
  }

  /** See {@linkcode Connection.setTimeouts}. */
  setTimeouts(timeouts: Timeouts): void {
    this.#link.setTimeouts(changedTimeouts("set timeouts", timeouts, this.#link.timeouts));
  }

  /** See {@linkcode Connection.close}. */
  close(): Promise<void> {
    this.#closed = true;
    const closed = this.#link.close();
    // Whoever pipes into it learns of it now, not with the next chunk.
    this.#writable?.fail(closedError("write", "connection"));
    return closed;
  }

  /** See {@linkcode Connection.abort}. */
  abort(): void {
    this.#link.abort();
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
