/** The key-value store, as the tools of Redis see it. */

import { assert, assertEquals, assertMatch } from "#assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

/** The store as a process of its own; its port. */
async function store(t: TestContext): Promise<string> {
  const server = new ServerProcess([], [...RUN[runtime], pathOf("examples/key_value.ts")]);
  t.defer(() => server.kill("SIGKILL"));
  const [, port = ""] = await server.said(/^Listening on 127\.0\.0\.1:([0-9]+)\n$/);
  return port;
}

/** What a tool prints. */
async function run(tool: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(tool, args, { timeout: 60_000 });
  return stdout;
}

test(`redis-cli talks to the key-value store on ${runtime}`, async (t) => {
  const port = await store(t);
  const cli = (...args: string[]) => run("redis-cli", "-p", port, ...args);
  assertEquals(await cli("PING"), "PONG\n");
  assertEquals(await cli("GET", "name"), "\n");
  assertEquals(await cli("SET", "name", "Ferris, ä\r\n"), "OK\n");
  assertEquals(await cli("GET", "name"), "Ferris, ä\r\n\n");
  assertMatch(await cli("LPUSH", "list", "1"), /^ERR unknown command 'LPUSH'\n/);
  // The same command over one connection, many times.
  assertEquals(await cli("-r", "1000", "PING"), "PONG\n".repeat(1_000));
});

test(`redis-benchmark loses no answer of the key-value store on ${runtime}`, async (t) => {
  const port = await store(t);
  const common = ["-p", port, "-c", "50", "-n", "20000", "-q", "-t", "ping,set,get", "-d", "100"];
  for (const pipelined of ["1", "16"]) {
    // It waits for every answer, and fails when one is missing or wrong.
    const output = await run("redis-benchmark", ...common, "-P", pipelined);
    const results = output.split(/[\r\n]+/).filter((line) => line.includes("requests per second"));
    assertEquals(results.map((line) => line.split(":")[0]), [
      "PING_INLINE",
      "PING_MBULK",
      "SET",
      "GET",
    ]);
    assert(!/error/i.test(output), output);
  }
}, { timeout: 120_000 });
