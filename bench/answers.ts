/** What the benchmarks find out, in the form of their JSON. */

import { ratios, rounded, spread } from "./arithmetic.ts";

/** One contender of an answer. */
export interface Row {
  readonly name: string;
  /** The median of the rounds, in the unit of the answer; `null` in JSON where there is none. */
  readonly value: number | null;
  /** As a multiple of the first row's: the median of the rounds, each of which is a pair. */
  readonly ratio?: number;
  /** The quartiles of that. */
  readonly spread?: readonly [low: number, high: number];
  /** Operations per second, the median. */
  readonly perSecond?: number;
  /** The 99th percentile of what one operation takes, in milliseconds, the median. */
  readonly p99?: number;
  /** The part of the time that the server had work for: near 1, and the load is no bottleneck. */
  readonly busy?: number;
}

/** What a row is meant to reach: a ratio, or a value. */
export interface Goal {
  readonly row: string;
  readonly of: "ratio" | "value";
  readonly most?: number;
  readonly least?: number;
}

/** One question, answered on one runtime. */
export interface Answer {
  readonly question: string;
  readonly runtime: string;
  /** What is compared within the question. */
  readonly group: string;
  /** What `value` counts. */
  readonly unit: string;
  /** The first is the baseline of all. */
  readonly rows: readonly Row[];
  readonly goal?: Goal;
  /** How much was measured; what is added to a file may differ in that. */
  readonly effort?: Effort;
}

/** How much is measured: see `sizes.ts`. */
export type Effort = "full" | "quick" | "tiny";

/** A whole run. */
export interface Results {
  /** What it was measured on: the system, and the versions of everything that took part. */
  readonly machine: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly answers: readonly Answer[];
}

/** Whether the goal is reached; undefined where there is none. */
export function isReached({ goal, rows }: Answer): boolean | undefined {
  const row = rows.find(({ name }) => name === goal?.row);
  if (goal === undefined || row === undefined) return undefined;
  const { most = Infinity, least = -Infinity } = goal;
  // As it is printed: two digits.
  const found = Math.round((row[goal.of] ?? NaN) * 100) / 100;
  return found >= least && found <= most;
}

/** A row of what was measured in several rounds, beside the baseline of the same rounds. */
export function compared(
  name: string,
  taken: readonly number[],
  baseline: readonly number[],
): Row {
  const { median, quartiles: [low, high] } = spread(ratios(taken, baseline));
  const value = rounded(spread(taken).median);
  if (Number.isNaN(median)) return { name, value };
  return { name, value, ratio: rounded(median), spread: [rounded(low), rounded(high)] };
}

/**
 * `older` with the answers of `newer` in the place of those to the same questions on the same
 * runtimes. What was measured elsewhere cannot be put together.
 */
export function merged(older: Results, newer: Results): Results {
  const [before, now] = [older, newer].map(({ machine }) => JSON.stringify(machine));
  if (before !== now) throw new Error(`Cannot add: the machine is ${now}, and was ${before}`);
  const keyOf = ({ question, runtime }: Answer) => `${question} ${runtime}`;
  const answered = new Set(newer.answers.map(keyOf));
  const kept = older.answers.filter((answer) => !answered.has(keyOf(answer)));
  return {
    machine: older.machine,
    versions: { ...older.versions, ...newer.versions },
    answers: [...kept, ...newer.answers],
  };
}
