/**
 * A transport over one port of a `MessageChannel`: the part of an adapter that moves bytes.
 */

import { connectionError, type Transport, type TransportEvents } from "../adapters/kit.ts";

/** How many bytes a message has at most: what is held ahead of a reader is one of them. */
const CHUNK_BYTES = 64 * 1024;

/** What goes through a port. */
type Message =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** So many bytes have been read. */
  | { readonly type: "taken"; readonly count: number }
  | { readonly type: "end" | "released" | "reset" };

/** One end of a channel. Messages come whether they are wanted or not, so this waits with those that are not. */
export class PortTransport implements Transport {
  /** A reset is a message, too. */
  readonly noticesResets = true;
  readonly #port: MessagePort;
  readonly #events: TransportEvents;
  readonly #capacity: number;
  /** What has come and is not wanted yet: no more than `capacity`. */
  readonly #held: Uint8Array[] = [];
  #flowing = false;
  #ended = false;
  /** What the other end has not taken of what was sent. */
  #underWay = 0;
  /** What is still to be sent of the unfinished write. */
  #rest: Uint8Array | undefined;
  #closed = false;
  /** The other end has let go. */
  #abandoned = false;

  /** Takes over `port`; no more than `capacity` bytes are under way, but for one chunk. */
  constructor(port: MessagePort, events: TransportEvents, capacity: number) {
    this.#port = port;
    this.#events = events;
    this.#capacity = capacity;
    port.onmessage = ({ data }) => this.#receive(data as Message);
  }

  resume(): void {
    this.#flowing = true;
    this.#deliver();
  }

  write(bytes: Uint8Array): boolean {
    // The core is told after the call, as by a socket.
    if (this.#abandoned) queueMicrotask(() => this.#lost());
    this.#rest = bytes;
    return this.#send();
  }

  unsent(): number {
    return this.#underWay + (this.#rest?.length ?? 0);
  }

  shutdown(): void {
    this.#post({ type: "end" });
  }

  release(): void {
    this.#close("released");
  }

  reset(): void {
    this.#close("reset");
  }

  #receive(message: Message): void {
    if (this.#closed) return;
    switch (message.type) {
      case "bytes":
        this.#held.push(message.bytes);
        return this.#deliver();
      case "end":
        this.#ended = true;
        return this.#deliver();
      case "taken":
        this.#underWay -= message.count;
        if (this.#rest !== undefined && this.#send()) this.#events.written();
        return;
      case "released":
        this.#abandoned = true;
        // It has let go without having finished, or of what it was still being sent.
        if (this.#rest !== undefined || !this.#ended) this.#lost();
        return;
      case "reset":
        return this.#lost();
    }
  }

  #deliver(): void {
    while (this.#flowing && this.#held.length > 0) {
      const chunk = this.#held.shift() ?? new Uint8Array();
      const { length } = chunk;
      this.#flowing = this.#events.received(chunk);
      this.#post({ type: "taken", count: length });
    }
    if (this.#ended && this.#held.length === 0 && !this.#closed) this.#events.ended();
  }

  /** Sends what there is room for; whether the write is finished. */
  #send(): boolean {
    let rest = this.#rest ?? new Uint8Array();
    while (rest.length > 0 && (this.#underWay === 0 || this.#underWay < this.#capacity)) {
      // A copy: the buffer goes to the other end.
      const bytes = rest.slice(0, CHUNK_BYTES);
      rest = rest.subarray(bytes.length);
      this.#underWay += bytes.length;
      this.#port.postMessage({ type: "bytes", bytes } satisfies Message, [bytes.buffer]);
    }
    const finished = rest.length === 0 && this.#underWay <= this.#capacity;
    this.#rest = finished ? undefined : rest;
    return finished;
  }

  #post(message: Message): void {
    if (!this.#closed) this.#port.postMessage(message);
  }

  /** What had arrived is handed over before the failure. */
  #lost(): void {
    for (const chunk of this.#held.splice(0)) this.#events.received(chunk);
    this.#events.failed(connectionError({ code: "ECONNRESET" }));
  }

  #close(type: "released" | "reset"): void {
    if (this.#closed) return;
    this.#post({ type });
    this.#closed = true;
    this.#port.close();
    this.#events.closed();
  }
}
