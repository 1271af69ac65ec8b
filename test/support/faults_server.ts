/**
 * The server that masses of clients are sent to, as a process of its own: an echo, and for who asks
 * for it with an L first, an answer larger than what the system holds.
 *
 * It ends with its input. For each line of that, it prints a line: what it has counted, and what it
 * needs when all garbage is gone.
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { type Connection, copy, listen, serve } from "../../mod.ts";
import { collectGarbage } from "./garbage.ts";
import { macrotask } from "./gates.ts";

const LARGE = new Uint8Array(8 << 20);
const ASKS_FOR_LARGE = "L".charCodeAt(0);

async function handle(connection: Connection): Promise<void> {
  const first = await connection.read();
  if (first === null) return;
  if (first[0] === ASKS_FOR_LARGE) return await connection.write(LARGE);
  await connection.write(first);
  await copy(connection, connection);
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  let errors = 0;
  const served = serve(listener, handle, { signal: stop.signal, onError: () => errors++ });
  console.log(`Listening on ${listener.addr.port}`);
  for await (const _ of createInterface({ input: process.stdin })) {
    for (let round = 0; round < 4; round++) {
      collectGarbage();
      await macrotask();
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    console.log(JSON.stringify({ ...listener.stats, errors, rss, heap: heapUsed + external }));
  }
  stop.abort();
  await served;
}

void main();
