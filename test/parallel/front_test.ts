/** openFront: the socket that listens for all workers. */

import { assert, assertEquals } from "#assert";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { NetworkError, NotSupported } from "../../core/errors.ts";
import { resolveListenOptions } from "../../core/listen_options.ts";
import type { ListenOptions } from "../../core/listener.ts";
import { connect, listen } from "../../mod.ts";
import { openFront } from "../../parallel/front.ts";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { reasonOf } from "../support/gates.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

/** A front, and what it has accepted. */
async function opened(t: TestContext, options: ListenOptions) {
  const accepted: Socket[] = [];
  let wake = (): void => undefined;
  const front = await openFront(resolveListenOptions(options), (socket) => {
    t.defer(() => void socket.destroy());
    socket.on("error", () => undefined);
    accepted.push(socket);
    wake();
  });
  const until = async (count: number): Promise<void> => {
    while (accepted.length < count) await new Promise<void>((resolve) => wake = resolve);
  };
  return { front, accepted, until };
}

test("a front gives what it accepts, unread", async (t) => {
  const { front, accepted, until } = await opened(t, { port: 0 });
  assert(front.addr.transport === "tcp" && front.addr.port > 0, front.addr.transport);
  const client = await connect({ port: front.addr.port });
  t.defer(() => client.abort());
  await client.write(Uint8Array.of(1, 2));
  await until(1);
  const [socket] = accepted;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals([socket?.readableLength, socket?.bytesRead], [0, 0]);
  await front.close();
});

test("close() of a front accepts what has connected before, and frees the port", async (t) => {
  const { front, accepted } = await opened(t, { port: 0 });
  assert(front.addr.transport === "tcp", front.addr.transport);
  const { port } = front.addr;
  const sockets = Array.from({ length: 20 }, () => connectSocket({ port, host: "127.0.0.1" }));
  for (const socket of sockets) t.defer(() => void socket.destroy());
  const connected = sockets.map((socket) =>
    new Promise<void>((resolve, reject) => void socket.on("connect", resolve).on("error", reject))
  );
  await connected[0];
  await front.close();
  await Promise.all(connected);
  assertEquals(accepted.length, 20);
  const again = await listen({ port });
  await again.close();
});

test("a front on a path removes the file when it closes, and refuses one that is in use", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "a.sock");
  const { front, until } = await opened(t, { path });
  assertEquals(front.addr, { transport: "unix", path });
  const taken = await reasonOf(opened(t, { path }));
  assert(taken instanceof NetworkError && taken.code === "EADDRINUSE", String(taken));
  const client = await connect({ path });
  await until(1);
  client.abort();
  await front.close();
  assertEquals(existsSync(path), false);
});

test("a front says what it cannot bind, and what the runtime cannot do", async (t) => {
  const { front } = await opened(t, { port: 0 });
  t.defer(() => front.close());
  assert(front.addr.transport === "tcp", front.addr.transport);
  const taken = await reasonOf(opened(t, { port: front.addr.port }));
  assert(taken instanceof NetworkError && taken.code === "EADDRINUSE", String(taken));
  const impossible: Partial<Record<typeof runtime, ListenOptions>> = {
    bun: { port: 0, backlog: 5 },
    deno: { port: 0, hostname: "::1", ipv6Only: true },
  };
  const options = impossible[runtime];
  if (options === undefined) return;
  const error = await reasonOf(opened(t, options));
  assert(error instanceof NotSupported, String(error));
});

test(`several workers serve on a socket that was passed on, on ${runtime}`, async (t) => {
  // Only Node tells the descriptor of a socket, to pass it on.
  const node = pathOf("node_modules/node/bin/node");
  const granted = runtime === "deno" ? ["--allow-env", "--allow-run"] : [];
  const program = [process.execPath, ...RUN[runtime], ...granted];
  const file = pathOf("test/parallel/workers/activated.ts");
  const start = [pathOf("test/fixtures/activate.mjs")];
  const server = new ServerProcess([...program, file], start, {}, node);
  t.defer(() => server.kill("SIGTERM"));
  const port = Number((await server.said(/^port (\d+)$/m))[1]);
  await server.said(new RegExp(`^adopted 127\\.0\\.0\\.1:${port}$`, "m"));
  const seen = new Set<string>();
  const clients = await Promise.all([1, 2].map(async () => {
    const client = await connect({ port });
    t.defer(() => client.abort());
    await client.write(new TextEncoder().encode("a\n"));
    return client;
  }));
  for (const client of clients) {
    seen.add(new TextDecoder().decode(await client.read() ?? undefined));
  }
  assertEquals([...seen].map((answer) => answer.slice(0, 3)).sort(), ["a 0", "a 1"]);
  for (const client of clients) await client.close();
  await server.kill("SIGTERM");
  await server.said(/^closed$/m);
});
