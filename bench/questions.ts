/** The questions, what answers each, and what is to be reached. */

import type { Answer, Goal } from "./answers.ts";
import type { Demand } from "./client_load.ts";
import type { ClientProcess } from "./client_process.ts";
import { type Contender, contest, contests } from "./contest.ts";
import { chapter, nginx } from "./foreign.ts";
import { bodySteps, idleSteps, inFlightSteps, pipeliningSteps } from "./growth.ts";
import { inside } from "./inside.ts";
import type { Load } from "./load.ts";
import { compareMemory } from "./memory.ts";
import { commandOf, pathOf, type RuntimeName } from "./runtimes.ts";
import { ServerProcess } from "./server_process.ts";
import type { Sizes } from "./sizes.ts";
import { startup } from "./startup.ts";

/** What a question is answered with. */
export interface Means {
  readonly runtime: RuntimeName;
  readonly sizes: Sizes;
  readonly load: Load;
  readonly client: ClientProcess;
}

/** The most, by runtime. */
type Most = Readonly<Record<RuntimeName, number>>;

/** What the others are compared with. */
const [RAW, NATIVE] = ["the runtime's own callbacks", "the runtime's own HTTP server"];

/** One of the servers of `server.ts`. */
function server(runtime: RuntimeName, name: string, kind: string): Contender {
  return { name, start: () => ServerProcess.start(commandOf(runtime, "server.ts", kind)) };
}

/** mod.ts as it is started by hand. */
function program(runtime: RuntimeName): Contender {
  const command = commandOf(runtime, pathOf("mod.ts"), "--port", "0");
  const port = /^Listening on http:\/\/127\.0\.0\.1:([0-9]+)\//;
  return {
    name: "the program",
    start: () => ServerProcess.start(command, { port, controlled: false }),
  };
}

function ratio(row: string, most: Most, { runtime }: Means): Goal {
  return { row, of: "ratio", most: most[runtime] };
}

/** Connections, against the runtime's own interface. */
async function echo(
  question: string,
  group: string,
  demand: Demand,
  most: Most,
  means: Means,
): Promise<Answer[]> {
  const { runtime, load, sizes } = means;
  const kind = demand.anew === true ? "once" : "echo";
  const rows = await contest(
    [
      server(runtime, RAW, `raw-${kind}`),
      // node:net waits for the peer's end by itself.
      ...(kind === "once" && runtime !== "node"
        ? [server(runtime, `${RAW}, with a lingering close`, "raw-linger")]
        : []),
      server(runtime, "Connection", kind),
      server(runtime, "Connection, all time limits", `${kind}-limits`),
      // One chunk after the other is what it is for.
      ...(demand.message === "bulk" ? [server(runtime, "Connection, copy()", "copy")] : []),
    ],
    load,
    demand,
    sizes,
  );
  const goal = ratio("Connection", most, means);
  return [{ question, runtime, group, unit: "CPU µs for an exchange", rows, goal }];
}

async function http(means: Means): Promise<Answer[]> {
  const { runtime, load, sizes } = means;
  const contenders = [
    server(runtime, NATIVE, "native-http"),
    server(runtime, "serveHttp, Response", "response"),
    server(runtime, "serveHttp, plain data", "reply"),
    server(runtime, "serveHttp, prepared", "prepared"),
    sizes.tiny ? undefined : nginx("hello"),
  ].filter((one) => one !== undefined);
  const most = { node: 0.6, deno: 1.1, bun: 0.95 };
  const groups: readonly (readonly [string, Demand])[] = [
    ["GET, keep-alive", { message: "get", connections: 64 }],
    ["GET, keep-alive, a browser's fields", { message: "browser", connections: 64 }],
    ["GET, a connection for each", { message: "close", connections: 64, anew: true }],
  ];
  const demands = groups.map(([, demand]) => demand);
  const rows = await contests(contenders, load, demands, sizes);
  return groups.map(([group, { anew }], index) => ({
    question: "http",
    runtime,
    group,
    unit: "CPU µs for a request",
    rows: rows[index] ?? [],
    ...(anew === true ? {} : { goal: ratio("serveHttp, Response", most, means) }),
  }));
}

async function page(means: Means): Promise<Answer[]> {
  const { runtime, load, sizes } = means;
  const contenders = [
    // It takes a minute to build, and is not there everywhere.
    sizes.tiny ? undefined : await chapter(),
    sizes.tiny ? undefined : nginx("page"),
    program(runtime),
  ].filter((one) => one !== undefined);
  const demand: Demand = { message: "close", connections: 64, anew: true };
  const rows = await contest(contenders, load, demand, sizes);
  const goal = ratio("the program", { node: 1.1, deno: 1.15, bun: 0.9 }, means);
  const group = "the program's page, a connection for each";
  return [{ question: "program", runtime, group, unit: "CPU µs for a request", rows, goal }];
}

async function memory({ runtime, client, sizes }: Means): Promise<Answer[]> {
  const amount = { count: sizes.idle, rounds: sizes.memoryRounds };
  const most = { node: 4, deno: 8, bun: 1 }[runtime];
  const answers: Answer[] = [];
  for (const isHttp of [false, true]) {
    const name = isHttp ? "serveHttp" : "serve";
    const contenders = [
      isHttp ? server(runtime, NATIVE, "native-http") : server(runtime, RAW, "raw-echo"),
      server(runtime, name, isHttp ? "response" : "serve"),
    ];
    const message = isHttp ? "get" : "ping";
    for (const part of await compareMemory(contenders, client, { ...amount, message })) {
      const goal = { row: name, of: "value", most } as const;
      answers.push({ question: "memory", runtime, ...part, goal });
    }
  }
  return answers;
}

async function growth({ runtime, client, load, sizes }: Means): Promise<Answer[]> {
  const { steps, growth: effort } = sizes;
  const contenders = [
    server(runtime, NATIVE, "native-http"),
    server(runtime, "serveHttp", "response"),
  ];
  const parts = [
    ...await idleSteps(contenders, client, steps),
    ...await inFlightSteps(contenders, load, effort, steps),
    ...await pipeliningSteps(contenders, load, effort, steps),
    ...await bodySteps(contenders, client, effort, steps),
  ];
  return parts.map((part) => ({ question: "growth", runtime, ...part }));
}

/** Every question by its name, in the order of the tables. */
export const QUESTIONS: Readonly<Record<string, (means: Means) => Promise<Answer[]>>> = {
  echo: (means) => {
    const demand: Demand = { message: "ping", connections: 64 };
    const most = { node: 1.05, deno: 1.05, bun: 1.1 };
    return echo("echo", "echo of 64 bytes, 64 connections", demand, most, means);
  },
  bulk: (means) => {
    const demand: Demand = { message: "bulk", connections: 64 };
    const most = { node: 0.95, deno: 1.05, bun: 1.05 };
    return echo("bulk", "echo of 64 KiB, 64 connections", demand, most, means);
  },
  accept: (means) => {
    const demand: Demand = { message: "once", connections: 64, anew: true };
    const most = { node: 0.95, deno: 1.05, bun: 1.05 };
    return echo("accept", "accept, one exchange, close", demand, most, means);
  },
  http,
  program: page,
  memory,
  startup: ({ runtime, sizes }) => startup(runtime, sizes.startupRounds),
  growth,
  parallel: (means) => {
    // Whoever else wants the second core is in the way of the row "two workers".
    const row = "two workers, by the time within handlers";
    return inside("parallel", means, { row, of: "ratio", least: 1.9 });
  },
  streams: (means) => inside("streams", means),
};
