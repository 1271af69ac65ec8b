/**
 * What is held until it is given back.
 *
 * @module
 */

/** Gives something back, once, however often it is asked to. */
export class Lease implements Disposable {
  #giveBack: (() => void) | undefined;

  /** A lease that calls `giveBack` when it is released for the first time. */
  constructor(giveBack: () => void) {
    this.#giveBack = giveBack;
  }

  /** Gives it back; later calls do nothing. */
  release(): void {
    const giveBack = this.#giveBack;
    // Whoever keeps a released lease keeps nothing else alive.
    this.#giveBack = undefined;
    giveBack?.();
  }

  /** The same as `release()`, at the end of a block. */
  [Symbol.dispose](): void {
    this.release();
  }
}
