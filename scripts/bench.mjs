// npm run bench -- <question> [--runtime node|deno|bun] [--tiny] [--json]
// Runs bench/<question>.ts on the real Node, Deno and Bun, one after the other, and prints one table.
// --tiny only shows that it runs: its numbers mean nothing. --json prints what was measured.

import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { executables, knownRuntime, refuse, root, run } from "./runtimes.mjs";

const { runtimes, question, tiny, json } = readArguments();
const measured = [];
for (const runtime of runtimes) {
  const version = await versionOf(runtime);
  console.error(`${runtime} ${version} …`);
  const { code, output } = await run(command(runtime), { quiet: true });
  if (code !== 0) refuse(`Cannot run bench/${question}.ts on ${runtime}:\n${output}`);
  measured.push({ runtime, version, ...JSON.parse(output) });
}
console.log(json ? JSON.stringify(measured, null, 2) : table());

function command(runtime) {
  const executable = executables[runtime];
  const file = [`bench/${question}.ts`, ...(tiny ? ["--tiny"] : [])];
  // What is compared with comes from node_modules, where Deno does not look by itself here.
  const deno = ["run", "--no-prompt", "--no-check", "--node-modules-dir=manual", "--allow-all"];
  return [executable, ...(runtime === "deno" ? deno : []), ...file];
}

/** Ratios as "median (quartiles)", a column for each runtime; then the bytes. */
function table() {
  const heads = measured.map(({ runtime, version }) => `${runtime} ${version}`);
  const keys = measured[0].rows.map(({ group, name }) => ({ group, name }));
  const times = keys.map(({ group, name }) => [
    group,
    name,
    ...measured.map(({ rows }) => {
      const found = rows.find((row) => row.group === group && row.name === name);
      const [low, high] = found.spread;
      if (low === 1 && high === 1) return `1 = ${found.ns.toFixed(0)} ns`;
      return `${found.ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
    }),
  ]);
  const bytes = Object.keys(measured[0].bytes ?? {}).map((name) => [
    name,
    // Less than a tenth, of either sign, is the garbage collector's.
    ...measured.map((one) => (Math.round(one.bytes[name] * 10) / 10 + 0).toFixed(1)),
  ]);
  return [
    `${cpus()[0]?.model}, ${cpus().length} cores${tiny ? "; tiny: the numbers mean nothing" : ""}`,
    lines(["time per item", "", ...heads], times),
    ...(bytes.length > 0 ? [lines(["bytes kept per item", ...heads], bytes)] : []),
  ].join("\n\n");
}

function lines(head, rows) {
  const all = [head, head.map(() => "---"), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return all.map(line).join("\n");
}

async function versionOf(runtime) {
  const { output } = await run([executables[runtime], "--version"], { quiet: true });
  return /\d+\.\d+\.\d+/.exec(output)?.[0] ?? "of unknown version";
}

function readArguments() {
  const { values, positionals: [question, ...rest] } = parse();
  if (question === undefined) refuse("Cannot run a benchmark: name one, as in: streams");
  if (rest.length > 0) refuse(`Cannot run more than one benchmark at a time: ${rest.join(" ")}`);
  if (!/^\w+$/.test(question) || !existsSync(`${root}bench/${question}.ts`)) {
    refuse(`Cannot run the benchmark "${question}": there is no bench/${question}.ts`);
  }
  const given = values.runtime?.flatMap((list) => list.split(",")).map(knownRuntime);
  const { tiny, json } = values;
  const all = Object.keys(executables);
  return { runtimes: all.filter((name) => given?.includes(name) ?? true), question, tiny, json };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        runtime: { type: "string", multiple: true },
        tiny: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return refuse(`Cannot read the arguments: ${error.message}`);
  }
}
