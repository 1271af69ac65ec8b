/**
 * Chance that can be repeated: the same seed makes the same choices, on every runtime.
 */

/** Makes choices, one after another (the mulberry32 generator). */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer from 0 on that is less than `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * end);
  }

  /** True once in `times`, on average. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of `choices`. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** Runs `check` with each of the first `count` seeds; a failure names its seed. */
export async function forEachSeed(
  count: number,
  check: (chance: Seeded) => Promise<void>,
): Promise<void> {
  for (let seed = 0; seed < count; seed++) {
    try {
      await check(new Seeded(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    }
  }
}
