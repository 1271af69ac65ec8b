/** serveHere: one worker only, which is this thread. */

import { assert, assertEquals } from "#assert";
import { NotSupported } from "../../core/errors.ts";
import { connect, listen } from "../../mod.ts";
import type { ParallelEvent } from "../../parallel/events.ts";
import { type AnyParallelOptions, resolveParallelOptions } from "../../parallel/options.ts";
import { serveHere } from "../../parallel/serve_here.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { countListeners, macrotask, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { moduleOf } from "./modules.ts";

const MODULE = `
  export async function handler(connection, { worker, restarts, data, post }) {
    const chunk = await connection.read();
    if (chunk === null) throw new Error("nothing came");
    data.seen = true;
    post([worker, restarts]);
    await connection.write(chunk);
  }
  export const onMessage = (message, { post }) => post(message);
`;

async function serving(t: TestContext, options: Partial<AnyParallelOptions> = {}, text = MODULE) {
  const events: ParallelEvent[] = [];
  const heard: unknown[] = [];
  const all = {
    port: 0,
    onEvent: (event: ParallelEvent) => void events.push(event),
    onMessage: (message: unknown) => void heard.push(message),
    ...options,
  } as AnyParallelOptions;
  const server = await serveHere(moduleOf(t, text), all, resolveParallelOptions(all));
  t.defer(() => server.close());
  const { addr } = server;
  assert(addr.transport === "tcp", addr.transport);
  return { server, events, heard, port: addr.port };
}

test("serveHere() serves with the module, whose data is the caller's own", async (t) => {
  const data = { seen: false };
  const { server, heard, port } = await serving(t, { data });
  const client = await connect({ port });
  await client.write(Uint8Array.of(1));
  assertEquals([await client.read(), await client.read()], [Uint8Array.of(1), null]);
  await client.close();
  assertEquals([data.seen, heard], [true, [[0, 0]]]);
  const { accepted, restarts, workers } = server.stats();
  assertEquals([accepted, restarts, workers.length], [1, 0, 1]);
  assert(await reasonOf(server.reload()) instanceof NotSupported);
});

test("a failure of a handler is an event, unless the module takes it", async (t) => {
  for (const own of ["", "export const onError = () => undefined;"]) {
    const { server, events, port } = await serving(t, {}, `${MODULE}${own}`);
    const client = await connect({ port });
    await client.closeWrite();
    await client.read().catch(() => null);
    client.abort();
    await server.close();
    const told = events.map((event) => event.type === "error" ? event.error.message : event.type);
    assertEquals(told, own === "" ? ["nothing came"] : []);
  }
});

test("a message is a copy, and is heard later", async (t) => {
  const { server, heard } = await serving(t);
  const message = { a: 1 };
  server.broadcast(message);
  message.a = 2;
  assertEquals(heard, []);
  while (heard.length === 0) await Promise.resolve();
  assertEquals(heard, [{ a: 1 }]);
});

test("setCertificate() is that of the listener, and NotSupported without TLS", async (t) => {
  const { server } = await serving(t, { tls: certificateOf("server") });
  await server.setCertificate(certificateOf("renewed"));
  const wrong = { ...certificateOf("server"), key: certificateOf("renewed").key };
  assert(await reasonOf(server.setCertificate(wrong)) instanceof TypeError);
  const plain = await serving(t);
  assert(await reasonOf(plain.server.setCertificate(wrong)) instanceof NotSupported);
});

test("serveHere() leaves nothing when the module cannot start, or its signal aborts", async (t) => {
  const probe = await listen({ port: 0 });
  const { port } = probe.addr;
  await probe.close();
  const error = await reasonOf(serving(t, { port }, "throw new RangeError('not today');"));
  assert(error instanceof Error && /cannot start: not today$/.test(error.message), String(error));
  assert(error.cause instanceof RangeError, "without its cause");
  const stop = new AbortController();
  const starting = serving(t, { port, signal: stop.signal });
  stop.abort("enough");
  assertEquals(await reasonOf(starting), "enough");
  const { server } = await serving(t, { port });
  assert(server.addr.transport === "tcp" && server.addr.port === port, "the port is taken");
});

test("serveHere() does not wait for its module when its signal aborts", async (t) => {
  const global = globalThis as { loadOn?: () => void };
  const stop = new AbortController();
  const text = "await new Promise((resolve) => { globalThis.loadOn = resolve; });";
  const starting = serving(t, { signal: stop.signal }, text);
  while (global.loadOn === undefined) await macrotask();
  stop.abort("enough");
  assertEquals(await reasonOf(starting), "enough");
  global.loadOn();
  delete global.loadOn;
});

test("its signal closes a server of one worker, which leaves no listener on it", async (t) => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const { server } = await serving(t, { signal: stop.signal });
  assertEquals(listeners(), 1);
  stop.abort();
  assertEquals([await server.ended, listeners()], [{ finished: 0, cut: 0 }, 0]);
});
