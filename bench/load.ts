/** Who sends, and waits for the answers: wrk, or where it is not there a small client of our own. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Demand, LoadResult } from "./client_load.ts";
import { ClientProcess } from "./client_process.ts";
import { MESSAGES } from "./messages.ts";
import { find, outputOf, pathOf, pinned, versionOf } from "./runtimes.ts";

/** Asks servers. */
export interface Load {
  readonly name: string;
  run(port: number, demand: Demand): Promise<LoadResult>;
  stop(): Promise<void>;
}

/** wrk, if it is there and has the time that it needs: whole seconds. */
export function openLoad(seconds: number): Load {
  const wrk = Number.isInteger(seconds) ? find("wrk") : undefined;
  return wrk === undefined ? openClient(seconds) : openWrk(wrk, seconds);
}

function openClient(seconds: number): Load {
  const client = new ClientProcess();
  return {
    name: "an own client on Bun",
    run: (port, demand) => client.ask<LoadResult>({ load: demand, port, seconds }),
    stop: () => client.stop(),
  };
}

function openWrk(wrk: string, seconds: number): Load {
  const folder = mkdtempSync(join(tmpdir(), "incoming-bench-"));
  const script = pathOf("bench/wrk.lua");
  const ask = async (port: number, demand: Demand): Promise<LoadResult> => {
    const { message, connections, depth = 1 } = demand;
    const file = join(folder, `${message}-${depth}`);
    writeFileSync(file, MESSAGES[message].repeat(depth));
    const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", script];
    const address = `http://127.0.0.1:${port}/`;
    const output = await outputOf(pinned("load", [wrk, ...options, address, "--", file]));
    // It is the line that wrk.lua prints.
    const result = JSON.parse(/^\{.*\}$/m.exec(output)?.[0] ?? "null") as LoadResult | null;
    if (result === null) throw new Error(`Cannot read what wrk says: ${output}`);
    return result;
  };
  return {
    name: `wrk ${versionOf([wrk, "-v"])}`,
    run: ask,
    stop: () => Promise.resolve(rmSync(folder, { recursive: true })),
  };
}
