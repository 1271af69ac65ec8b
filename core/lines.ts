/**
 * Lines of text from a reader.
 *
 * @module
 */

import { BufferedReader } from "./buffered_reader.ts";
import { LINE_BYTES, requireByteLimit, requireReader } from "./byte_limits.ts";
import type { Reader } from "./connection.ts";
import { requireOptions } from "./option_checks.ts";
import { ReaderStream } from "./reader_stream.ts";

/** How {@linkcode lines} reads. */
export interface LinesOptions {
  /** How many bytes a line may have, without its end. A positive integer or Infinity; default 64 KiB. */
  readonly limit?: number | undefined;
  /** Refuses what is no UTF-8; `false` puts U+FFFD in its place. Default `true`. */
  readonly fatal?: boolean | undefined;
}

/**
 * The lines of `reader`, each without its end, which is LF or CRLF; the last one needs none.
 *
 * A line over the limit (`EMSGSIZE`), one that is no UTF-8 (`EILSEQ`) and a failure of the reader
 * come out of `next()`, once; then the stream is over. A bad `limit` is a RangeError.
 *
 * `return()` acts at once, also while a line is awaited. It does not close the reader: whoever took
 * the connection closes it. To go on reading after the stream was left, or after a failure, give a
 * {@linkcode BufferedReader}: what was not handed out is still in it, but for a line that is just on
 * its way to a `next()` that nobody waited for. With another reader, what had arrived already is lost
 * then.
 *
 * Follows `lines` of tokio's `AsyncBufReadExt`, with the limit of tokio-util's `LinesCodec`.
 *
 * @example
 * ```ts
 * import { lines } from "@incoming/net";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const [client, server] = connectionPair();
 * await client.write(new TextEncoder().encode("one\r\ntwo\nthree"));
 * await client.closeWrite();
 *
 * const read = await Array.fromAsync(lines(server, { limit: 1024 }));
 * if (read.join() !== "one,two,three") throw new Error(read.join());
 * await Promise.all([client.close(), server.close()]);
 * ```
 */
export function lines(
  reader: Reader,
  options: LinesOptions = {},
): AsyncIterableIterator<string, undefined, undefined> & AsyncDisposable {
  requireOptions("read lines", options);
  const { limit = LINE_BYTES, fatal = true } = options;
  requireReader("read lines", reader);
  requireByteLimit("read lines", limit);
  const buffered = reader instanceof BufferedReader ? reader : new BufferedReader(reader);
  return new ReaderStream((signal) => buffered.readLine({ limit, fatal, signal }));
}
