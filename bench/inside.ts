/** Questions that are answered inside one process, by a program of their own: `QUESTION.ts`. */

import type { Answer, Goal, Row } from "./answers.ts";
import { rounded } from "./arithmetic.ts";
import { commandOf, outputOf, type RuntimeName } from "./runtimes.ts";

/** What such a program prints. */
interface Printed {
  readonly rows: readonly {
    readonly group: string;
    readonly name: string;
    readonly ns: number;
    readonly ratio: number;
    readonly spread: readonly [number, number];
  }[];
  /** Bytes that stay behind, by what leaves them. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Runs it; what it compares is a group each, and the goal is that of the first. */
export async function inside(
  question: string,
  { runtime, sizes }: { runtime: RuntimeName; sizes: { tiny: boolean } },
  goal?: Goal,
): Promise<Answer[]> {
  const output = await outputOf(
    commandOf(runtime, `${question}.ts`, ...(sizes.tiny ? ["--tiny"] : [])),
  );
  // It is what those programs print.
  const { rows, bytes } = JSON.parse(output) as Printed;
  const groups = Map.groupBy(rows, ({ group }) => group);
  const answers: Answer[] = Array.from(groups, ([group, members], index) => ({
    question,
    runtime,
    group,
    unit: "ns",
    rows: members.map(({ name, ns, ratio, spread: [low, high] }): Row => ({
      name,
      value: rounded(ns),
      ratio: rounded(ratio),
      spread: [rounded(low), rounded(high)],
    })),
    ...(goal === undefined || index > 0 ? {} : { goal }),
  }));
  const kept = Object.entries(bytes);
  if (kept.length > 0) {
    // Less than a tenth, of either sign, is the garbage collector's.
    const rows = kept.map(([name, value]) => ({ name, value: Math.round(value * 10) / 10 + 0 }));
    answers.push({ question, runtime, group: "kept of each item", unit: "bytes", rows });
  }
  return answers;
}
