/**
 * The body of a request, as it comes: RFC 9112, section 6.3.
 *
 * @module
 */

import { ChunkedDecoder } from "./chunked_decoder.ts";
import type { ResolvedLimits } from "./http_limits.ts";
import type { Input } from "./input.ts";
import type { FieldLine, Message } from "./message.ts";
import { Refusal } from "./refusal.ts";

/** What a body needs of its connection. */
export interface BodySource {
  /** What has come. */
  readonly input: Input;
  /** How large things may be. */
  readonly limits: ResolvedLimits;
  /** Waits for more to come, as long as a body may take that has brought `received` bytes so far. */
  waitForBody(received: number): Promise<void>;
}

/** Gives the bytes of the body, one chunk at a time, and nothing of what follows it. */
export class RequestBody {
  /** Why it cannot be read to its end. */
  failure: Error | undefined;
  readonly #source: BodySource;
  readonly #decoder: ChunkedDecoder | undefined;
  /** What was looked at and not read yet. */
  readonly #ready: Uint8Array[] = [];
  #left: number;
  #over = false;
  /** Some of it was read by nobody. */
  #dropped = false;
  #received = 0;

  /** Of the message whose head was taken from the input. Throws a {@linkcode Refusal} (413). */
  constructor(source: BodySource, message: Message) {
    this.#source = source;
    this.#left = message.contentLength ?? 0;
    this.#limit(this.#left);
    if (message.chunked) this.#decoder = new ChunkedDecoder(source.limits);
  }

  /** Whether it has come to its end, although not all of it may have been read. */
  get received(): boolean {
    return this.#decoder === undefined
      ? this.#left <= this.#source.input.length
      : this.#decoder.done;
  }

  /** Whether all of it was taken from the input. */
  get consumed(): boolean {
    return this.#ready.length === 0 &&
      (this.#decoder === undefined ? this.#left === 0 : this.#decoder.done);
  }

  /** How many bytes are known to come still, at least. */
  get left(): number {
    return this.#left;
  }

  /** What came after the last chunk. */
  get trailers(): FieldLine[] {
    return this.#decoder?.trailers ?? [];
  }

  /** Looks at what has come already. Throws a {@linkcode Refusal} when it is no body. */
  check(): void {
    if (this.#decoder === undefined) return;
    for (let part = this.#decode(); part !== undefined; part = this.#decode()) {
      this.#ready.push(part);
    }
  }

  /** Resolves with the next bytes; `null` at the end. Rejects with a {@linkcode Refusal}, or when the connection is broken. */
  async read(): Promise<Uint8Array | null> {
    if (this.#over && (this.#dropped || !this.consumed)) {
      throw new TypeError("Cannot read the body: the request was answered already");
    }
    return await this.#next();
  }

  /** The request is answered: nobody may read any more. */
  end(): void {
    this.#over = true;
  }

  /** Ends it. Drops what is left; resolves with whether that was `most` bytes at most. */
  async discard(most: number): Promise<boolean> {
    this.end();
    this.#dropped = !this.consumed;
    let size = 0;
    for (let part = await this.#next(); part !== null; part = await this.#next()) {
      size += part.length;
      if (size > most) return false;
    }
    return true;
  }

  async #next(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure;
      try {
        const part = this.#take();
        if (part !== undefined) return part;
        if (this.consumed) return null;
        const { input } = this.#source;
        if (input.ended && input.failure === undefined) {
          throw new Refusal(400, "the body of the request is incomplete");
        }
        await this.#source.waitForBody(this.#received);
      } catch (error) {
        this.failure ??= error as Error;
        throw this.failure;
      }
    }
  }

  #take(): Uint8Array | undefined {
    const ready = this.#ready.shift();
    if (ready !== undefined) return ready;
    if (this.#decoder !== undefined) return this.#decode();
    const { input } = this.#source;
    if (this.#left === 0 || input.length === 0) return undefined;
    const part = input.take(Math.min(this.#left, input.length));
    this.#left -= part.length;
    this.#received += part.length;
    return part;
  }

  #decode(): Uint8Array | undefined {
    const part = this.#decoder?.take(this.#source.input);
    if (part !== undefined) this.#limit(this.#received += part.length);
    return part;
  }

  #limit(size: number): void {
    const { maxRequestBodySize } = this.#source.limits;
    if (size <= maxRequestBodySize) return;
    throw new Refusal(413, `the body of the request is over ${maxRequestBodySize} bytes`);
  }
}

/** All that is left of the body, in one piece. */
export async function readAll(
  body: Pick<RequestBody, "read">,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let part = await body.read(); part !== null; part = await body.read()) {
    parts.push(part);
    size += part.length;
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
