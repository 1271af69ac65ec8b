import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { connect, listen } from "../../adapters/node.ts";
import { NetworkError } from "../../core/errors.ts";
import type { Listener, ListenOptions } from "../../core/listener.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "node-"));
  t.defer(() => rmSync(path, { recursive: true }));
  return path;
}

async function listening(t: TestContext, options: ListenOptions): Promise<Listener> {
  const listener = await listen(options);
  t.defer(() => listener.close());
  return listener;
}

const codeOf = async (promise: Promise<unknown>) =>
  (await assertRejects(() => promise, NetworkError)).code;

/** A connection to `listener`, and its other end. */
async function both(t: TestContext, listener: Listener, to: { path: string } | { port: number }) {
  const accepted = listener.incoming().next();
  const client = await connect({ ...to, timeout: 60_000, signal: t.signal });
  t.defer(() => client.abort());
  const { value: server } = await accepted;
  if (server === undefined) throw new Error("nothing was accepted");
  t.defer(() => server.abort());
  return [client, server] as const;
}

test("listen() and connect() without TLS do not load node:tls, which takes as long as the start of Node", async () => {
  if (runtime !== "node") return;
  const adapter = new URL("../../adapters/node.ts", import.meta.url).href;
  const script = `
    import { connect, listen } from ${JSON.stringify(adapter)};
    const listener = await listen({ port: 0 });
    (await connect({ port: listener.addr.port })).abort();
    await listener.close();
    console.log(process.moduleLoadList.filter((name) => /NativeModule (tls|crypto)$/.test(name)).join());
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script]);
  assertEquals(stdout, "\n");
});

test("listen({ path, mode }) makes nothing but a socket with that mode, and removes it", async (t) => {
  const path = join(folder(t), "app.sock");
  const listener = await listening(t, { path, mode: 0o600 });
  assertEquals(listener.addr, { transport: "unix", path });
  assert(lstatSync(path).isSocket());
  assertEquals(lstatSync(path).mode & 0o777, 0o600);
  assertEquals(readdirSync(join(path, "..")), ["app.sock"]);
  await listener.close();
  assertEquals(readdirSync(join(path, "..")), []);
});

test("listen({ path }) names both ends, the client's by the empty path", async (t) => {
  const path = join(folder(t), "s");
  const [client, server] = await both(t, await listening(t, { path }), { path });
  assertEquals(server.localAddr, { transport: "unix", path });
  assertEquals(server.remoteAddr, { transport: "unix", path: "" });
  assertEquals(client.localAddr, { transport: "unix", path: "" });
  assertEquals(client.remoteAddr, { transport: "unix", path });
});

test("listen({ path }) refuses one that is in use, and any other file", async (t) => {
  const path = join(folder(t), "s");
  const listener = await listening(t, { path });
  assertEquals(await codeOf(listen({ path })), "EADDRINUSE");
  // It answers still.
  (await connect({ path })).abort();
  await listener.close();
  writeFileSync(path, "text");
  assertEquals(await codeOf(listen({ path })), "EADDRINUSE");
  assertEquals(readdirSync(join(path, "..")), ["s"]);
});

test("listen({ path }) in a folder that is missing is ENOENT, here and when connecting", async (t) => {
  const path = join(folder(t), "none", "s");
  assertEquals(await codeOf(listen({ path })), "ENOENT");
  assertEquals(await codeOf(connect({ path })), "ENOENT");
});

test("listen({ path }) at an abstract name leaves no file, and is EADDRINUSE when taken", async (t) => {
  if (process.platform !== "linux") return;
  const path = `\0node-test-${process.pid}`;
  const listener = await listening(t, { path });
  const [client] = await both(t, listener, { path });
  assertEquals(client.remoteAddr, { transport: "unix", path });
  assertEquals(await codeOf(listen({ path })), "EADDRINUSE");
});

test("listen({ path }) leaves the file alone that another server has put there", async (t) => {
  const path = join(folder(t), "s");
  const first = await listening(t, { path });
  rmSync(path);
  const second = await listening(t, { path });
  await first.close();
  const [client] = await both(t, second, { path });
  assertEquals(client.remoteAddr, { transport: "unix", path });
});

test("listen({ path }) frees the name it was made with when the folder has changed", async (t) => {
  const [first, second, before] = [folder(t), folder(t), process.cwd()];
  t.defer(() => process.chdir(before));
  process.chdir(first);
  const listener = await listening(t, { path: "s" });
  process.chdir(second);
  await listener.close();
  assertEquals(readdirSync(first), []);
});

test("connect() rejects with the signal's reason, before and during, and leaves nothing", async (t) => {
  const reason = new Error("stop");
  const aborted = connect({ port: 1, signal: AbortSignal.abort(reason) });
  assertStrictEquals(await aborted.catch((error: unknown) => error), reason);
  const { addr } = await listening(t, { port: 0 });
  const controller = new AbortController();
  const port = addr.transport === "tcp" ? addr.port : 0;
  const connecting = connect({ port, signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await connecting.catch((error: unknown) => error), reason);
});

test("connect() tells what the system says, with it as the cause", async (t) => {
  const listener = await listening(t, { port: 0 });
  const port = listener.addr.transport === "tcp" ? listener.addr.port : 0;
  await listener.close();
  const error = await assertRejects(() => connect({ port }), NetworkError);
  assertEquals(error.code, "ECONNREFUSED");
  assertEquals(
    error.message,
    `Cannot connect to 127.0.0.1:${port}: nobody listens there (ECONNREFUSED)`,
  );
  assert(error.cause instanceof Error);
  assertEquals(await codeOf(connect({ hostname: "no-such-host.invalid", port })), "ENOTFOUND");
});

test("connect() tells of a reset while the handler is busy elsewhere", async (t) => {
  const listener = await listening(t, { port: 0 });
  const port = listener.addr.transport === "tcp" ? listener.addr.port : 0;
  const [client, server] = await both(t, listener, { port });
  const told = new Promise((resolve) => client.signal.addEventListener("abort", resolve));
  server.abort();
  await told;
  assertEquals((client.signal.reason as NetworkError).code, "ECONNRESET");
});

test("listen({ maxConnections }) refuses what is above it, and says so", async (t) => {
  const listener = await listening(t, { port: 0, maxConnections: 1 });
  const port = listener.addr.transport === "tcp" ? listener.addr.port : 0;
  const [first, server] = await both(t, listener, { port });
  const refused = connectSocket({ port, host: "127.0.0.1" });
  await new Promise<void>((resolve) => {
    refused.on("error", () => undefined);
    refused.on("close", () => resolve());
  });
  assertEquals([listener.stats.refused, listener.stats.open], [1, 1]);
  await Promise.all([first.close(), server.close()]);
  assertEquals(listener.stats.open, 0);
});
