/**
 * The results of `buffered` and `bufferUnordered` that wait to be taken.
 *
 * @module
 */

/** Results, each with a turn: in the order of the turns they are taken, whenever they came. */
export class ResultQueue<U> {
  readonly #results = new Map<number, U>();
  /** The turn of the next result that is taken. */
  #next = 0;
  #reserved = 0;

  /** How many results wait. */
  get size(): number {
    return this.#results.size;
  }

  /** Whether the result whose turn it is waits. */
  get ready(): boolean {
    return this.#results.has(this.#next);
  }

  /** A turn, after all of those before. */
  reserve(): number {
    return this.#reserved++;
  }

  /** Adds a result, by default after all turns that were reserved. */
  put(result: U, turn: number = this.reserve()): void {
    this.#results.set(turn, result);
  }

  /** The result whose turn it is; only when it is ready. */
  take(): U {
    const result = this.#results.get(this.#next) as U;
    this.#results.delete(this.#next++);
    return result;
  }

  /** Removes all results that wait, and hands them back. */
  clear(): U[] {
    const results = [...this.#results.values()];
    this.#results.clear();
    return results;
  }
}
