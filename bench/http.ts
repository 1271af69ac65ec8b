// npm run bench -- http: what a request costs the server, over 64 connections on 127.0.0.1, in CPU
// time: serveHttp with all limits and time limits on, as a multiple of the runtime's own HTTP server.
// Prints one JSON object; scripts/bench.mjs runs it on each runtime and makes a table of it.

import process from "node:process";
import { listen } from "../adapters/current.ts";
import { serveHttp } from "../http/serve_http.ts";
import { HttpLoad, type RequestKind } from "./http_load.ts";
import { HELLO, type HttpServer, listenNative } from "./http_native.ts";

const tiny = process.argv.includes("--tiny");
const [ROUNDS, WARM_UP] = tiny ? [2, 1] : [15, 3];

/** The name of each question, what is asked, and how often in a round. */
const QUESTIONS: readonly (readonly [group: string, kind: RequestKind, count: number])[] = [
  ["GET, keep-alive", "keep-alive", tiny ? 640 : 12_800],
  ["GET, keep-alive, a browser's fields", "browser", tiny ? 640 : 12_800],
  ["GET, a connection for each", "close", tiny ? 128 : 1_280],
];

async function listenHere(): Promise<HttpServer> {
  const stop = new AbortController();
  const listener = await listen({ port: 0 });
  const served = serveHttp(listener, () => new Response(HELLO), { signal: stop.signal });
  return {
    port: listener.addr.port,
    close: async () => {
      stop.abort();
      await served;
    },
  };
}

/** Nanoseconds of CPU time of this process for a request. */
async function cost(
  load: HttpLoad,
  { port }: HttpServer,
  kind: RequestKind,
  count: number,
): Promise<number> {
  const before = process.cpuUsage();
  await load.run(port, kind, count);
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000 / count;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? NaN;
}

function row(group: string, name: string, taken: readonly number[], base: readonly number[]) {
  const ratios = taken.map((ns, round) => ns / (base[round] ?? NaN));
  const spread = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  return { group, name, ns: quantile(taken, 0.5), ratio: quantile(ratios, 0.5), spread };
}

async function main(): Promise<void> {
  const load = new HttpLoad();
  const servers = [await listenNative(), await listenHere()];
  const rows = [];
  for (const [group, kind, count] of QUESTIONS) {
    const taken = servers.map((): number[] => []);
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (let turn = 0; turn < servers.length; turn++) {
        // Nobody always comes after the other one, and clears up after it.
        const index = (turn + round + WARM_UP) % servers.length;
        const server = servers[index];
        if (server === undefined) continue;
        const ns = await cost(load, server, kind, count);
        if (round >= 0) taken[index]?.push(ns);
      }
    }
    const [native = [], here = []] = taken;
    rows.push(row(group, "the runtime's own", native, native));
    rows.push(row(group, "serveHttp", here, native));
  }
  load.stop();
  for (const server of servers) await server.close();
  console.log(JSON.stringify({ rows, bytes: {} }));
}

void main();
