/**
 * The two halves of a connection.
 *
 * @module
 */

/**
 * The reading half. A handler that only reads asks for this much, so that a mock can stand in.
 */
export interface Reader {
  /**
   * Waits for the next chunk.
   *
   * A chunk has at least one byte and belongs to the caller. Its borders mean nothing. `null` is
   * the end: the peer has finished writing, and every later read is `null` again.
   *
   * One read at a time: a second one while the first is pending is refused (`EBUSY`). When the
   * peer has reset the connection, what had arrived before is still handed out; then this read
   * and every later one rejects with the same error (`ECONNRESET`). After an own `close()` or
   * `abort()`, also for the read that is pending then, the error is `ECLOSED`.
   */
  read(): Promise<Uint8Array | null>;
}

/** The writing half. */
export interface Writer {
  /**
   * Sends all of `bytes`; resolves when the system has taken the last of them.
   *
   * That is the back-pressure: while the peer does not read, this waits, and nothing piles up.
   * Several writes at once are sent one after the other, in the order of the calls. The bytes must
   * not change until the promise is settled.
   *
   * Rejects with `ECLOSED` after an own `close()`, `closeWrite()` or `abort()`, with `ECONNRESET`
   * when the peer is gone. An error that nobody awaits is dropped: it never becomes an unhandled
   * rejection.
   */
  write(bytes: Uint8Array): Promise<void>;

  /**
   * Finishes writing: sends what is queued, then the end of file (FIN). Reading goes on.
   *
   * Resolves when the end of file is sent; may be called again, and then does nothing more.
   */
  closeWrite(): Promise<void>;
}
