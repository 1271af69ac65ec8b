/** WorkerRun: what a worker does, without a thread or a process. */

import { assert, assertEquals } from "#assert";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect } from "../../mod.ts";
import type { FromWorker, WorkerInit } from "../../parallel/messages.ts";
import { WorkerRun } from "../../parallel/worker_run.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { macrotask } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { INIT, lonelySocket } from "./fake_workers.ts";
import { moduleOf } from "./modules.ts";

const MODULE = `
  export async function handler(connection, { post, draining }) {
    const chunk = await connection.read();
    if (chunk?.[0] === 33) throw new Error("thrown");
    post("handled");
    await connection.write(chunk);
  }
  export const onMessage = (message, { post }) => post(message);
`;

/** A worker, and what it has told; `until` waits for a type of message. */
function running(t: TestContext, module = MODULE, init: Partial<WorkerInit> = {}) {
  const told: FromWorker[] = [];
  let [exits, wake] = [0, (): void => undefined];
  const run = new WorkerRun((message) => {
    told.push(message);
    wake();
  }, () => {
    exits++;
    wake();
  });
  run.take({ type: "start", init: { ...INIT, module: moduleOf(t, module), ...init } }, undefined);
  const until = async (what: FromWorker["type"] | "exit"): Promise<FromWorker | undefined> => {
    for (;;) {
      const found = told.find(({ type }) => type === what);
      if (found !== undefined || (what === "exit" && exits > 0)) return found;
      await new Promise<void>((resolve) => wake = resolve);
    }
  };
  return { run, told, until, types: () => told.map(({ type }) => type), exits: () => exits };
}

/** Both ends of connections that were accepted and not read, as workers are given them. */
async function sockets(t: TestContext) {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.defer(() => void server.close());
  // It listens on a port: hence the cast.
  const { port } = server.address() as AddressInfo;
  return async () => {
    const accepted = once(server, "connection");
    const client = await connect({ port });
    t.defer(() => client.abort());
    const [socket] = await accepted as [Socket];
    return { client, socket };
  };
}

test("a worker serves what it is given, tells how much, and leaves when it is told to", async (t) => {
  const pair = await sockets(t);
  const { run, told, until, types, exits } = running(t);
  await until("ready");
  const { client, socket } = await pair();
  run.take({ type: "connection" }, socket);
  await until("count");
  assertEquals(told.at(-1), { type: "count", taken: 1, gone: 0 });
  await client.write(Uint8Array.of(1));
  assertEquals(await client.read(), Uint8Array.of(1));
  assertEquals(await client.read(), null);
  await client.close();
  while (!told.some((one) => one.type === "count" && one.gone === 1)) await macrotask();
  run.take({ type: "ping" }, undefined);
  assertEquals(types(), ["ready", "count", "message", "count", "pong"]);
  run.take({ type: "drain" }, undefined);
  await until("leaving");
  assertEquals(await until("done"), { type: "done", served: { finished: 0, cut: 0 } });
  assertEquals([types().slice(-2), exits()], [["done", "leaving"], 0]);
  run.take({ type: "leave" }, undefined);
  assertEquals(exits(), 1);
});

test("a worker tells the counts once in a turn of the loop", async (t) => {
  const { run, told, until } = running(t);
  await until("ready");
  for (let left = 3; left > 0; left--) run.take({ type: "connection" }, undefined);
  // Their peers have left on the way.
  assertEquals(told.length, 1);
  await until("count");
  await macrotask();
  assertEquals(told.slice(1), [{ type: "count", taken: 3, gone: 3 }]);
  run.take({ type: "drain" }, undefined);
  await until("leaving");
});

test("what handlers throw is told, and ends nothing", async (t) => {
  const pair = await sockets(t);
  const { run, until } = running(t);
  await until("ready");
  const { client, socket } = await pair();
  run.take({ type: "connection" }, socket);
  await client.write(Uint8Array.of(33));
  const told = await until("error");
  assert(told?.type === "error" && !told.fatal && told.error.message === "thrown", told?.type);
  run.take({ type: "message", message: "still there" }, undefined);
  assertEquals(await until("message"), { type: "message", message: "still there" });
  run.take({ type: "drain" }, undefined);
  await until("leaving");
});

