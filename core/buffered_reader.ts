/**
 * Reading by what the bytes mean, instead of by the chunks that they come in.
 *
 * @module
 */

import {
  endedEarly,
  LINE_BYTES,
  requireByteCount,
  requireByteLimit,
  requireReader,
  tooLong,
} from "./byte_limits.ts";
import type { Reader } from "./connection.ts";
import { Delimiter } from "./delimiter.ts";
import { InputBuffer } from "./input_buffer.ts";
import { show } from "./show.ts";
import { decodeUtf8 } from "./utf8.ts";

const [LF, CR] = [0x0a, 0x0d];

/** How {@linkcode BufferedReader} waits. */
export interface ReadOptions {
  /** Ends the wait: the call rejects with its reason, and has consumed nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** How {@linkcode BufferedReader.readLine} reads. */
export interface ReadLineOptions extends ReadOptions {
  /** How many bytes a line may have, without its end. A positive integer or Infinity; default 64 KiB. */
  readonly limit?: number | undefined;
  /** Refuses what is no UTF-8; `false` puts U+FFFD in its place. Default `true`. */
  readonly fatal?: boolean | undefined;
}

/**
 * Reads exactly so many bytes, up to a delimiter, or a line, from any {@linkcode Reader}.
 *
 * **A call that rejects has consumed nothing**: what had arrived is still there for the next call,
 * after an end of file in the middle (`EEOF`), too many bytes (`EMSGSIZE`), text that is no UTF-8
 * (`EILSEQ`), a failure of the reader and an abort alike.
 *
 * It asks the reader for a chunk only when it needs more than it holds, and never twice at a time.
 * So it holds what the call in progress may take (`limit` or `count`), and one chunk. It takes time
 * in proportion to the bytes, also when they come one by one. One call at a time: a second one is
 * refused (`EBUSY`). The bytes that it gives belong to the caller and share no memory with others;
 * their `buffer` may be longer than they are.
 *
 * It does not close the reader; `null` is the end of file, and comes again with every later call.
 * While it is in use, nobody else should read from the reader.
 *
 * Follows `AsyncBufReadExt` of tokio and `StreamReader` of Python's asyncio.
 *
 * @example A head of lines, then a body of a known length
 * ```ts
 * import { BufferedReader } from "@incoming/net";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const [client, server] = connectionPair();
 * await client.write(new TextEncoder().encode("put x 5\r\nhello"));
 *
 * const reader = new BufferedReader(server);
 * const head = await reader.readLine({ limit: 1024 });
 * const body = await reader.readExactly(Number(head?.split(" ")[2]));
 * if (new TextDecoder().decode(body) !== "hello") throw new Error(`${head}: ${body}`);
 * await Promise.all([client.close(), server.close()]);
 * ```
 */
export class BufferedReader implements Reader {
  readonly #input: InputBuffer;

  /** Reads from `reader`. */
  constructor(reader: Reader) {
    requireReader("buffer", reader);
    this.#input = new InputBuffer(reader);
  }

  /** How many bytes have arrived and were not read yet. With 0, the next call has to wait for the peer. */
  get buffered(): number {
    return this.#input.bytes.length;
  }

  /** What is there; else the next chunk of the reader. `null` at the end. */
  read(options: ReadOptions = {}): Promise<Uint8Array | null> {
    return this.#input.run("read", options, () => {
      if (this.buffered > 0) return this.#input.bytes.take(this.buffered);
      return this.#input.ended ? null : undefined;
    });
  }

  /**
   * The next `count` bytes, an integer of at least 0. When the end comes before, it rejects with
   * `EEOF`, and the message says how many came; `read()` gives them.
   */
  readExactly(count: number, options: ReadOptions = {}): Promise<Uint8Array> {
    const verb = `read ${show(count)} bytes`;
    return this.#input.run(verb, options, () => {
      requireByteCount(verb, count);
      this.#input.most = count;
      if (this.buffered >= count) return this.#input.bytes.take(count);
      if (this.#input.ended) throw endedEarly(verb, this.buffered);
      return undefined;
    });
  }

  /** A copy of the next `count` bytes, which stay there to be read; fewer only when the end comes before. */
  peek(count: number, options: ReadOptions = {}): Promise<Uint8Array> {
    return this.#input.run("peek", options, () => {
      requireByteCount("peek", count);
      this.#input.most = count;
      if (this.buffered < count && !this.#input.ended) return undefined;
      return new Uint8Array(this.#input.bytes.view.subarray(0, count));
    });
  }

  /**
   * The bytes up to and including the next `delimiter`: text (in UTF-8), bytes, or one byte.
   *
   * `limit` is how many bytes may come before it, a positive integer or Infinity; with more, it
   * rejects with `EMSGSIZE`. `null` at the end; when bytes are left that no delimiter follows, it
   * rejects with `EEOF`, and `read()` gives them.
   */
  readUntil(
    delimiter: Uint8Array | string | number,
    limit: number = LINE_BYTES,
    options: ReadOptions = {},
  ): Promise<Uint8Array | null> {
    const verb = `read until ${show(delimiter)}`;
    let wanted: Delimiter | undefined;
    return this.#input.run(verb, options, () => {
      requireByteLimit(verb, limit);
      wanted ??= new Delimiter(verb, delimiter);
      this.#input.most = limit + wanted.length;
      const at = wanted.search(this.#input.bytes.view);
      if (wanted.earliest > limit) throw tooLong(verb, `it did not come within ${limit} bytes`);
      if (at >= 0) return this.#input.bytes.take(at + wanted.length);
      if (!this.#input.ended) return undefined;
      if (this.buffered === 0) return null;
      throw endedEarly(verb, this.buffered);
    });
  }

  /**
   * The next line, without its end, which is LF or CRLF; a CR elsewhere is a part of the line. The
   * last line needs no end. `null` at the end. A line over the limit is `EMSGSIZE`.
   */
  readLine(options: ReadLineOptions = {}): Promise<string | null> {
    const { limit = LINE_BYTES, fatal = true } = options ?? {};
    const verb = "read a line";
    let searched = 0;
    return this.#input.run(verb, options, () => {
      requireByteLimit(verb, limit);
      this.#input.most = limit + 2;
      const bytes = this.#input.bytes.view;
      const at = bytes.indexOf(LF, searched);
      searched = bytes.length;
      let end = at < 0 ? bytes.length : at;
      // A CR at the end of what has come so far may be half of a CRLF.
      if (bytes[end - 1] === CR && (at >= 0 || !this.#input.ended)) end--;
      if (end > limit) throw tooLong(verb, `it has more than ${limit} bytes`);
      if (at < 0 && !this.#input.ended) return undefined;
      if (bytes.length === 0) return null;
      const line = decodeUtf8(verb, bytes.subarray(0, end), fatal);
      this.#input.bytes.skip(at < 0 ? end : at + 1);
      return line;
    });
  }
}
