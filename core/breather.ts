/**
 * Keeps a source that always has an item ready from starving timers and sockets.
 *
 * @module
 */

/** How many items may follow each other on promises alone. */
const ITEMS = 512;

/** Calls back in another turn of the event loop. */
export type Later = (callback: () => void) => unknown;

/**
 * The cheapest macrotask that the platform has: a timer of 0 ms waits a whole millisecond on most. It is
 * not looked up before it is needed: on Deno, to look is to load all that has to do with timers, which
 * takes longer than to load this library.
 */
export const later: Later = (callback) => {
  const { setImmediate: soon } = globalThis as { setImmediate?: Later };
  return soon === undefined ? setTimeout(callback, 0) : soon(callback);
};

/** Counts items, and says when to let others have their turn. */
export class Breather {
  #items = 0;

  /** Counts one; once in 512 items it answers `true` and calls `resume` in a macrotask. */
  due(resume: () => void): boolean {
    if (++this.#items < ITEMS) return false;
    this.#items = 0;
    later(resume);
    return true;
  }
}
