/**
 * The reading half of a connection over a transport.
 *
 * @module
 */

import type { Answers } from "./answers.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Notify } from "./direct_reader.ts";
import { busyError, closedError, type NetworkError } from "./errors.ts";
import { rejected, Settler } from "./settler.ts";
import type { Transport } from "./transport.ts";

/** How much input a closing connection discards; then it stops reading, and so makes the peer stop. */
const DISCARD_BYTES = 256 * 1024;

const END: Promise<null> = Promise.resolve(null);

/** Hands out what arrives to one reader, and holds no more than one chunk ahead of it. */
export class ReadQueue {
  readonly #transport: Transport;
  /** What has arrived and nobody has asked for yet: one chunk, seldom more. */
  #ahead: Uint8Array | undefined;
  #behind: Uint8Array[] | undefined;
  #reader: Settler<Uint8Array | null> | undefined;
  /** Who has asked with {@linkcode ReadQueue.readNow}, and waits. */
  #notify: Notify | undefined;
  #flowing = false;
  #ended = false;
  #failure: NetworkError | undefined;
  /** Why nothing more is read, although the connection is not broken. */
  #expired: NetworkError | undefined;
  /** What was closed on this side: from then on, what arrives is dropped. */
  #closed: string | undefined;
  /** How much more is discarded; negative for ever. */
  #budget = -1;
  /** The peer has promised to send nothing more. */
  quiet = false;
  /** Told of what is asked for, and of what arrives. */
  deadlines: Deadlines | undefined;
  /** Told of what is taken, and of when it begins and ceases to wait. */
  answers: Answers | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whether the peer has finished writing. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether a read waits. */
  get waiting(): boolean {
    return this.#reader !== undefined || this.#notify !== undefined;
  }

  /** Resolves with the next chunk; `null` at the end. */
  read(): Promise<Uint8Array | null> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return rejected(refusal);
    const chunk = this.#take();
    if (chunk !== undefined) return Promise.resolve(this.#own(chunk));
    if (this.#ended) return END;
    if (this.#failure !== undefined) return rejected(this.#failure);
    const reader = new Settler<Uint8Array | null>();
    this.#reader = reader;
    // Who reads now takes the place of who has only asked to be told.
    this.#notify = undefined;
    this.deadlines?.asked();
    this.answers?.changed();
    this.flow();
    return reader.promise;
  }

  /** As `DirectReader.readNow`. */
  readNow(notify: Notify): Uint8Array | null | undefined {
    const refusal = this.#refusal();
    if (refusal !== undefined) throw refusal;
    this.flow(); // What a transport has at hand may come at once.
    const chunk = this.#take();
    if (chunk !== undefined) return chunk;
    if (this.#ended) return null;
    if (this.#failure !== undefined) throw this.#failure;
    this.#notify = notify;
    this.deadlines?.asked();
    this.answers?.changed();
    return undefined;
  }

  #take(): Uint8Array | undefined {
    const chunk = this.#ahead;
    if (chunk === undefined) return undefined;
    this.#ahead = this.#behind?.shift();
    this.flow();
    this.answers?.received();
    return chunk;
  }

  #own(chunk: Uint8Array): Uint8Array {
    return this.#transport.own?.(chunk) ?? chunk;
  }

  /** Why a read is refused, whatever has come. */
  #refusal(): NetworkError | undefined {
    if (this.#closed !== undefined) return closedError("read", this.#closed);
    if (this.#expired !== undefined) return this.#expired;
    return this.#reader === undefined && !this.#notify?.alone ? undefined : busyError();
  }

  /** Tells who waits for {@linkcode ReadQueue.readNow} that there is something. It may call anything. */
  wake(): void {
    const notify = this.#notify;
    this.#notify = undefined;
    this.answers?.changed();
    notify?.();
  }

  /** Asks for input, unless some is waiting, or none is to come. */
  flow(): void {
    if (this.#flowing || this.#ended || this.#failure !== undefined) return;
    if (this.#ahead !== undefined || this.#budget === 0) return;
    this.#flowing = true;
    this.#transport.resume();
  }

  /** Begins to read one chunk ahead, where that is needed to learn of a reset. */
  readAhead(): void {
    if (this.#transport.noticesResets !== true) this.flow();
  }

  /** A chunk has arrived; whether to go on. */
  received(chunk: Uint8Array): boolean {
    this.deadlines?.received();
    const reader = this.#reader;
    if (this.#closed !== undefined) {
      if (this.#budget > 0) this.#budget = Math.max(this.#budget - chunk.length, 0);
      this.#flowing = this.#budget !== 0;
    } else if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(this.#own(chunk));
      this.answers?.received();
    } else {
      if (this.#ahead === undefined) this.#ahead = chunk;
      else (this.#behind ??= []).push(chunk);
      this.wake();
      // Whoever was told has taken it, or closed the connection, or broken it, or wants no more.
      this.#flowing = this.#ahead === undefined && this.#failure === undefined &&
        !(this.quiet && this.#transport.readsWhenAsked);
    }
    return this.#flowing;
  }

  /** The peer has finished writing. */
  end(): void {
    if (this.#failure !== undefined) return;
    this.#ended = true;
    this.#reader?.resolve(null);
    this.#reader = undefined;
    this.wake();
  }

  /** Rejects the pending read; what had arrived before can still be read. `wake` is to follow. */
  fail(failure: NetworkError): void {
    this.#failure = failure;
    this.#reader?.reject(failure);
    this.#reader = undefined;
  }

  /** Rejects the pending read and every later one; what the peer sends now has to wait. */
  expire(expired: NetworkError): void {
    this.#expired = expired;
    this.#reader?.reject(expired);
    this.#reader = undefined;
    this.wake();
  }

  /** Rejects the pending read and every later one, and drops what arrives. `wake` is to follow. */
  close(what: string): void {
    this.#closed = what;
    this.#budget = -1;
    if (this.quiet && this.#transport.endsOnRelease) this.#ended ||= this.#ahead === undefined;
    this.#ahead = this.#behind = undefined;
    this.#reader?.reject(closedError("read", what));
    this.#reader = undefined;
  }

  /** Gives up reading, though not the connection. */
  stop(): void {
    this.close("reading half");
    this.limitDiscarding();
    this.flow();
    this.wake();
  }

  /** From now on no more than 256 KiB is dropped: who sends more has to wait. */
  limitDiscarding(): void {
    this.#budget = DISCARD_BYTES;
  }
}
