/** The tables that a run prints. */

import { type Answer, isReached, type Results, type Row } from "./answers.ts";

/** A table in Markdown, with columns of one width. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows];
  const widths = head.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`]
    .concat(rows.map(line)).join("\n");
}

/** A number as it is shown: 1,234, 12.3, 1.23. */
export function shown(value: number | null | undefined): string {
  if (value === undefined || value === null || Number.isNaN(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** A ratio with its quartiles. */
export function ratioOf({ ratio, spread }: Row): string {
  if (ratio === undefined || spread === undefined) return "–";
  const [low, high] = spread;
  if (low === 1 && high === 1 && ratio === 1) return "1";
  return `${shown(ratio)} (${shown(low)}–${shown(high)})`;
}

function goalOf(answer: Answer): string {
  const { goal } = answer;
  const reached = isReached(answer);
  if (goal === undefined || reached === undefined) return "";
  const bound = goal.most === undefined ? `≥ ${goal.least}` : `≤ ${goal.most}`;
  const of = goal.of === "ratio" ? "ratio" : answer.unit;
  return `\n${goal.row}: the goal is ${of} ${bound}; ${reached ? "reached" : "not reached"}`;
}

/** The figures of one answer. */
export function reportOf(answer: Answer): string {
  const { runtime, question, group, unit, rows } = answer;
  const loaded = rows.some(({ perSecond }) => perSecond !== undefined);
  const more = loaded ? ["per second", "p99 ms", "busy"] : [];
  const table = tableOf(
    [`${runtime}, ${question}: ${group}`, unit, "ratio (quartiles)", ...more],
    rows.map((row) => [
      row.name,
      shown(row.value),
      ratioOf(row),
      ...(loaded ? [shown(row.perSecond), shown(row.p99), shown(row.busy)] : []),
    ]),
  );
  return `${table}${goalOf(answer)}\n`;
}

/** What the figures were taken on, as a list. */
export function headOf({ machine, versions }: Omit<Results, "answers">): string {
  return Object.entries({ ...machine, ...versions })
    .map(([name, value]) => `- ${name}: ${value}`).join("\n");
}
