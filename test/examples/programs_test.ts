/** The examples as programs, with a real client each. */

import { assertEquals } from "#assert";
import type { Addr } from "../../mod.ts";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { TextClient } from "./client.ts";

/** Starts an example on a free port; where it listens. */
async function started(t: TestContext, name: string, ...args: string[]): Promise<{ addr: Addr }> {
  const server = new ServerProcess(args, [...RUN[runtime], pathOf(`examples/${name}.ts`)]);
  t.defer(() => server.kill("SIGKILL"));
  const [, port] = await server.said(/^Listening on 127\.0\.0\.1:([0-9]+)\n$/);
  return { addr: { transport: "tcp", hostname: "127.0.0.1", port: Number(port) } };
}

test(`echo, and tcp_proxy in front of it, run as programs on ${runtime}`, async (t) => {
  const { addr } = await started(t, "echo");
  const port = addr.transport === "tcp" ? String(addr.port) : "";
  const client = await TextClient.connected(t, await started(t, "tcp_proxy", port));
  await client.send("hello\n");
  assertEquals(await client.until("\n"), "hello\n");
});

test(`chat runs as a program on ${runtime}`, async (t) => {
  const client = await TextClient.connected(t, await started(t, "chat"));
  assertEquals(await client.until("\n"), "What is your name?\n");
});

test(`key_value runs as a program on ${runtime}`, async (t) => {
  const client = await TextClient.connected(t, await started(t, "key_value"));
  await client.send("SET a 1\r\nGET a\r\n");
  assertEquals(await client.until("1\r\n1\r\n"), "+OK\r\n$1\r\n1\r\n");
});
