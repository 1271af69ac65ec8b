/** A connection whose peer has sent a text already, and the end of file; it takes every answer. */

import type { Transport, TransportEvents } from "../../core/transport.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { latin1 } from "../http_cases/wire.ts";

const ADDR = { transport: "memory", hostname: "memory", port: 1 } as const;

/** What comes in pieces as they are given, and what goes out as characters of Latin-1. */
export class TextConnection {
  readonly connection: TransportConnection;
  readonly #transport: TextTransport;

  constructor(pieces: readonly Uint8Array[]) {
    let made: TextTransport | undefined;
    const open = (events: TransportEvents) => made = new TextTransport(events, pieces);
    this.connection = new TransportConnection(open, { localAddr: ADDR, remoteAddr: ADDR });
    if (made === undefined) throw new Error("the transport was not opened");
    this.#transport = made;
  }

  /** All that was sent. */
  get sent(): string {
    return this.#transport.sent.join("");
  }

  /** Whether it was broken off, and not closed in order. */
  get wasReset(): boolean {
    return this.#transport.wasReset;
  }
}

class TextTransport implements Transport {
  readonly noticesResets = true;
  readonly sent: string[] = [];
  wasReset = false;
  readonly #events: TransportEvents;
  readonly #pieces: readonly Uint8Array[];
  #next = 0;
  #released = false;

  constructor(events: TransportEvents, pieces: readonly Uint8Array[]) {
    this.#events = events;
    this.#pieces = pieces;
  }

  resume(): void {
    // Never inside the call: no socket does that.
    queueMicrotask(() => this.#deliver());
  }

  write(bytes: Uint8Array): boolean {
    this.sent.push(latin1(bytes));
    return true;
  }

  shutdown(): void {}

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#events.closed();
  }

  reset(): void {
    if (!this.#released) this.wasReset = true;
    this.release();
  }

  #deliver(): void {
    while (!this.#released) {
      const piece = this.#pieces[this.#next++];
      // The core may change what it is given.
      if (piece !== undefined && !this.#events.received(piece.slice())) return;
      if (piece === undefined) return this.#events.ended();
    }
  }
}
