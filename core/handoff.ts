/**
 * From callbacks to pulling.
 *
 * @module
 */

/**
 * Hands items from a callback (`offer`) to whoever asks (`take`); what nobody has asked for yet waits,
 * up to a bound.
 */
export class Handoff<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  readonly #takers: ((item: T | null) => void)[] = [];
  #held = false;
  #closed = false;

  /** At most `capacity` items wait. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many items wait. */
  get size(): number {
    return this.#items.length;
  }

  /** Whether somebody asks for an item. */
  get wanted(): boolean {
    return this.#takers.length > 0;
  }

  /** Gives `item` to the first taker, or lets it wait. `false`: it is full or closed; the caller keeps the item. */
  offer(item: T): boolean {
    if (this.#closed) return false;
    const taker = this.#held ? undefined : this.#takers.shift();
    if (taker !== undefined) {
      taker(item);
      return true;
    }
    // While it is held, there may be takers: they do not wait for a place.
    if (this.#items.length >= this.#capacity + this.#takers.length) return false;
    this.#items.push(item);
    return true;
  }

  /** The first item that waits, or the next to come; `null` when it is closed and empty. */
  take(): Promise<T | null> {
    return new Promise((resolve) => this.takeWith(resolve));
  }

  /** The same with a callback, which may be called at once. */
  takeWith(taker: (item: T | null) => void): void {
    if (this.#items.length > 0 && !this.#held) taker(this.#items.shift() as T);
    else if (this.#closed) taker(null);
    else this.#takers.push(taker);
  }

  /** From now on, offers wait, whether or not there are takers; until {@linkcode Handoff.release}. */
  hold(): void {
    this.#held = true;
  }

  /** Those that ask are answered again, first by what has waited. */
  release(): void {
    this.#held = false;
    while (this.#items.length > 0 && this.#takers.length > 0) {
      this.#takers.shift()?.(this.#items.shift() as T);
    }
  }

  /** No item is accepted any more; those that wait can still be taken. */
  close(): void {
    this.#closed = true;
    this.release();
    for (const taker of this.#takers.splice(0)) taker(null);
  }
}
