/** How the questions of this folder measure: contenders in turn, each beside a baseline, in rounds. */

import { quantile } from "./arithmetic.ts";

/** Something whose time is taken. */
export interface Contender {
  readonly name: string;
  /** Processes `items` items. */
  readonly run: (items: number) => Promise<unknown>;
}

/** The time of a contender, as a multiple of the baseline's. */
export interface Timed {
  readonly name: string;
  /** Nanoseconds per item, the median of the rounds. */
  readonly ns: number;
  /** The median of the rounds. */
  readonly ratio: number;
  /** The quartiles of the ratio. */
  readonly spread: readonly [number, number];
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Rounds before those, in which the runtime compiles what it runs. */
  readonly warmUp: number;
  /** What one run is to take: it gets as many items as fit, within `items`. */
  readonly runMs: number;
  readonly items: readonly [least: number, most: number];
}

/**
 * Times the contenders, one after the other in each round, and the baseline right before each: what
 * else the machine does falls on all alike. Nothing collects garbage in between, since that throws
 * away compiled code too; rather, nobody always comes after the same one and clears up after it.
 */
export async function time(
  baseline: Contender,
  contenders: readonly Contender[],
  effort: Effort,
): Promise<Timed[]> {
  const all = [baseline, ...contenders];
  const items = all.map(() => effort.items[0]);
  const times = all.map((): number[] => []);
  const ratios = all.map((): number[] => []);
  for (let round = -effort.warmUp; round < effort.rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const index = (turn + round + effort.warmUp) % all.length;
      const base = await timeOne(baseline, items[0] ?? 0);
      const taken = index === 0 ? base : await timeOne(all[index], items[index] ?? 0);
      times[index]?.push(taken);
      ratios[index]?.push(taken / base);
      if (round < 0) items[index] = fitting(taken, effort);
    }
  }
  return all.map(({ name }, index) => {
    const counted = ratios[index]?.slice(effort.warmUp) ?? [];
    return {
      name,
      ns: quantile(times[index]?.slice(effort.warmUp) ?? [], 0.5),
      ratio: quantile(counted, 0.5),
      spread: [quantile(counted, 0.25), quantile(counted, 0.75)],
    };
  });
}

/** Nanoseconds per item of one run. */
async function timeOne(contender: Contender | undefined, items: number): Promise<number> {
  const started = performance.now();
  await contender?.run(items);
  return (performance.now() - started) * 1e6 / items;
}

function fitting(nsPerItem: number, { runMs, items: [least, most] }: Effort): number {
  return Math.round(Math.min(most, Math.max(least, runMs * 1e6 / nsPerItem)));
}
