/**
 * A TCP proxy: every connection is passed on to another server.
 *
 * `pipe` is both directions: half-close, resets and back-pressure go through as if the two ends were
 * connected to each other. A server that is not there costs the client its connection, and nobody
 * else anything.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`, and the port of the server behind it.
 */

import process from "node:process";
import {
  connect,
  type Connection,
  type ConnectOptions,
  formatAddr,
  listen,
  type Listener,
  pipe,
  serve,
} from "../mod.ts";

/** Passes on what comes to `target`, and back. */
export async function handleConnection(
  client: Connection,
  target: ConnectOptions,
): Promise<void> {
  // The client may give up while the server is still being reached.
  const { signal } = client;
  const server = await connect({ timeout: 5_000, signal, ...target });
  await pipe(client, server);
}

/** Serves up to 1000 connections at once, until the listener is closed. */
export async function serveProxy(listener: Listener, target: ConnectOptions): Promise<void> {
  const handle = (client: Connection) => handleConnection(client, target);
  await serve(listener, handle, {
    limit: 1_000,
    onError: (error) => console.error(String(error)),
  });
}

async function main(): Promise<void> {
  const port = Number(process.argv[2]);
  const listener = await listen({ port: 0 });
  console.log(`Listening on ${formatAddr(listener.addr)}`);
  await serveProxy(listener, { port });
}

if (import.meta.main) void main();
