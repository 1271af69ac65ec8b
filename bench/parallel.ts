// npm run bench -- parallel: what two workers do in the time of one, and what it costs to hand a
// connection over.
//
// CPU-bound requests: each takes some 20 ms of computing, and a handful of connections ask one after
// the other, so that whoever asks has nothing to do nearly always: it lives in this process, and what
// it takes of a core is counted against the two workers. What a machine of two cores has left for
// two depends on what else it does. So each round also lets two processes compute the same that have
// nothing of a server: they are the ceiling. All four take turns within a round; ratios are those of
// neighbours. Who has no free machine reads the line after that: how much of the time workers are within
// handlers, with or without a processor, two of them against one. What it lacks of 2 is what they
// wait for requests, and what everything around the handlers takes.
//
// Connections: processor time of all that serves, for a connection with one byte there and back, made
// by a process of its own. `this thread` is the part of it that accepts and hands over.
//
// Prints one JSON object; scripts/bench.mjs runs it on each runtime and makes a table of it.

import process from "node:process";
import { connect } from "../adapters/current.ts";
import type { ParallelServer } from "../parallel/parallel_server.ts";
import { serveParallel } from "../parallel/serve_parallel.ts";
import { Helper } from "./parallel_load.ts";
import { COMPUTE, type Used } from "./parallel_worker.ts";

const tiny = process.argv.includes("--tiny");
const [ROUNDS, REQUESTS, CONNECTIONS] = tiny ? [1, 4, 32] : [9, 24, 1500];
const MODULE = new URL("./parallel_worker.ts", import.meta.url);
/** Connections that ask, for each worker: one is answered while the other waits. */
const ASKING = 2;

/** Nanoseconds for each of `count` in `run`. */
async function timed(count: number, run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) * 1e6 / count;
}

/** Has `count` requests answered that compute. */
async function ask(port: number, workers: number, count: number): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: workers * ASKING }, async () => {
    const connection = await connect({ port });
    while (left-- > 0) {
      await connection.write(Uint8Array.of(COMPUTE));
      await connection.read();
    }
    await connection.close();
  }));
}

/** A server, and what its workers have used. */
class Subject {
  #server: ParallelServer | undefined;
  #told: (used: Used) => void = () => undefined;

  async start(workers: number): Promise<this> {
    // bench/parallel_worker.ts sends nothing else: hence the cast.
    const onMessage = (used: unknown): void => this.#told(used as Used);
    this.#server = await serveParallel(MODULE, { port: 0, workers, onMessage });
    return this;
  }

  get port(): number {
    return this.#server?.addr.port ?? NaN;
  }

  /** What all workers have used so far. */
  async used(): Promise<Used> {
    const server = this.#server;
    let [cpu, busy, left] = [0, 0, server?.stats().workers.length ?? 0];
    await new Promise<void>((resolve) => {
      this.#told = (used) => {
        cpu += used.cpu;
        busy += used.busy;
        if (--left === 0) resolve();
      };
      server?.broadcast("what have you used?");
    });
    return { cpu, busy };
  }

  /** Has `count` requests answered; nanoseconds for each, and the part of the time within handlers. */
  async requests(workers: number, count: number): Promise<{ ns: number; within: number }> {
    const { busy } = await this.used();
    const ns = await timed(count, () => ask(this.port, workers, count));
    return {
      ns,
      within: (await this.used()).busy * 1000 / (ns * count) - busy * 1000 / (ns * count),
    };
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }
}

/** Nanoseconds of processor time for a connection: of all that serves, and of this thread alone. */
async function connections(subject: Subject, workers: number, load: Helper) {
  // Threads are part of this process; of a process, only that is known which it says.
  const threads = workers > 1 && !("Deno" in globalThis) && !("Bun" in globalThis);
  const before = { own: process.cpuUsage(), workers: (await subject.used()).cpu };
  await load.order(`connect ${subject.port} ${CONNECTIONS}`);
  const { user, system } = process.cpuUsage(before.own);
  const their = workers === 1 ? 0 : (await subject.used()).cpu - before.workers;
  const all = threads ? user + system : user + system + their;
  return { all: all * 1000 / CONNECTIONS, here: (all - their) * 1000 / CONNECTIONS };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? NaN;
}

function row(group: string, name: string, ns: readonly number[], ratios: readonly number[]) {
  const spread = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  return { group, name, ns: quantile(ns, 0.5), ratio: quantile(ratios, 0.5), spread };
}

async function main(): Promise<void> {
  const helpers = [new Helper(), new Helper()] as const;
  const [alone, together] = [await new Subject().start(1), await new Subject().start(2)];
  type Round = Record<"one" | "two" | "within" | "single" | "pair", number>;
  const rounds: Round[] = [];
  const visits: Record<"alone" | "all" | "here", number>[] = [];
  // The first one is for whatever is compiled.
  for (let round = 0; round <= ROUNDS; round++) {
    const half = REQUESTS / 2;
    const one = await alone.requests(1, half);
    const two = await together.requests(2, REQUESTS);
    rounds.push({
      one: one.ns,
      two: two.ns,
      within: two.within / one.within,
      single: await timed(half, () => helpers[0].order(`compute ${half}`)),
      pair: await timed(
        REQUESTS,
        () => Promise.all(helpers.map((helper) => helper.order(`compute ${half}`))),
      ),
    });
    const { all, here } = await connections(together, 2, helpers[0]);
    visits.push({ alone: (await connections(alone, 1, helpers[0])).all, all, here });
  }
  for (const helper of helpers) helper.stop();
  await Promise.all([alone.stop(), together.stop()]);
  rounds.shift();
  visits.shift();
  const [work, visit] = [
    "CPU-bound requests a second, times that of one worker",
    "CPU of a connection",
  ];
  const one = rounds.map((round) => round.one);
  const two = rounds.map((round) => round.two);
  const ones = rounds.map(() => 1);
  const ceiling = rounds.map(({ single, pair }) => single / pair);
  const gain = rounds.map((round) => round.one / round.two);
  const rows = [
    row(work, "one worker", one, ones),
    row(work, "two workers", two, gain),
    row(work, "two processes that only compute", one, ceiling),
    row(work, "two workers, by the time within handlers", two, rounds.map(({ within }) => within)),
    row(visit, "one worker", visits.map(({ alone }) => alone), ones),
    row(visit, "two workers", visits.map(({ all }) => all), visits.map((v) => v.all / v.alone)),
    row(
      visit,
      "of these, this thread",
      visits.map((v) => v.here),
      visits.map((v) => v.here / v.alone),
    ),
  ];
  console.log(JSON.stringify({ rows, bytes: {} }));
}

void main();
