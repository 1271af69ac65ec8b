// npm run bench -- parallel: what two workers do in the time of one, for requests of some
// milliseconds of CPU each, on 64 connections that stay open.
// On a machine of two cores the load takes part of one. So each request costs the server some hundred
// times what it costs the process that sends it, and this thread only waits: the rest is below 1 %.
// One and two take turns; the ratio is that of each pair of neighbours. It shows the time of two as a
// multiple of that of one: 0.52 is 1.9 times the requests in a second.
// Prints one JSON object; scripts/bench.mjs runs it on each runtime and makes a table of it.

import process from "node:process";
import { serveParallel } from "../parallel/serve_parallel.ts";
import { EchoLoad } from "./echo_load.ts";

const tiny = process.argv.includes("--tiny");
const [ROUNDS, WARM_UP, REQUESTS] = tiny ? [2, 1, 64] : [9, 1, 320];
const WORKER = new URL("./parallel_worker.ts", import.meta.url);

/** Nanoseconds for a request. */
async function cost(load: EchoLoad, port: number): Promise<number> {
  const started = performance.now();
  await load.run(port, REQUESTS);
  return (performance.now() - started) * 1e6 / REQUESTS;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? NaN;
}

function row(name: string, taken: readonly number[], base: readonly number[]) {
  const ratios = taken.map((ns, round) => ns / (base[round] ?? NaN));
  const spread = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  const group = "requests of some ms of CPU";
  return { group, name, ns: quantile(taken, 0.5), ratio: quantile(ratios, 0.5), spread };
}

async function main(): Promise<void> {
  const load = new EchoLoad();
  const [alone, together] = [
    await serveParallel(WORKER, { port: 0, workers: 1 }),
    await serveParallel(WORKER, { port: 0, workers: 2 }),
  ];
  const [one, two]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const [first, second] = [
      await cost(load, alone.addr.port),
      await cost(load, together.addr.port),
    ];
    if (round < 0) continue;
    one.push(first);
    two.push(second);
  }
  load.stop();
  await Promise.all([alone.close(), together.close()]);
  const rows = [row("one worker", one, one), row("two workers", two, one)];
  console.log(JSON.stringify({ rows, bytes: {} }));
}

void main();
