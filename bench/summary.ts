/** The tables for the documentation, made of the JSON of a run. */

import type { Answer, Results, Row } from "./answers.ts";
import { headOf, ratioOf, shown, tableOf } from "./report.ts";

/** The names of the runtimes in headings. */
export const TITLES: Readonly<Record<string, string>> = { node: "Node", deno: "Deno", bun: "Bun" };

/** The same row of each runtime. */
export interface Line {
  readonly question: string;
  readonly group: string;
  readonly name: string;
  /** What it is compared with; undefined of that itself. */
  readonly baseline: string | undefined;
  readonly cells: Readonly<Record<string, Row>>;
  readonly unit: string;
}

/** The rows of all answers, the same ones of several runtimes together, in their order. */
export function linesOf({ answers }: Results): Line[] {
  const lines = new Map<string, Line & { cells: Record<string, Row> }>();
  for (const { question, group, rows, runtime, unit } of answers) {
    for (const row of rows) {
      const key = JSON.stringify([question, group, row.name]);
      const first = rows[0]?.name;
      const baseline = row.name === first || row.ratio === undefined ? undefined : first;
      const line = lines.get(key) ??
        { question, group, name: row.name, baseline, unit, cells: {} };
      line.cells[runtime] = row;
      lines.set(key, line);
    }
  }
  return [...lines.values()];
}

/** The runtimes that have answers, in the order in which they come. */
export function runtimesOf(answers: readonly Answer[]): string[] {
  return [...new Set(answers.map(({ runtime }) => runtime))];
}

/** Whether a line says what the library costs: no baseline, nobody else's, and no single step. */
function isOurs({ question, name, baseline }: Line): boolean {
  return baseline !== undefined && !/^(streams|growth)$/.test(question) &&
    !/^nginx|this thread/.test(name);
}

/** The ratios alone, with the command that gives them; and memory, which no processor changes. */
export function summary(results: Results): string {
  const runtimes = runtimesOf(results.answers);
  const rows = linesOf(results).filter(isOurs).map((line) => {
    const isMemory = line.question === "memory";
    return [
      `${line.group}: ${line.name}`,
      isMemory ? line.unit : `× ${line.baseline ?? ""}`,
      ...runtimes.map((runtime) => {
        const cell = line.cells[runtime];
        return shown(isMemory ? cell?.value : cell?.ratio);
      }),
      `\`npm run bench -- ${line.question}\``,
    ];
  });
  const titles = runtimes.map((runtime) => TITLES[runtime] ?? runtime);
  return tableOf(["", "", ...titles, ""], rows);
}

/** Everything: a table for each question, with what was measured and the quartiles. */
export function details(results: Results): string {
  const runtimes = runtimesOf(results.answers);
  const titles = runtimes.map((runtime) => TITLES[runtime] ?? runtime);
  const byQuestion = Map.groupBy(linesOf(results), ({ question }) => question);
  const tables = Array.from(byQuestion, ([question, lines]) => {
    const rows = lines.map(({ group, name, unit, cells }) => [
      group,
      name,
      unit,
      ...runtimes.map((runtime) => cellOf(cells[runtime])),
    ]);
    const table = tableOf(["", "", "unit", ...titles], rows);
    return `### ${question}\n\n${commandsOf(question, results)}\n\n${table}`;
  });
  return [headOf(results), ...tables].join("\n\n");
}

/** What has given the answers to a question. */
function commandsOf(question: string, { answers }: Results): string {
  const efforts = answers.filter((one) => one.question === question)
    .map(({ effort = "full" }) => effort === "full" ? "" : ` --${effort}`);
  return [...new Set(efforts)].map((flag) => `\`npm run bench -- ${question}${flag}\``).join(", ");
}

function cellOf(row: Row | undefined): string {
  if (row === undefined) return "–";
  const ratio = ratioOf(row);
  return ratio === "–" || ratio === "1" ? shown(row.value) : `${shown(row.value)} · ${ratio}`;
}
