/** listen({ fd }): a socket that somebody else has bound, as systemd does. */

import { assertEquals, assertRejects } from "#assert";
import process from "node:process";
import { connect } from "node:net";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as bun from "../../adapters/bun.ts";
import * as node from "../../adapters/node.ts";
import { NetworkError } from "../../core/errors.ts";
import { pathOf, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

const RUN: Record<typeof runtime, string[]> = {
  node: [],
  deno: ["run", "--no-check", "-A"],
  bun: [],
};

/** Only Node tells the descriptor of a socket. */
const NODE = pathOf("node_modules/node/bin/node");

/** A program that is given a socket, with this adapter. */
function activated(t: TestContext, adapter: string): ServerProcess {
  const program = [
    process.execPath,
    ...RUN[runtime],
    pathOf("test/fixtures/activated.ts"),
    adapter,
  ];
  const server = new ServerProcess(
    program,
    [pathOf("test/fixtures/activate.mjs")],
    {},
    NODE,
  );
  t.defer(() => server.kill("SIGTERM"));
  return server;
}

/** All that is said at a port. */
function said(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("data", (chunk) => text += chunk).on("close", () => resolve(text)).on(
      "error",
      reject,
    );
  });
}

for (const adapter of new Set([runtime === "deno" ? "node" : runtime, "node"])) {
  test(`listen({ fd }) of the adapter of ${adapter} serves on a socket that was passed on`, async (t) => {
    const server = activated(t, adapter);
    const port = Number((await server.said(/^port ([0-9]+)$/m))[1]);
    await server.said(new RegExp(`^adopted 127\\.0\\.0\\.1:${port}$`, "m"));
    assertEquals(await said(port), `127.0.0.1:${port}`);
    assertEquals(await said(port), `127.0.0.1:${port}`);
    assertEquals(await server.kill("SIGTERM"), 0);
    await server.said(/^closed$/m);
    await assertRejects(() => said(port));
  });
}

if (runtime === "deno") {
  test("listen({ fd }) of the adapter of Deno is refused, with what to do", async (t) => {
    const server = activated(t, "deno");
    await server.said(
      /^NotSupported: Cannot listen: Deno has no option fd, got 3; the adapter of Node/m,
    );
    assertEquals(await server.ended, 0);
  });
}

test("listen({ fd }) refuses what is no socket", async (t) => {
  const file = openSync(fileURLToPath(import.meta.url), "r");
  t.defer(() => closeSync(file));
  const adapters = runtime === "bun" ? [bun, node] : [node];
  for (const { listen } of adapters) {
    const error = await assertRejects(() => listen({ fd: file }), NetworkError);
    assertEquals(
      error.message.startsWith(`Cannot adopt the descriptor ${file}: `),
      true,
      error.message,
    );
  }
});
