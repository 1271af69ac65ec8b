/** How the cost grows with what there is to do: a library beside the runtime's own HTTP server. */

import { type Answer, compared } from "./answers.ts";
import { turns } from "./arithmetic.ts";
import type { ClientProcess } from "./client_process.ts";
import { type Amount, type Contender, contests } from "./contest.ts";
import type { Load } from "./load.ts";
import { compareMemory } from "./memory.ts";
import { peakOf, resetPeak, type ServerProcess } from "./server_process.ts";

const MIB = 2 ** 20;
/** Small bodies before a large one, for what is compiled and made once. */
const WARM_UP = 32;
/** What takes longer has come to a stop: Deno.serve does, when it sends back what it gets. */
const MOST_MS = 20_000;

/** How far it goes. */
export interface Steps {
  readonly idle: readonly number[];
  readonly inFlight: readonly number[];
  /** In bytes. */
  readonly bodies: readonly number[];
  readonly depths: readonly number[];
}

/** What an answer is without its question. */
type Part = Pick<Answer, "group" | "unit" | "rows">;

/** Idle connections: memory for each. */
export async function idleSteps(
  contenders: readonly Contender[],
  client: ClientProcess,
  { idle }: Steps,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (const count of idle) {
    const [, used] = await compareMemory(contenders, client, { message: "get", count, rounds: 1 });
    if (used !== undefined) parts.push(used);
  }
  return parts;
}

/** Requests that are in flight at once, each on its connection. */
export async function inFlightSteps(
  contenders: readonly Contender[],
  load: Load,
  effort: Amount,
  { inFlight }: Steps,
): Promise<Part[]> {
  const demands = inFlight.map((connections) => ({ message: "get", connections }) as const);
  const rows = await contests(contenders, load, demands, effort);
  return inFlight.map((connections, index) => ({
    group: `${connections.toLocaleString("en")} in flight`,
    unit: "CPU µs for a request",
    rows: rows[index] ?? [],
  }));
}

/** Requests that are sent together, on each of 16 connections. */
export async function pipeliningSteps(
  contenders: readonly Contender[],
  load: Load,
  effort: Amount,
  { depths }: Steps,
): Promise<Part[]> {
  const demands = depths.map((depth) => ({ message: "get", connections: 16, depth }) as const);
  const rows = await contests(contenders, load, demands, effort);
  return depths.map((depth, index) => ({
    group: `${depth} pipelined, on 16 connections`,
    unit: "CPU µs for a request",
    rows: rows[index] ?? [],
  }));
}

/** Bodies that are sent back while they come: the time for all, and the memory for it. */
export async function bodySteps(
  contenders: readonly Contender[],
  client: ClientProcess,
  { rounds, warmUp }: Amount,
  { bodies }: Steps,
): Promise<Part[]> {
  const parts: Part[] = [];
  const unable = new Set<Contender>();
  for (const bytes of bodies) {
    const taken = contenders.map((): Sent[] => []);
    for (let round = -warmUp; round < rounds; round++) {
      for (const index of turns(contenders.length, round + warmUp)) {
        const contender = contenders[index];
        if (contender === undefined || unable.has(contender)) continue;
        const sent = await sendBack(contender, client, bytes);
        if (sent === undefined) unable.add(contender);
        else if (round >= 0) taken[index]?.push(sent);
      }
    }
    const rowsOf = (of: (one: Sent) => number) =>
      contenders.map(({ name }, index) =>
        compared(name, (taken[index] ?? []).map(of), (taken[0] ?? []).map(of))
      );
    const size = bytes >= 2 ** 30 ? `${bytes / 2 ** 30} GiB` : `${bytes / MIB} MiB`;
    parts.push(
      { group: `a body of ${size}, both ways`, unit: "CPU ms", rows: rowsOf(({ ms }) => ms) },
      {
        group: `a body of ${size}, memory at the most`,
        unit: "MiB more than before",
        rows: rowsOf(({ peak }) => peak),
      },
    );
  }
  return parts;
}

/** What a body has cost. */
interface Sent {
  readonly ms: number;
  /** MiB more than before, at the most. */
  readonly peak: number;
}

/**
 * In a new process, since memory that was used once is not given back; undefined when it takes too
 * long.
 */
async function sendBack(
  { start }: Contender,
  client: ClientProcess,
  bytes: number,
): Promise<Sent | undefined> {
  const server = await start();
  const { port } = server;
  try {
    for (let turn = 0; turn < WARM_UP; turn++) await client.ask({ body: 16, port });
    const before = await server.usage(true);
    resetPeak(server.pid);
    if (!await isInTime(client.ask({ body: bytes, port }), server)) return undefined;
    const { cpu } = await server.usage();
    const peak = (peakOf(server.pid) - before.rss) / MIB;
    return { ms: (cpu - before.cpu) / 1000, peak };
  } finally {
    await server.stop();
  }
}

/** Ends the server when `sent` takes too long; the client is free again in any case. */
async function isInTime(sent: Promise<unknown>, server: ServerProcess): Promise<boolean> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void server.stop();
  }, MOST_MS);
  try {
    await sent;
  } catch (error) {
    if (!late) throw error;
  } finally {
    clearTimeout(timer);
  }
  return !late;
}
