/** Measures servers in turn, A B C, A B C, under one load, and compares each with the first. */

import { compared, type Row } from "./answers.ts";
import { rounded, spread, turns } from "./arithmetic.ts";
import type { Demand, LoadResult } from "./client_load.ts";
import type { Load } from "./load.ts";
import type { ServerProcess } from "./server_process.ts";

/** A server that is compared. */
export interface Contender {
  readonly name: string;
  readonly start: () => Promise<ServerProcess>;
}

/** How often. */
export interface Amount {
  readonly rounds: number;
  /** Rounds before those, in which the runtimes compile what they run. */
  readonly warmUp: number;
}

/** What one round of one server has come to. */
interface Round extends LoadResult {
  /** Microseconds of CPU time for an operation. */
  readonly cost: number;
  readonly busy: number;
}

/** What may fail of all operations, so that the figures still mean something. */
const MOST_FAILED = 0.001;

/** Starts all, measures them in turn, and ends them; the first is the baseline. */
export async function contest(
  contenders: readonly Contender[],
  load: Load,
  demand: Demand,
  effort: Amount,
): Promise<Row[]> {
  return (await contests(contenders, load, [demand], effort))[0] ?? [];
}

/** The same with several demands, one after the other. */
export async function contests(
  contenders: readonly Contender[],
  load: Load,
  demands: readonly Demand[],
  effort: Amount,
): Promise<Row[][]> {
  const servers: ServerProcess[] = [];
  try {
    for (const { start } of contenders) servers.push(await start());
    const results: Row[][] = [];
    for (const demand of demands) {
      const taken = await inTurn(servers, load, demand, effort);
      results.push(
        contenders.map(({ name }, index) => rowOf(name, taken[index] ?? [], taken[0] ?? [])),
      );
    }
    return results;
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function inTurn(
  servers: readonly ServerProcess[],
  load: Load,
  demand: Demand,
  { rounds, warmUp }: Amount,
): Promise<Round[][]> {
  const taken = servers.map((): Round[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const index of turns(servers.length, round + warmUp)) {
      const server = servers[index];
      if (server === undefined) continue;
      const measured = await measure(server, load, demand);
      if (round >= 0) taken[index]?.push(measured);
    }
  }
  return taken;
}

async function measure(server: ServerProcess, load: Load, demand: Demand): Promise<Round> {
  const before = await server.usage();
  const result = await load.run(server.port, demand);
  const { cpu } = await server.usage();
  const { operations, failed, refused, seconds } = result;
  // wrk believes that a connection goes on when an answer does not say that it ends (Bun.serve):
  // what it sends then fails, after each answer, and it connects anew.
  const most = demand.anew === true ? operations * 1.01 : operations * MOST_FAILED;
  if (refused > 0 || failed > most || operations === 0) {
    throw new Error(`Cannot measure: of ${operations}, ${failed} failed, ${refused} were refused`);
  }
  const used = cpu - before.cpu;
  return { ...result, cost: used / operations, busy: used / 1e6 / seconds };
}

function rowOf(name: string, taken: readonly Round[], baseline: readonly Round[]): Row {
  const costs = (rounds: readonly Round[]) => rounds.map(({ cost }) => cost);
  const middle = (of: (round: Round) => number) => rounded(spread(taken.map(of)).median);
  return {
    ...compared(name, costs(taken), costs(baseline)),
    perSecond: middle(({ operations, seconds }) => operations / seconds),
    p99: middle(({ p99 }) => p99),
    busy: middle(({ busy }) => busy),
  };
}
