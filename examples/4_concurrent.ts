/**
 * Step 4: many connections at once.
 *
 * The handler is that of step 3, unchanged. Only the loop has gone: `forEachConcurrent` calls the
 * handler for each connection as it arrives, without waiting for the calls before. While some
 * sleep, the others are answered.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`; open `/sleep` at the address that it
 * prints, and `/` in a second window.
 */

import { formatAddr, listen, type Listener } from "../mod.ts";
import { fiveSeconds, handleConnection, type Sleep } from "./3_slow.ts";

/** Serves up to 1000 connections at once, until the listener is closed and all are answered. */
export async function serve(listener: Listener, sleep: Sleep = fiveSeconds): Promise<void> {
  await listener.incoming().forEachConcurrent(async (connection) => {
    try {
      await handleConnection(connection, sleep);
    } finally {
      await connection.close();
    }
  }, { limit: 1_000, onError: (error) => console.error(String(error)) });
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  console.log(`Listening on http://${formatAddr(listener.addr)}/`);
  await serve(listener);
}

if (import.meta.main) void main();
