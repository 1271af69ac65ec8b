/**
 * An echo: every connection gets back what it sends, in whatever pieces it comes.
 *
 * The back-pressure is in `copy`: it reads no further while the peer does not take what was written.
 * Half-close works: what was sent before the end of file comes back after it.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`, and talk to it with `nc`.
 */

import { type Connection, copy, formatAddr, listen, type Listener, serve } from "../mod.ts";

/** Sends back what comes, until the end of file. */
export async function handleConnection(connection: Connection): Promise<void> {
  await copy(connection, connection);
}

/** Serves up to 1000 connections at once, until the listener is closed. */
export async function serveEcho(listener: Listener): Promise<void> {
  await serve(listener, handleConnection, {
    limit: 1_000,
    onError: (error) => console.error(String(error)),
  });
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  console.log(`Listening on ${formatAddr(listener.addr)}`);
  await serveEcho(listener);
}

if (import.meta.main) void main();
