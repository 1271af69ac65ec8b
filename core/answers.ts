/**
 * Whether a connection has anything to do.
 *
 * @module
 */

/** What is known of a connection: a guess, from its reads and writes. */
export interface Watchable {
  /** Called whenever `idle` may have changed. It must not throw. */
  onChange: (() => void) | undefined;
  /** What the last read that failed has rejected with; of a time limit at least. */
  readonly readFailure: unknown;
  /** Whether its handler waits for the peer, which has had all its answers. */
  readonly idle: boolean;
  /** Whether nothing has come yet. */
  readonly silent: boolean;
  /** Whether the system has taken all that was written. */
  readonly flushed: boolean;
}

/** What waits at a connection. */
export interface Waiting {
  /** Whether a read waits. */
  reading(): boolean;
  /** Whether a write waits. */
  writing(): boolean;
}

/**
 * Keeps count: of what has come and is not answered yet.
 *
 * A connection is idle when its handler waits for the next chunk, and a write that was begun after
 * the last one is finished: everything that was asked is answered. A handler that ever writes while
 * it reads, as a proxy or a chat does, answers what nobody has asked: such a connection is never idle.
 */
export class Answers implements Watchable {
  onChange: (() => void) | undefined;
  readFailure: unknown;
  readonly #waiting: Waiting;
  /** How many chunks have come. */
  #received = 0;
  /** How many of them had come when the last write was begun. */
  #answered = 0;
  #duplex = false;

  /** Counts what it is told. */
  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  get idle(): boolean {
    return this.#waiting.reading() && this.flushed && !this.#duplex &&
      this.#received === this.#answered;
  }

  get silent(): boolean {
    return this.#received === 0;
  }

  get flushed(): boolean {
    return !this.#waiting.writing();
  }

  /** A read begins to wait, or has ended without a chunk; or a write has ended. */
  changed(): void {
    this.onChange?.();
  }

  /** A chunk was taken. */
  received(): void {
    this.#received++;
    this.onChange?.();
  }

  /** A write was begun; it may have ended already. */
  answered(): void {
    if (this.#waiting.reading()) this.#duplex = true;
    this.#answered = this.#received;
    this.onChange?.();
  }

  /** From now on it is never idle. */
  talksUnasked(): void {
    this.#duplex = true;
  }
}
