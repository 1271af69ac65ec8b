/**
 * The items of a stream, several at a time.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import { requireSize, requireTime } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { PullStream } from "./pull_stream.ts";
import { own, rejected } from "./settler.ts";
import { disposeLate, leave, open, pull, requireResult, type Source } from "./source.ts";
import { systemTimers, type Timers } from "./timers.ts";

/** How {@linkcode chunks} gathers. */
export interface ChunksOptions {
  /**
   * How long a chunk is gathered, in milliseconds since its first item; then it is handed out as it
   * is. A positive number of at most 2147483647 (24 days), or `Infinity` or `undefined` for no limit
   * (the default).
   */
  readonly timeout?: number | undefined;
  /** The clock; for tests. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/**
 * The items of `source` in arrays of `size`; only the last one may be shorter, and none is empty.
 *
 * With a `timeout`, a chunk is handed out shorter when that time is over since its first item; the
 * source stays asked, and what it answers begins the next chunk. The source is asked for items only
 * while somebody waits for a chunk, one at a time. One that always has an item ready does not starve
 * timers.
 *
 * When the source fails, what was gathered is handed out first, then `next()` rejects with the
 * error: no item is lost. `return()` closes the source at once, also while it is busy, and ends a
 * `next()` that waits; items that were gathered or arrive later are disposed of. The timer is
 * cleared on every way out.
 *
 * `size` is a positive integer; anything else is a RangeError, and so is a bad `timeout`. Follows
 * `StreamExt::chunks` of futures-rs and `chunks_timeout` of tokio-stream.
 *
 * @example
 * ```ts
 * import { chunks, toArray } from "@incoming/net";
 *
 * const pairs = await toArray(chunks([1, 2, 3], 2));
 * if (JSON.stringify(pairs) !== "[[1,2],[3]]") throw new Error(JSON.stringify(pairs));
 * ```
 */
export function chunks<T>(
  source: Source<T>,
  size: number,
  options: ChunksOptions = {},
): AsyncIterableIterator<T[], undefined, undefined> & AsyncDisposable {
  const iterator = open("make chunks", source, () => {
    requireOptions("make chunks", options);
    requireSize("make chunks", size);
    const { timeout = Infinity } = options;
    requireTime("make chunks", "timeout", timeout);
  });
  const { timeout = Infinity, timers = systemTimers } = options;
  return new Chunks(iterator, size, timeout, timers);
}

class Chunks<T> extends PullStream<T[]> {
  readonly #iterator: AsyncIterator<T, unknown, undefined>;
  readonly #size: number;
  readonly #timeout: number;
  readonly #timers: Timers;
  readonly #breather = new Breather();
  #gathered: T[] = [];
  #timer: unknown;
  /** What was gathered is to be handed out, short or not. */
  #due = false;
  /** The source is being asked, or is given a rest. */
  #parked = false;
  #breathing = false;

  constructor(
    iterator: AsyncIterator<T, unknown, undefined>,
    size: number,
    timeout: number,
    timers: Timers,
  ) {
    super();
    this.#iterator = iterator;
    this.#size = size;
    this.#timeout = timeout;
    this.#timers = timers;
  }

  next(): Promise<IteratorResult<T[], undefined>> {
    if (this.#due) return Promise.resolve({ done: false, value: this.#take() });
    if (this.over) return this.report();
    const chunk = this.wait();
    this.#ask();
    return chunk;
  }

  return(): Promise<IteratorResult<T[], undefined>> {
    if (!this.over) {
      const left = own(leave(this.#iterator));
      // A source that is parked in next() may never answer return(): it is not waited for.
      this.close(this.#parked ? Promise.resolve() : left);
    }
    for (const item of this.#take()) disposeLate(item);
    return this.report();
  }

  #ask(): void {
    if (this.over || this.#parked || this.#breathing || !this.wanted) return;
    this.#parked = true;
    pull(this.#iterator).then(this.#onNext, this.#onSourceError);
  }

  readonly #afterBreath = (): void => {
    this.#breathing = false;
    this.#ask();
  };

  readonly #onNext = (result: IteratorResult<T, unknown>): void => {
    this.#parked = false;
    try {
      const { done, value } = requireResult(result);
      if (done) return this.#onEnd(Promise.resolve());
      if (this.over) return disposeLate(value);
      this.#gather(value);
    } catch (error) {
      return this.#onSourceError(error);
    }
    if (this.#breather.due(this.#afterBreath)) this.#breathing = true;
    this.#ask();
  };

  readonly #onSourceError = (error: unknown): void => this.#onEnd(rejected(error));

  #gather(item: T): void {
    this.#gathered.push(item);
    if (this.#gathered.length === this.#size) this.#flush();
    else if (this.#gathered.length === 1 && this.#timeout !== Infinity) {
      this.#timer = this.#timers.set(this.#flush, this.#timeout);
    }
  }

  /** Hands out what was gathered, or lets the next one who asks have it. */
  readonly #flush = (): void => {
    this.#due = true;
    if (this.wanted) this.answer(this.#take());
  };

  #take(): T[] {
    this.#timers.clear(this.#timer);
    this.#due = false;
    const taken = this.#gathered;
    this.#gathered = [];
    return taken;
  }

  #onEnd(outcome: Promise<void>): void {
    if (this.over) return;
    if (this.#gathered.length > 0) this.#flush();
    this.close(outcome);
  }
}
