/**
 * A connection as web streams: views, made when somebody asks for them.
 *
 * @module
 */

import type { Reader, Writer } from "./halves.ts";

/** What a readable view is made over. */
export interface Readable {
  /** As {@linkcode Reader.read}. */
  readonly read: Reader["read"];
  /** Called when nobody wants to read any more. */
  readonly stopReading: () => void;
}

/**
 * The byte stream over `source`. It asks for a chunk only when somebody waits for one, so that
 * nothing is read ahead because of it.
 */
export function readableOver(source: Readable): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const chunk = await source.read();
      if (chunk !== null) {
        controller.enqueue(ownBuffer(chunk));
        return;
      }
      controller.close();
      // Whoever waits with a buffer of his own gets it back empty.
      controller.byobRequest?.respond(0);
    },
    cancel: () => source.stopReading(),
  }, { highWaterMark: 0 });
}

/** A byte stream takes the whole buffer of what it is given: there must be nothing else in it. */
function ownBuffer(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = chunk;
  const own = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return own ? chunk as Uint8Array<ArrayBuffer> : new Uint8Array(chunk);
}

/** A writable view, and how it learns that it is over. */
export interface WritableView {
  /** The stream. */
  readonly stream: WritableStream<Uint8Array>;
  /** The connection is broken, or closed: whoever writes is to know, also when nothing is being written. */
  readonly fail: (reason: unknown) => void;
}

/** What a writable view is made over. */
export interface Writable extends Writer {
  /** Gives up at once: a write that waits rejects. */
  abort(): void;
}

/** The stream that writes to `connection`, one chunk at a time. */
export function writableOver(connection: Writable): WritableView {
  let fail: WritableView["fail"] = () => undefined;
  const stream = new WritableStream<Uint8Array>({
    start: (controller) => {
      fail = (reason) => controller.error(reason);
      // abort() of the sink comes only after the write that is under way, which may never end.
      controller.signal.addEventListener("abort", () => {
        // It fails by itself, with its own reason; another one would be that of abort(), too.
        fail = () => undefined;
        connection.abort();
      }, { once: true });
    },
    write: (chunk) => connection.write(chunk),
    close: () => connection.closeWrite(),
  });
  return { stream, fail: (reason) => fail(reason) };
}
