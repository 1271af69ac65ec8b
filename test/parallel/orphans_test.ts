/** Whoever is killed, nothing is left. */

import { assertEquals, assertMatch } from "#assert";
import process from "node:process";
import { TextClient } from "../examples/client.ts";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

/** The program with two worker processes, and a client of it. */
async function started(t: TestContext) {
  const granted = runtime === "deno" ? ["--allow-env", "--allow-run", "--allow-write"] : [];
  const file = pathOf("test/parallel/workers/program.ts");
  const server = new ServerProcess([], [...RUN[runtime], ...granted, file]);
  t.defer(() => server.kill("SIGKILL"));
  const [, port] = await server.said(/^Listening on .*:([0-9]+)\/\n$/);
  const addr = { transport: "tcp", hostname: "127.0.0.1", port: Number(port) } as const;
  return { server, connect: () => TextClient.connected(t, { addr }) };
}

/** The process that answers. */
async function pidBehind(client: TextClient): Promise<number> {
  await client.send("where\n");
  const [, pid] = /^where \d (\d+):/.exec(await client.until("\n")) ?? [];
  return Number(pid);
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until none of them runs: the end of a process that is no child of ours is told to nobody. */
async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(runs)) await new Promise((resolve) => setTimeout(resolve, 20));
}

test(`worker processes finish and exit when their caller was killed, on ${runtime}`, async (t) => {
  const { server, connect } = await started(t);
  const [first, second] = [await connect(), await connect()];
  const pids = [await pidBehind(first), await pidBehind(second)];
  assertEquals(new Set(pids).size, 2);
  await first.send("later\n");
  await first.until("waiting\n");
  const killed = server.kill("SIGKILL");
  // What was under way is answered: its worker has been told that the end has come.
  assertMatch(await first.until("\n"), /^later /);
  first.end();
  second.end();
  await untilGone(pids);
  assertEquals(await killed, "SIGKILL");
});
