/** What is made of the figures of several rounds: medians, quartiles and ratios. */

/** The value below which `part` of all lie, between two of them if need be; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [low = NaN, high = low] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return low + (high - low) * (place - Math.floor(place));
}

/** The middle of some values, and the quartiles around it. */
export interface Spread {
  readonly median: number;
  readonly quartiles: readonly [low: number, high: number];
}

export function spread(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
  };
}

/** Each value as a multiple of the baseline's of the same round. */
export function ratios(taken: readonly number[], baseline: readonly number[]): number[] {
  return taken.map((value, round) => value / (baseline[round] ?? NaN));
}

/** The order in which `count` contenders take their turns: nobody always comes after the same one. */
export function turns(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, turn) => (turn + round) % count);
}

/** With so many digits as mean something: 12.3456 is 12.35, and 123456 stays. */
export function rounded(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 1000) return Math.round(value);
  return Number(value.toPrecision(4));
}
