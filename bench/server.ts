/**
 * The servers that are measured, one in each process: `server.ts KIND`.
 * Prints the port; then answers each line of its input, `usage` or `collect` (all garbage first),
 * with what it has used; and ends when its input does.
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { collectGarbage } from "../test/support/garbage.ts";

/** Starts a server, and resolves with its port. Loaded on demand: nobody pays for the others. */
const KINDS: Record<string, () => Promise<number>> = {
  "raw-echo": async () => (await import("./server_raw.ts")).listenRaw("echo"),
  "raw-once": async () => (await import("./server_raw.ts")).listenRaw("once"),
  "raw-linger": async () => (await import("./server_raw.ts")).listenRaw("linger"),
  echo: async () => (await import("./server_echo.ts")).listenEcho(),
  "echo-limits": async () => (await import("./server_echo.ts")).listenEcho(true),
  copy: async () => (await import("./server_echo.ts")).listenCopy(),
  once: async () => (await import("./server_echo.ts")).listenOnce(),
  "once-limits": async () => (await import("./server_echo.ts")).listenOnce(true),
  serve: async () => (await import("./server_echo.ts")).listenServe(),
  "native-http": async () => (await import("./server_native.ts")).listenNative(),
  response: async () => (await import("./server_http.ts")).listenHttp("response"),
  reply: async () => (await import("./server_http.ts")).listenHttp("reply"),
  prepared: async () => (await import("./server_http.ts")).listenHttp("prepared"),
};

function usage(collect: boolean): string {
  if (collect) { for (let round = 0; round < 3; round++) collectGarbage(); }
  const { user, system } = process.cpuUsage();
  return JSON.stringify({ cpu: user + system, rss: process.memoryUsage().rss });
}

async function main(kind = ""): Promise<void> {
  const start = KINDS[kind];
  if (start === undefined) throw new Error(`Cannot start "${kind}": there is no such server`);
  console.log(await start());
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => console.log(usage(line === "collect")));
  lines.on("close", () => process.exit(0));
}

void main(process.argv[2]);
