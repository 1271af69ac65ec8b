/**
 * Input that is looked at until there is enough of it.
 *
 * @module
 */

import { ByteBuffer } from "./byte_buffer.ts";
import type { Reader } from "./connection.ts";
import { NetworkError } from "./errors.ts";
import { requireSignal } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { rejected } from "./settler.ts";
import { show } from "./show.ts";
import { untilAborted } from "./until_aborted.ts";

/** Who is reading, and until when. */
interface Call {
  readonly signal: AbortSignal | undefined;
}

/** What has come from a reader and was not taken yet, and the one call that waits for more. */
export class InputBuffer {
  readonly #reader: Reader;
  /** What has come. */
  readonly bytes: ByteBuffer = new ByteBuffer();
  /** Whether nothing more comes. */
  ended = false;
  /** How many bytes the call in progress has use for. */
  most = 0;
  #call: Call | undefined;
  /** The chunk that was asked for; it outlives the call that asked, when that is aborted. */
  #filling: Promise<void> | undefined;

  /** Holds what comes from `reader`. */
  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * Calls `attempt` until it finds something; before each further time, a chunk has come, or the end.
   * Only what finds something may take bytes.
   */
  run<T>(
    verb: string,
    options: { readonly signal?: AbortSignal | undefined },
    attempt: () => T | undefined,
  ): Promise<T> {
    try {
      requireOptions(verb, options);
      const { signal } = options;
      requireSignal(verb, signal);
      signal?.throwIfAborted();
      if (this.#call !== undefined && !this.#call.signal?.aborted) {
        const message = `Cannot ${verb}: another read is pending (EBUSY)`;
        throw new NetworkError(message, { code: "EBUSY" });
      }
      // Mostly it is there already: one promise, and nothing else is made.
      const found = attempt();
      return found === undefined ? this.#wait(signal, attempt) : Promise.resolve(found);
    } catch (error) {
      return rejected(error);
    }
  }

  async #wait<T>(signal: AbortSignal | undefined, attempt: () => T | undefined): Promise<T> {
    const call: Call = this.#call = { signal };
    try {
      for (;;) {
        await this.#fill(signal);
        // The next call may be in progress already: nothing may be taken from it.
        signal?.throwIfAborted();
        const found = attempt();
        if (found !== undefined) return found;
      }
    } finally {
      if (this.#call === call) this.#call = undefined;
    }
  }

  async #fill(signal: AbortSignal | undefined): Promise<void> {
    this.#filling ??= this.#ask();
    try {
      await untilAborted(this.#filling, signal);
    } catch (error) {
      // A failure that comes when nobody waits any more is kept for the next call.
      if (!signal?.aborted) this.#filling = undefined;
      throw error;
    }
  }

  async #ask(): Promise<void> {
    const chunk: unknown = await this.#reader.read();
    if (chunk !== null && !(chunk instanceof Uint8Array)) {
      const expected = "a Uint8Array or null";
      throw new TypeError(`Cannot read: the reader must give ${expected}, got ${show(chunk)}`);
    }
    this.#filling = undefined;
    if (chunk === null) this.ended = true;
    else this.bytes.append(chunk, this.most);
  }
}
