/**
 * Reading without promises, for parts of this package that read a lot.
 *
 * @module
 */

import type { Reader, Writer } from "./halves.ts";
import { PromisedReader } from "./promised_reader.ts";

/** Who waits for something to read. */
export interface Notify {
  (): void;
  /** While it waits, nobody else may read: that is refused (`EBUSY`). */
  readonly alone?: boolean;
}

/** The synchronous face of a connection's reading half. */
export interface DirectReader {
  /**
   * Takes the next chunk, if it is there; `null` at the end, `undefined` when nothing has come yet.
   * Throws what `read()` would reject with. The bytes are not changed any more, but the buffer that they
   * are in may have others: whoever gives it away gives a copy.
   *
   * After `undefined`, `notify` is called once, as soon as there is something: a chunk, the end, or an
   * error, which the next call gives. It is called right out of the event of the transport, where
   * everything may be called that a connection has; it must not throw. Who reads before that, in
   * either way, takes its place, unless it is to be alone: it is not called any more. While a `read()`
   * waits, this is refused (`EBUSY`).
   */
  readNow(notify: Notify): Uint8Array | null | undefined;

  /**
   * Says that nobody uses `chunk` any more, which the last call has given: its memory may be read into
   * again. To be called once for a chunk at most, and by nobody who has shown it to others that may
   * have kept it; it need not be called.
   */
  giveBack?(chunk: Uint8Array): void;

  /**
   * Says that the peer has promised to send nothing more: nothing is read ahead then, where each chunk
   * has to be asked for. If it keeps to that, `close()` has no end of file to wait for: nothing is lost
   * when the socket is released at once.
   */
  expectNothing?(): void;
}

/** A connection that may have the synchronous face. */
export interface MaybeDirect {
  /** The face, which is the connection itself; `undefined` when it can only be read with promises. */
  readonly directReader: (DirectReader & Reader) | undefined;
  /** The connection itself, when its `write` is the one of this package: it keeps no bytes, and shows them to nobody. */
  readonly directWriter?: Pick<Writer, "write"> | undefined;
}

/**
 * The synchronous face of `connection`, to be asked for once: what it is for, reads all.
 *
 * It is the connection itself, if that is of this package. To one of another kind, and to one whose
 * `read` somebody has put his own in front of, it goes by way of `read()`.
 */
export function directReaderOf(connection: Reader): DirectReader {
  // Of an unknown object anything may be asked, it need not be there: hence the cast.
  const { directReader } = connection as Reader & Partial<MaybeDirect>;
  // A wrapper that passes on what it does not know has that of the connection inside it.
  return directReader === connection ? directReader : new PromisedReader(connection);
}

/** Whether `writer` is a connection of this package, and nobody has put his own in front of its `write`. */
export function isDirectWriter(writer: Pick<Writer, "write">): boolean {
  // As above.
  const { directWriter } = writer as Pick<Writer, "write"> & Partial<MaybeDirect>;
  return directWriter === writer;
}
