/** The handler of bench/parallel.ts, and what it says of its own time. */

import process from "node:process";
import { isMainThread } from "node:worker_threads";
import type { Connection } from "../core/connection.ts";
import type { WorkerContext } from "../parallel/handler.ts";

/** What is sent to have some milliseconds of computing; everything else just comes back. */
export const COMPUTE = 1;

/** Some milliseconds: long beside what a message costs whoever sends it. */
const STEPS = 10_000_000;

/** Integer arithmetic that no compiler can leave out. */
export function compute(seed: number): number {
  let value = seed | 1;
  for (let step = 0; step < STEPS; step++) {
    value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) | 1;
  }
  return value;
}

/** What a worker has used so far, in microseconds. */
export interface Used {
  /** Processor time: of its thread, or of its process. */
  readonly cpu: number;
  /** Time within `compute`, whether or not it had a processor. */
  readonly busy: number;
}

let busy = 0;

/** Called for every connection. */
export async function handler(connection: Connection): Promise<void> {
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    if (chunk[0] === COMPUTE) {
      const started = performance.now();
      chunk[0] = compute(chunk.length);
      busy += (performance.now() - started) * 1000;
    }
    await connection.write(chunk);
  }
}

/** Answers whatever comes with what it has used. */
export function onMessage(_message: unknown, { post }: WorkerContext): void {
  const { user, system } = isMainThread ? process.cpuUsage() : process.threadCpuUsage();
  const used: Used = { cpu: user + system, busy };
  post(used);
}
