/**
 * Step 5: many event loops at once.
 *
 * Step 4 serves many connections, but one at a time has the processor: a request that computes holds
 * up all the others. Here every worker has an event loop of its own, and they share the port. The
 * handler has moved to a module that each of them imports, as functions cannot be sent.
 *
 * Run it with `node`, `deno run --allow-net --allow-read --allow-env --allow-run` or `bun run`, and
 * open the address that it prints.
 */

import { formatAddr } from "../mod.ts";
import {
  type ParallelOptions,
  type ParallelServer,
  serveParallel,
} from "../parallel/serve_parallel.ts";

/** Serves with as many workers as the machine runs at once. */
export async function serve(options: Partial<ParallelOptions> = {}): Promise<ParallelServer> {
  const worker = new URL("./5_parallel_worker.ts", import.meta.url);
  return await serveParallel(worker, {
    port: 0,
    onEvent: (event) => {
      if (event.type === "error") console.error(String(event.error));
    },
    ...options,
  });
}

async function main(): Promise<void> {
  const server = await serve();
  console.log(`Listening on http://${formatAddr(server.addr)}/`);
  await server.ended;
}

if (import.meta.main) void main();
