// npm run bench -- echo: what an echo of 64 bytes costs the server, over 64 connections on
// 127.0.0.1, in CPU time: a Connection as a multiple of the runtime's own callbacks, and one with all
// time limits armed as a multiple of one without.
// Prints one JSON object; scripts/bench.mjs runs it on each runtime and makes a table of it.

import process from "node:process";
import { listen } from "../adapters/current.ts";
import type { Connection } from "../core/connection.ts";
import type { Timeouts } from "../core/timeouts.ts";
import { EchoLoad } from "./echo_load.ts";
import { listenRaw, type RawServer } from "./echo_raw.ts";

const tiny = process.argv.includes("--tiny");
const [ROUNDS, WARM_UP, ECHOES] = tiny ? [2, 1, 640] : [21, 3, 32_000];
const LIMITS: Timeouts = { idle: 60_000, receive: 30_000, send: 30_000 };

/** A server of the library's, with `timeouts` on every connection. */
async function listenHere(timeouts: Timeouts | undefined): Promise<RawServer> {
  const echo = async (connection: Connection): Promise<void> => {
    if (timeouts !== undefined) connection.setTimeouts(timeouts);
    try {
      for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
        await connection.write(chunk);
      }
    } finally {
      await connection.close();
    }
  };
  const listener = await listen({ port: 0 });
  const served = listener.incoming().forEachConcurrent(echo, { onError: () => undefined });
  return {
    port: Number("port" in listener.addr ? listener.addr.port : 0),
    close: async () => {
      await listener.close();
      await served;
    },
  };
}

/** Nanoseconds of CPU time of this process for an echo. */
async function cost(load: EchoLoad, server: RawServer): Promise<number> {
  const before = process.cpuUsage();
  await load.run(server.port, ECHOES);
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000 / ECHOES;
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
  const load = new EchoLoad();
  const servers = [await listenRaw(), await listenHere(undefined), await listenHere(LIMITS)];
  const taken = servers.map((): number[] => []);
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      // Nobody always comes after the same one, and clears up after it.
      const index = (turn + round + WARM_UP) % servers.length;
      const server = servers[index];
      if (server === undefined) continue;
      const ns = await cost(load, server);
      if (round >= 0) taken[index]?.push(ns);
    }
  }
  load.stop();
  for (const server of servers) await server.close();
  const [raw = [], plain = [], armed = []] = taken;
  const [first, second] = ["echo, against callbacks", "echo, against no limits"];
  const rows = [
    row(first, "callbacks", raw, raw),
    row(first, "Connection", plain, raw),
    row(first, "Connection, all limits", armed, raw),
    row(second, "Connection", plain, plain),
    row(second, "Connection, all limits", armed, plain),
  ];
  console.log(JSON.stringify({ rows, bytes: {} }));
}

void main();
