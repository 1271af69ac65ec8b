/**
 * npm run bench [-- QUESTION …] [--runtime node|deno|bun] [--quick|--tiny] [--json FILE|- | --add FILE]
 *
 * Answers the questions of bench/questions.ts, all of them when none is named, on each runtime, and
 * prints tables as it goes. What is compared are processes that are measured in turn: CPU time for an
 * operation, as a multiple of the first one's of the same round.
 * --quick takes fewer rounds and smaller sizes; --tiny only shows that it runs. --add puts the answers
 * into a file of --json, in the place of older ones.
 * npm run bench -- plot FILE, table FILE and details FILE make the picture and the tables of such a
 * file; docs FILE puts them where the documentation shows them.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { show } from "../core/show.ts";
import { type Answer, type Effort, merged, type Results } from "./answers.ts";
import { ClientProcess } from "./client_process.ts";
import { PICTURE, SHOWING, writeDocumentation } from "./documentation.ts";
import { openLoad } from "./load.ts";
import { plot } from "./plot.ts";
import { QUESTIONS } from "./questions.ts";
import { headOf, reportOf } from "./report.ts";
import { find, type RuntimeName, RUNTIMES, runtimeVersion, versionOf } from "./runtimes.ts";
import { SIZES } from "./sizes.ts";
import { details, summary } from "./summary.ts";

/** What can be made of the JSON of a run. */
const VIEWS: Readonly<Record<string, (results: Results) => string>> = {
  plot,
  table: summary,
  details,
  docs: (results) => {
    writeDocumentation(results);
    return `Written: ${[...SHOWING, PICTURE].join(", ")}`;
  },
};

interface Asked {
  readonly questions: readonly string[];
  readonly runtimes: readonly RuntimeName[];
  readonly effort: Effort;
  readonly json: string | undefined;
  readonly add: string | undefined;
}

/** The answers of some runtimes, each question on one after the other. */
async function answersOf(
  { questions, effort }: Asked,
  runtimes: readonly RuntimeName[],
  say: (text: string) => void,
): Promise<Answer[]> {
  const sizes = SIZES[effort];
  const load = openLoad(sizes.seconds);
  const client = new ClientProcess();
  const answers: Answer[] = [];
  for (const question of questions) {
    for (const runtime of runtimes) {
      try {
        const found = await QUESTIONS[question]?.({ runtime, sizes, load, client }) ?? [];
        for (const one of found) say(reportOf(one));
        answers.push(...found.map((one) => ({ ...one, effort })));
      } catch (error) {
        // The others can be answered all the same.
        console.error(`${question} on ${runtime}: ${textOf(error)}\n`);
        process.exitCode = 1;
      }
    }
  }
  await Promise.all([load.stop(), client.stop()]);
  return answers;
}

async function answer(asked: Asked): Promise<void> {
  const { runtimes, effort, json, add } = asked;
  const load = openLoad(SIZES[effort].seconds);
  await load.stop();
  const head = {
    machine: {
      processor: `${cpus()[0]?.model ?? "unknown"} × ${cpus().length}`,
      kernel: `${process.platform} ${/^[\d.]+/.exec(release())?.[0] ?? release()}`,
    },
    versions: {
      ...Object.fromEntries(runtimes.map((name) => [name, runtimeVersion(name)])),
      load: load.name,
      ...nginxVersion(),
    },
  };
  const say = json === "-" ? console.error : console.log;
  say(`${headOf(head)}\n`);
  if (effort === "tiny") say("The figures mean nothing: this only shows that it works.\n");
  // Where the figures mean nothing, nobody has to be alone.
  const together = effort === "tiny" ? runtimes.map((runtime) => [runtime]) : [runtimes];
  const answers = (await Promise.all(together.map((some) => answersOf(asked, some, say)))).flat();
  const results: Results = { ...head, answers };
  write(results, json);
  if (add !== undefined) write(merged(resultsOf(add), results), add);
}

/** What a run has written. */
function resultsOf(file: string): Results {
  return JSON.parse(readFileSync(file, "utf8")) as Results;
}

/** In the order of the questions, whatever the order in which they were asked. */
function write(results: Results, file: string | undefined): void {
  const questions = Object.keys(QUESTIONS);
  const placeOf = ({ question, runtime }: Answer) =>
    questions.indexOf(question) * RUNTIMES.length + RUNTIMES.findIndex((name) => name === runtime);
  const answers = results.answers.toSorted((a, b) => placeOf(a) - placeOf(b));
  const text = `${JSON.stringify({ ...results, answers }, null, 2)}\n`;
  if (file === "-") process.stdout.write(text);
  else if (file !== undefined) writeFileSync(file, text);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nginxVersion(): Record<string, string> {
  const program = find("nginx");
  return program === undefined ? {} : { nginx: versionOf([program, "-v"]) };
}

function readArguments(): Asked | string {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      tiny: { type: "boolean", default: false },
      json: { type: "string" },
      add: { type: "string" },
    },
  });
  const [view = "", file = ""] = positionals;
  if (Object.hasOwn(VIEWS, view)) return VIEWS[view]?.(resultsOf(file)) ?? "";
  const known = Object.keys(QUESTIONS);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`Cannot answer ${show(unknown.join(" "))}: it is none of ${known.join(", ")}`);
  }
  const given = values.runtime?.flatMap((list) => list.split(",")) ?? RUNTIMES;
  const wrong = given.filter((name) => !RUNTIMES.some((one) => one === name));
  if (wrong.length > 0) {
    throw new Error(`Cannot use ${show(wrong.join(" "))}: it is none of ${RUNTIMES.join(", ")}`);
  }
  return {
    questions: known.filter((name) => positionals.length === 0 || positionals.includes(name)),
    runtimes: RUNTIMES.filter((name) => given.includes(name)),
    effort: values.tiny ? "tiny" : values.quick ? "quick" : "full",
    json: values.json,
    add: values.add,
  };
}

// Ends its servers, too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
try {
  const asked = readArguments();
  if (typeof asked === "string") console.log(asked);
  else await answer(asked);
} catch (error) {
  console.error(textOf(error));
  process.exit(2);
}