test("messages that come before the module is there wait for it", async (t) => {
  const { run, told, until } = running(t);
  run.take({ type: "message", message: 1 }, undefined);
  run.take({ type: "message", message: 2 }, undefined);
  await until("message");
  await macrotask();
  assertEquals(told, [
    { type: "ready" },
    { type: "message", message: 1 },
    { type: "message", message: 2 },
  ]);
  run.take({ type: "drain" }, undefined);
  await until("leaving");
});

test("a worker that cannot start says why, and lets go of what it is given", async (t) => {
  for (
    const [module, init] of [["throw new RangeError('not today');", {}], [MODULE, {
      listen: {
        ...INIT.listen,
        tls: { ...certificateOf("server"), key: certificateOf("renewed").key },
      },
    }]] as const
  ) {
    const { run, until, types, exits } = running(t, module, init);
    const socket = lonelySocket();
    run.take({ type: "connection" }, socket);
    await until("leaving");
    await macrotask();
    const failed = await until("failed");
    assert(failed?.type === "failed", "it has not failed");
    assert(
      /^(not today|Cannot listen: tls must have)/.test(failed.error.message),
      failed.error.message,
    );
    assertEquals([socket.destroyed, types().includes("ready"), exits()], [true, false, 0]);
    run.take({ type: "leave" }, undefined);
    assertEquals(exits(), 1);
  }
});

test("a worker that is told to drain before it serves never does", async (t) => {
  const { run, until, types } = running(t);
  run.take({ type: "drain" }, undefined);
  await until("leaving");
  await macrotask();
  await macrotask();
  assertEquals(types(), ["leaving"]);
});

test("a worker whose caller is gone finishes what it has, and exits without being told", async (t) => {
  const pair = await sockets(t);
  const { run, until, exits, told } = running(t);
  await until("ready");
  const { client, socket } = await pair();
  run.take({ type: "connection" }, socket);
  await until("count");
  run.abandon();
  await macrotask();
  assertEquals(exits(), 0);
  await client.write(Uint8Array.of(1));
  assertEquals(await client.read(), Uint8Array.of(1));
  await client.close();
  await until("exit");
  assertEquals([exits(), told.some(({ type }) => type === "leaving")], [1, false]);

  // One that has finished, and waits for leave to go, has nobody to wait for.
  const finished = running(t);
  await finished.until("ready");
  finished.run.take({ type: "drain" }, undefined);
  await finished.until("leaving");
  finished.run.abandon();
  assertEquals(finished.exits(), 1);

  // Nor has one that could not start.
  const other = running(t, "export const handler = 1;");
  await other.until("leaving");
  other.run.abandon();
  assertEquals(other.exits(), 1);
});

test("a worker that is just starting starts with the certificate that it is told of", async (t) => {
  const tls = certificateOf("server");
  const { run, told, until, types } = running(t, MODULE, { listen: { ...INIT.listen, tls } });
  const wrong = { ...tls, key: certificateOf("renewed").key };
  run.take({ type: "certificate", id: 1, certificate: certificateOf("renewed") }, undefined);
  run.take({ type: "certificate", id: 2, certificate: wrong }, undefined);
  await until("ready");
  // It has looked at both before it serves, and keeps what it can use.
  assertEquals(types(), ["certified", "certified", "ready"]);
  const [good, bad] = told;
  assertEquals(good, { type: "certified", id: 1, error: undefined });
  assert(bad?.type === "certified" && bad.error?.name === "TypeError", "it was taken");
  run.take({ type: "drain" }, undefined);
  await until("leaving");
});

test("a worker says whether it has taken a certificate", async (t) => {
  const tls = certificateOf("server");
  const { run, told, until } = running(t, MODULE, { listen: { ...INIT.listen, tls } });
  await until("ready");
  const wrong = { ...tls, key: certificateOf("renewed").key };
  for (const [id, certificate] of [[1, certificateOf("renewed")], [2, wrong]] as const) {
    run.take({ type: "certificate", id, certificate }, undefined);
    while (!told.some((one) => one.type === "certified" && one.id === id)) await macrotask();
  }
  const [good, bad] = told.filter(({ type }) => type === "certified");
  assertEquals(good, { type: "certified", id: 1, error: undefined });
  assert(bad?.type === "certified" && bad.error?.name === "TypeError", "it was taken");
  run.take({ type: "drain" }, undefined);
  await until("leaving");
});
