/**
 * `node:tls` of Deno reads from a socket of `node:net` without a bound. From a stream of its own it
 * can be kept: this one stands between the two, and stops when it is told to.
 */

import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { runtime } from "../../support/harness.ts";

/** What TLS stands on: the socket itself, but on Deno. */
export function below(raw: Socket): Socket | GatedDuplex {
  return runtime === "deno" ? new GatedDuplex(raw) : raw;
}

/** The bytes of a socket, behind a gate. */
export class GatedDuplex extends Duplex {
  readonly #raw: Socket;
  #wanted = true;
  #open = true;
  #writing = false;

  /** Takes over `raw`. */
  constructor(raw: Socket) {
    super({ allowHalfOpen: true });
    this.#raw = raw;
    raw.on("data", (chunk) => {
      this.#wanted = this.push(chunk);
      this.#flow();
    });
    raw.on("end", () => void this.push(null));
    raw.on("error", (error) => void this.destroy(error));
    raw.on("close", () => void this.destroy());
  }

  /** Opens the gate, or shuts it. */
  set open(open: boolean) {
    this.#open = open;
    this.#flow();
  }

  #flow(): void {
    if (this.#open && this.#wanted) this.#raw.resume();
    else this.#raw.pause();
  }

  override _read(): void {
    this.#wanted = true;
    this.#flow();
  }

  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#writing = true;
    this.#raw.write(chunk, (error) => {
      this.#writing = false;
      done(error);
    });
  }

  /** Resolves when TLS has nothing more to send: it calls a write done when it has begun to send it. */
  async quiet(): Promise<void> {
    do await turn(); while (this.#writing && !this.destroyed);
  }

  override _final(done: () => void): void {
    this.#raw.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#raw.destroy();
    done(error);
  }
}
