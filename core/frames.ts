/**
 * Messages that have their length in front of them.
 *
 * @module
 */

import { BufferedReader } from "./buffered_reader.ts";
import { endedEarly, requireByteLimit, requireReader, tooLong } from "./byte_limits.ts";
import type { Reader, Writer } from "./connection.ts";
import { requireOptions } from "./option_checks.ts";
import { ReaderStream } from "./reader_stream.ts";
import { show } from "./show.ts";

/** The most bytes a frame may have unless told otherwise. */
const FRAME_BYTES = 8 * 1024 * 1024;

/** The most bytes that, with their length in front, are still a safe integer. */
const COUNTABLE_BYTES = Number.MAX_SAFE_INTEGER - 8;

/** What the length in front of a frame looks like; the same on both sides. */
export interface FrameOptions {
  /** How many bytes the length has, from 1 to 8. Default 4. */
  readonly lengthBytes?: number | undefined;
  /** The least significant byte of the length comes first. Default `false`: network byte order. */
  readonly littleEndian?: boolean | undefined;
  /** How many bytes a frame may have, its length not counted. A positive integer or Infinity; default 8 MiB. */
  readonly limit?: number | undefined;
}

/** The options, checked and complete. */
interface FrameFormat {
  readonly lengthBytes: number;
  readonly littleEndian: boolean;
  readonly limit: number;
}

/**
 * The frames of `reader`: each is as many bytes as the number in front of it says, maybe none.
 *
 * A length over the limit is refused (`EMSGSIZE`) before any of the frame is waited for, and memory
 * is taken as bytes come, not as the peer announces them. An end of file inside of a frame or its
 * length is `EEOF`. These, and a failure of the reader, come out of `next()`, once; then the stream
 * is over. A bad option is a RangeError.
 *
 * The frames belong to the caller and share no memory with each other. `return()` acts at once, also
 * while a frame is awaited. It does not close the reader; to go on reading after the stream was
 * left, or after a failure, give a {@linkcode BufferedReader}: what was not handed out is still in it,
 * but for a frame that is just on its way to a `next()` that nobody waited for.
 *
 * Follows `LengthDelimitedCodec` of tokio-util in its defaults: 4 bytes, big endian, 8 MiB at most.
 *
 * @example
 * ```ts
 * import { frames, writeFrame } from "@incoming/net";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const [client, server] = connectionPair();
 * await writeFrame(client, new TextEncoder().encode("hello"), { lengthBytes: 2 });
 *
 * for await (const frame of frames(server, { lengthBytes: 2, limit: 1000 })) {
 *   if (new TextDecoder().decode(frame) !== "hello") throw new Error(`${frame}`);
 *   break;
 * }
 * await Promise.all([client.close(), server.close()]);
 * ```
 */
export function frames(
  reader: Reader,
  options: FrameOptions = {},
): AsyncIterableIterator<Uint8Array, undefined, undefined> & AsyncDisposable {
  requireReader("read frames", reader);
  const format = formatOf("read frames", options);
  const buffered = reader instanceof BufferedReader ? reader : new BufferedReader(reader);
  return new ReaderStream((signal) => readFrame(buffered, format, signal));
}

/**
 * Sends `bytes` as one frame, length and content in one write; resolves as `writer.write()` does.
 *
 * A frame that the options do not allow is a RangeError, and nothing is sent.
 *
 * @example
 * ```ts
 * import { writeFrame } from "@incoming/net";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const [client, server] = connectionPair();
 * await writeFrame(client, Uint8Array.of(7, 8, 9));
 * const sent = await server.read();
 * if (sent?.join() !== "0,0,0,3,7,8,9") throw new Error(sent?.join());
 * await Promise.all([client.close(), server.close()]);
 * ```
 */
export async function writeFrame(
  writer: Pick<Writer, "write">,
  bytes: Uint8Array,
  options: FrameOptions = {},
): Promise<void> {
  await writer.write(encodeFrame(bytes, options));
}

/**
 * `bytes` with their length in front, as {@linkcode frames} reads them. A copy.
 *
 * More bytes than the limit, or than the length can tell, are a RangeError.
 *
 * @example
 * ```ts
 * import { encodeFrame } from "@incoming/net";
 *
 * const frame = encodeFrame(Uint8Array.of(7, 8, 9), { lengthBytes: 2, littleEndian: true });
 * if (frame.join() !== "3,0,7,8,9") throw new Error(frame.join());
 * ```
 */
export function encodeFrame(
  bytes: Uint8Array,
  options: FrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const verb = "write a frame";
  const { lengthBytes, littleEndian, limit } = formatOf(verb, options);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Cannot ${verb}: bytes must be a Uint8Array, got ${show(bytes)}`);
  }
  const most = Math.min(limit, 256 ** lengthBytes - 1);
  if (bytes.length > most) {
    throw new RangeError(`Cannot ${verb}: it has ${bytes.length} bytes, and may have ${most}`);
  }
  const frame = new Uint8Array(lengthBytes + bytes.length);
  for (let i = 0, rest = bytes.length; i < lengthBytes; i++, rest = Math.floor(rest / 256)) {
    frame[littleEndian ? i : lengthBytes - 1 - i] = rest % 256;
  }
  frame.set(bytes, lengthBytes);
  return frame;
}

async function readFrame(
  reader: BufferedReader,
  { lengthBytes, littleEndian, limit }: FrameFormat,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const verb = "read a frame";
  // The length stays there until all of the frame has come: what fails consumes nothing.
  const head = await reader.peek(lengthBytes, { signal });
  if (head.length === 0) return null;
  if (head.length < lengthBytes) throw endedEarly(verb, head.length);
  let length = 0;
  for (const byte of littleEndian ? head.reverse() : head) length = length * 256 + byte;
  const most = Math.min(limit, COUNTABLE_BYTES);
  if (length > most) throw tooLong(verb, `its length is ${length}, more than ${most} bytes`);
  const frame = await reader.readExactly(lengthBytes + length, { signal });
  return frame.subarray(lengthBytes);
}

function formatOf(verb: string, options: FrameOptions): FrameFormat {
  requireOptions(verb, options);
  const { lengthBytes = 4, littleEndian = false, limit = FRAME_BYTES } = options;
  if (!Number.isInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > 8) {
    const expected = "an integer from 1 to 8";
    throw new RangeError(
      `Cannot ${verb}: lengthBytes must be ${expected}, got ${show(lengthBytes)}`,
    );
  }
  requireByteLimit(verb, limit);
  return { lengthBytes, littleEndian, limit };
}
