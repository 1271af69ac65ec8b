/**
 * Bytes from a reader to a writer.
 *
 * @module
 */

import { requireByteLimit, requireReader } from "./byte_limits.ts";
import type { Reader, Writer } from "./connection.ts";
import { Copying } from "./copying.ts";
import { requireSignal } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { show } from "./show.ts";

/** How {@linkcode copy} copies. */
export interface CopyOptions {
  /** Ends it: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How many bytes it copies at most; more are a failure. A positive integer or Infinity, the default. */
  readonly limit?: number | undefined;
}

/**
 * Writes to `writer` what comes from `reader`, until its end of file; resolves with how many bytes
 * that were.
 *
 * The next chunk is asked for when the last one was taken: a slow writer holds the reader back, and
 * one chunk is in memory. It closes neither of them, and does not finish the writer
 * (`closeWrite()`). It rejects with what the reader or the writer rejects with; with `EMSGSIZE` when
 * more than `limit` bytes come, of which the first `limit` were written; with the signal's reason,
 * at once, also while it waits. After an abort the read or write that was under way still is: what
 * it reads is lost, and the connection is to be closed. Wrong options are a RangeError or TypeError,
 * and nothing is read. Between two connections it costs less than a loop of `read()` and `write()`.
 *
 * Follows `tokio::io::copy` and `io.Copy` of Go.
 *
 * @example
 * ```ts
 * import { copy } from "@incoming/net";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const [client, server] = connectionPair();
 * await client.write(new TextEncoder().encode("echo"));
 * await client.closeWrite();
 *
 * const count = await copy(server, server);
 * const answer = new TextDecoder().decode(await client.read() ?? undefined);
 * if (count !== 4 || answer !== "echo") throw new Error(`${count}: ${answer}`);
 * await Promise.all([client.close(), server.close()]);
 * ```
 */
export async function copy(
  reader: Reader,
  writer: Pick<Writer, "write">,
  options: CopyOptions = {},
): Promise<number> {
  requireOptions("copy", options);
  const { signal, limit = Infinity } = options;
  requireReader("copy", reader);
  requireWriter(writer);
  requireSignal("copy", signal);
  requireByteLimit("copy", limit);
  signal?.throwIfAborted();
  const copying = new Copying({ reader, writer, limit });
  const stop = (): void => copying.stop(signal?.reason);
  signal?.addEventListener("abort", stop);
  try {
    return await copying.run();
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function requireWriter(writer: Pick<Writer, "write">): void {
  const given = writer as Partial<Writer> | null | undefined;
  if (typeof given?.write === "function") return;
  throw new TypeError(`Cannot copy: the writer must have write(), got ${show(writer)}`);
}
