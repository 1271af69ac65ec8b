/** How much is measured: for figures that hold, for a look, and to see that it works. */

import type { Amount } from "./contest.ts";
import type { Steps } from "./growth.ts";

/** How much of everything. */
export interface Sizes extends Amount {
  readonly tiny: boolean;
  /** How long a server is asked in a round. */
  readonly seconds: number;
  /** Idle connections. */
  readonly idle: number;
  readonly memoryRounds: number;
  readonly startupRounds: number;
  readonly growth: Amount;
  readonly steps: Steps;
}

const MIB = 2 ** 20;

/** The sizes by the name of the effort. */
export const SIZES: Readonly<Record<"full" | "quick" | "tiny", Sizes>> = {
  full: {
    tiny: false,
    seconds: 1,
    rounds: 7,
    warmUp: 1,
    idle: 10_000,
    memoryRounds: 3,
    startupRounds: 21,
    growth: { rounds: 2, warmUp: 1 },
    steps: {
      idle: [10, 100, 1000, 10_000],
      inFlight: [1, 10, 100, 1000],
      bodies: [0, MIB, 16 * MIB, 256 * MIB, 1024 * MIB],
      depths: [1, 4, 16, 64],
    },
  },
  quick: {
    tiny: false,
    seconds: 1,
    rounds: 5,
    warmUp: 1,
    idle: 10_000,
    memoryRounds: 1,
    startupRounds: 9,
    growth: { rounds: 1, warmUp: 1 },
    steps: {
      idle: [10, 1000, 10_000],
      inFlight: [1, 30, 1000],
      bodies: [0, 16 * MIB, 256 * MIB],
      depths: [1, 8, 64],
    },
  },
  tiny: {
    tiny: true,
    seconds: 0.01,
    rounds: 1,
    warmUp: 0,
    idle: 100,
    memoryRounds: 1,
    startupRounds: 1,
    growth: { rounds: 1, warmUp: 0 },
    steps: { idle: [10], inFlight: [2], bodies: [MIB], depths: [4] },
  },
};
