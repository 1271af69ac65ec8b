/**
 * Turns of the event loop.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** Tells whether something was done in the present turn of the event loop. */
export class Turns {
  #current = 1;
  #watching = false;

  /** A number that is another one in each turn, and never 0. */
  get current(): number {
    if (!this.#watching) {
      this.#watching = true;
      setImmediate(() => {
        this.#watching = false;
        this.#current++;
      });
    }
    return this.#current;
  }
}
