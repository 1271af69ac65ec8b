/**
 * A connection of Deno as a stream of `node:stream`, for `node:tls` to stand on.
 *
 * @module
 */

import { Duplex } from "node:stream";
import { later } from "../core/breather.ts";
import { ConnReader, writeAll } from "./deno_transport.ts";
import type { DenoConn } from "./deno_types.ts";

/**
 * The encrypted bytes. What stands on a stream reads as fast as it can, whether or not somebody reads
 * the result: so reading waits here, behind a gate.
 */
export class ConnDuplex extends Duplex {
  readonly #conn: DenoConn;
  readonly #reader: ConnReader;
  /** Whether input may be read. */
  #open = true;
  /** Whether the stream has asked for input. */
  #wanted = false;
  #reading = false;
  #writing = false;
  #quiet: (() => void) | undefined;

  /** A stream over `conn`, which it closes when it is destroyed. */
  constructor(conn: DenoConn) {
    super({ allowHalfOpen: true });
    this.#conn = conn;
    this.#reader = new ConnReader(conn);
  }

  /** Opens the gate for input, or shuts it; a read that is under way still comes through. */
  set flowing(open: boolean) {
    this.#open = open;
    this.#pull();
  }

  override _read(): void {
    this.#wanted = true;
    this.#pull();
  }

  #pull(): void {
    if (this.#wanted && this.#open && !this.#reading && !this.destroyed) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      const chunk = await this.#reader.read();
      this.#reading = false;
      this.#wanted = false;
      if (!this.destroyed) this.push(chunk);
    } catch (error) {
      // What fails because it was destroyed is no failure.
      if (!this.destroyed) this.destroy(error as Error);
    }
  }

  override _write(
    bytes: Uint8Array,
    _encoding: string,
    callback: (error?: Error | null) => void,
  ): void {
    this.#writing = true;
    writeAll(this.#conn, bytes).then(() => {
      this.#writing = false;
      callback();
      if (this.#quiet !== undefined) this.#settle();
    }, callback);
  }

  /**
   * Calls back when TLS has nothing more to send: when nothing is being written, and a turn of the event
   * loop has brought nothing. What TLS has encrypted it hands over piece by piece, the next one as soon
   * as the one before is written; it does not tell when it has none left. Never calls when the stream
   * is destroyed before.
   */
  whenQuiet(callback: () => void): void {
    this.#quiet = callback;
    this.#settle();
  }

  #settle(): void {
    later(() => {
      if (this.#writing || this.destroyed) return;
      const callback = this.#quiet;
      this.#quiet = undefined;
      callback?.();
    });
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#conn.closeWrite().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#conn.close();
    callback(error);
  }
}
