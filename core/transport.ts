/**
 * What an adapter gives the core: one socket, in the smallest form that callbacks and promises both
 * fit. All state, all errors and all waiting are in {@linkcode TransportConnection}.
 *
 * @module
 */

import type { NetworkError } from "./errors.ts";

/** One socket of a runtime. It starts paused, with half-close allowed. */
export interface Transport {
  /** Tells of a reset also while input is stopped, so that nothing need be read ahead to notice one. */
  readonly noticesResets?: boolean;

  /**
   * Each chunk is asked of the system: to go on reading costs a call of it. Where it is missing, to stop
   * does.
   */
  readonly readsWhenAsked?: boolean;

  /**
   * To release it sends the end of file by itself, in good order, when all that was written is with the
   * system and the peer has finished, or has said so: nothing need be shut down before.
   */
  readonly endsOnRelease?: boolean;

  /**
   * Starts or resumes input. Called only while input is stopped: at the start, and after
   * `received` has returned `false`.
   */
  resume(): void;

  /**
   * `chunk`, or a copy of it when its memory is read into again, or was: called before a chunk is given
   * to somebody who may do with the whole buffer what he likes; nobody has the original after that.
   * Where it is missing, every chunk has a buffer of its own.
   */
  own?(chunk: Uint8Array): Uint8Array;

  /**
   * Nobody uses `chunk` any more, nor a part of it: its memory may be read into again. Called once at
   * most for a chunk that `received` was given, and that nobody has kept or given to others.
   */
  giveBack?(chunk: Uint8Array): void;

  /**
   * Sends `bytes` (at least one). `true`: the system has taken all of them. `false`: it will take the
   * rest; `written` follows, or `failed`. Never called while an earlier call is unfinished.
   */
  write(bytes: Uint8Array): boolean;

  /**
   * How many bytes of the unfinished write the system has not taken yet; the core asks now and then
   * while one is unfinished. It tells a peer that takes little from one that takes nothing: where it
   * is missing, the time limit `send` counts from the beginning of each write.
   *
   * A loop over partial writes and a rest that waits for room know the number. `node:net` queues the
   * whole write; there it is the `writeQueueSize` of the socket's handle.
   */
  unsent?(): number | undefined;

  /** Sends the end of file (FIN). Called once at most, when every write is finished. Input goes on. */
  shutdown(): void;

  /** Releases the socket at once; `closed` follows, now or later. May be called when it is closed already. */
  release(): void;

  /** Resets the connection (RST) where the runtime can, and releases it. May be called when it is closed already. */
  reset(): void;
}

/** What a transport tells the core. None of these throws. */
export interface TransportEvents {
  /**
   * A chunk has arrived; its bytes are not changed any more (see `own`). `true`: go on. `false`: stop input until
   * `resume` is called. A chunk that arrives all the same is not lost.
   */
  received(chunk: Uint8Array): boolean;
  /** The peer has finished writing. */
  ended(): void;
  /** The write that was unfinished is finished. */
  written(): void;
  /** The connection is broken. `closed` follows. */
  failed(error: NetworkError): void;
  /** The socket is released; nothing follows. */
  closed(): void;
}
