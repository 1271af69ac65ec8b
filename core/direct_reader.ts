/**
 * Reading without promises, for parts of this package that read a lot.
 *
 * @module
 */

import type { Reader } from "./halves.ts";
import { PromisedReader } from "./promised_reader.ts";

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
   * either way, takes its place: it is not called any more. While a `read()` waits, this is refused
   * (`EBUSY`).
   */
  readNow(notify: () => void): Uint8Array | null | undefined;

  /**
   * Says that the peer has promised to send nothing more: nothing is read ahead then. If it keeps to
   * that, `close()` has no end of file to wait for: nothing is lost when the socket is released at once.
   */
  expectNothing?(): void;
}

/** A connection that may have the synchronous face. */
export interface MaybeDirect {
  /** The face, which is the connection itself; `undefined` when it can only be read with promises. */
  readonly directReader: (DirectReader & Reader) | undefined;
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
