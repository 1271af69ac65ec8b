/**
 * Which connections a worker was given, and what has become of them.
 *
 * @module
 */

/** The connections of one worker, counted on both sides. */
export class Ledger {
  #given = 0;
  #taken = 0;
  #gone = 0;
  /** Those that it was given, and never got. */
  #lost = 0;
  #heard = false;
  /** How many it had taken when `missing()` was last called. */
  #before = -1;

  /** How many it was given. */
  get given(): number {
    return this.#given;
  }

  /** How many of them are open, those on the way included. */
  get open(): number {
    return this.#given - this.#gone;
  }

  /** Whether all have come that it was given. */
  get isEven(): boolean {
    return this.#given === this.#taken;
  }

  /** It was given one. */
  give(): void {
    this.#given++;
  }

  /** It says how many it has got so far, and how many of these are gone. */
  count(taken: number, gone: number): void {
    // What was given up comes late after all.
    this.#lost = Math.min(this.#lost, this.#given - taken);
    this.#taken = taken + this.#lost;
    this.#gone = gone + this.#lost;
  }

  /** It says anything at all. */
  heard(): void {
    this.#heard = true;
  }

  /**
   * Called now and then. What was on its way at the last call, and has not come although the worker has
   * said something since, is lost: a process that is out of descriptors cannot be given any, and nobody
   * is told. It is counted as gone then, as it would be waited for without an end. Whether there was one.
   */
  missing(): boolean {
    const missing = this.#given - this.#taken;
    const lost = missing > 0 && this.#heard && this.#before === this.#taken;
    if (lost) {
      this.#lost += missing;
      this.#taken += missing;
      this.#gone += missing;
    }
    this.#before = this.isEven ? -1 : this.#taken;
    this.#heard = false;
    return lost;
  }
}
