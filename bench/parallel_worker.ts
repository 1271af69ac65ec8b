/** The handler of bench/parallel.ts: each message costs some milliseconds of CPU, and comes back. */

import type { Connection } from "../core/connection.ts";

/** About 2 ms: long beside what the message costs whoever sends it. */
const STEPS = 2_000_000;

/** Integer arithmetic that no compiler can leave out. */
function compute(seed: number): number {
  let value = seed | 1;
  for (let step = 0; step < STEPS; step++) {
    value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) | 1;
  }
  return value;
}

/** Called for every connection. */
export async function handler(connection: Connection): Promise<void> {
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    chunk[0] = compute(chunk.length);
    await connection.write(chunk);
  }
}
