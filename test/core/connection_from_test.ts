import { assert, assertEquals, assertStrictEquals } from "#assert";
import { formatAddr } from "../../core/addr.ts";
import { Connection } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { SharingBytes } from "../support/sharing_bytes.ts";

const BYTES = new Uint8Array([1, 2, 3]);

function streams() {
  const [there, back] = [
    new TransformStream<Uint8Array, Uint8Array>(),
    new TransformStream<Uint8Array, Uint8Array>(),
  ];
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ] as const;
}

function pair(t: TestContext): [Connection, Connection] {
  const [client, server] = streams();
  const ends: [Connection, Connection] = [Connection.from(client), Connection.from(server)];
  t.defer(() => ends.forEach((end) => end.abort()));
  return ends;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const reason = await reasonOf(promise);
  assert(reason instanceof NetworkError, String(reason));
  return reason.code;
}

test("Connection.from() gives both halves, each with its own end", async (t) => {
  const [a, b] = pair(t);
  const size = 1 << 20;
  const sent = new Uint8Array(size).map((_, i) => i * 7);
  const sending = a.write(sent).then(() => a.closeWrite());
  let at = 0;
  for (let chunk = await b.read(); chunk !== null; chunk = await b.read()) {
    assert(chunk.length <= 65_536);
    for (let i = 0; i < chunk.length; i += 997) assertEquals(chunk[i], sent[at + i]);
    at += chunk.length;
  }
  await sending;
  assertEquals([at, await b.read()], [size, null]);
  const answering = b.write(BYTES);
  assertEquals(await a.read(), BYTES);
  await answering;
  await Promise.all([a.close(), b.close()]);
  assertEquals([a.signal.aborted, b.signal.aborted], [false, false]);
});

test("Connection.from(): a write that is finished has no part in the bytes any more", async (t) => {
  const [client, server] = streams();
  // Room for a chunk that nobody has read.
  const roomy = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 4,
  });
  const a = Connection.from({ readable: client.readable, writable: roomy.writable });
  t.defer(() => a.abort());
  const bytes = BYTES.slice();
  await a.write(bytes);
  bytes.fill(9);
  assertEquals((await roomy.readable.getReader().read()).value, BYTES);
  await server.writable.abort();
});

test("Connection.from(): a write waits for the reader; nothing is read that nobody asks for", async (t) => {
  const [a, b] = pair(t);
  const writing = a.write(new Uint8Array(200_000));
  assertEquals(await outcome(writing), "pending");
  assertEquals((await b.read())?.length, 65_536);
  assertEquals(await outcome(writing), "pending");
  while (await outcome(writing) === "pending") await b.read();
  await writing;
});

test("Connection.from(): abort() is a reset for the peer, known also to a handler that is busy", async (t) => {
  const [a, b] = pair(t);
  const { signal } = b;
  const reading = a.read();
  a.abort();
  assertEquals(await codeOf(reading), "ECLOSED");
  await macrotask();
  assertEquals((signal.reason as NetworkError).code, "ECONNRESET");
  assertEquals([await codeOf(b.read()), await codeOf(b.read())], ["ECONNRESET", "ECONNRESET"]);
  assertEquals(await codeOf(b.write(BYTES)), "ECONNRESET");
  await Promise.all([a.close(), b.close()]);
});

test("Connection.from(): an error of a stream breaks the connection, and is the cause", async (t) => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const readable = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  let aborted: unknown;
  const writable = new WritableStream<Uint8Array>({ abort: (reason) => void (aborted = reason) });
  const connection = Connection.from({ readable, writable });
  t.defer(() => connection.abort());
  const cause = new Error("the tunnel is down");
  controller?.error(cause);
  const reason = await reasonOf(connection.read());
  assert(reason instanceof NetworkError);
  assertEquals(reason.code, "ECONNRESET");
  assertStrictEquals(reason.cause, cause);
  await macrotask();
  assertEquals((aborted as NetworkError).code, "ECONNRESET");
  assertEquals([readable.locked, writable.locked], [false, false]);
});

test("Connection.from(): chunks must be Uint8Arrays; an empty one is nothing", async (t) => {
  const given: unknown[] = [new Uint8Array(0), BYTES, "text"];
  const readable = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(given.shift() as Uint8Array),
  });
  const connection = Connection.from({ readable, writable: new WritableStream() });
  t.defer(() => connection.abort());
  assertEquals(await connection.read(), BYTES);
  const reason = await reasonOf(connection.read());
  assert(reason instanceof NetworkError);
  assertEquals(reason.code, "EINVAL");
  assert(/must give Uint8Arrays, got "text"/.test(String(reason.cause)), String(reason.cause));
});

test("Connection.from(): close() sends all, waits for the peer's end, and frees both streams", async () => {
  const [client, server] = streams();
  const timers = new FakeTimers();
  const connection = Connection.from(client, { timers });
  const writing = connection.write(BYTES);
  const closing = connection.close();
  const reader = server.readable.getReader();
  assertEquals((await reader.read()).value, BYTES);
  assertEquals((await reader.read()).done, true);
  await writing;
  assertEquals([await outcome(closing), timers.armed], ["pending", 1]);
  await server.writable.close();
  await closing;
  assertEquals([client.readable.locked, client.writable.locked, timers.armed], [false, false, 0]);
});

test("Connection.from(): a silent peer holds up close() for 2 s, and is cancelled then", async () => {
  const timers = new FakeTimers();
  let cancelled: unknown;
  const readable = new ReadableStream<Uint8Array>({
    cancel: (reason) => void (cancelled = reason),
  });
  let closed = false;
  const writable = new WritableStream<Uint8Array>({ close: () => void (closed = true) });
  const connection = Connection.from({ readable, writable }, { timers });
  const closing = connection.close();
  await macrotask();
  timers.advance(1999);
  assertEquals([await outcome(closing), closed], ["pending", true]);
  timers.advance(1);
  await closing;
  assertEquals((cancelled as NetworkError).code, "ECONNRESET");
  assertEquals([readable.locked, writable.locked], [false, false]);
});

test("Connection.from(): time limits hold", async () => {
  const timers = new FakeTimers();
  const [client, server] = streams();
  const connection = Connection.from(client, { timers, timeouts: { receive: 10, send: 20 } });
  const reading = connection.read();
  timers.advance(10);
  assertEquals(await codeOf(reading), "ETIMEDOUT");
  const writing = connection.write(new Uint8Array(100_000));
  const reader = server.readable.getReader();
  await macrotask();
  timers.advance(15);
  await reader.read();
  await macrotask();
  timers.advance(15);
  assertEquals(await outcome(writing), "pending", "a part was taken");
  timers.advance(25);
  assertEquals(await codeOf(writing), "ETIMEDOUT");
  assertEquals((await reasonOf(reader.read()) as NetworkError).code, "ECONNRESET");
  assertEquals([client.readable.locked, client.writable.locked, timers.armed], [false, false, 0]);
});

test("Connection.from() tells the addresses that it is given, or that there are none", (t) => {
  const [client, server] = streams();
  const localAddr = { transport: "tcp", hostname: "::1", port: 1 } as const;
  const a = Connection.from({ ...client, localAddr });
  const b = Connection.from(server);
  t.defer(() => [a, b].forEach((end) => end.abort()));
  assertEquals([formatAddr(a.localAddr), formatAddr(a.remoteAddr)], ["[::1]:1", "stream"]);
  assertEquals([b.localAddr.transport, b.alpn], ["stream", undefined]);
});

test("Connection.from() refuses what it cannot use, and locks nothing then", () => {
  const [{ readable, writable }] = streams();
  const locked = new WritableStream<Uint8Array>();
  locked.getWriter();
  const bad: [unknown, unknown, RegExp][] = [
    [
      { readable, writable: locked },
      {},
      /^TypeError: Cannot make a connection: writable is locked/,
    ],
    [
      { readable },
      {},
      /^TypeError: Cannot make a connection: writable must be a stream, got undefined/,
    ],
    [{ readable: "x", writable }, {}, /^TypeError: Cannot make a connection: readable must be/],
    [{ readable, writable }, { timeouts: { idle: 0 } }, /^RangeError: Cannot make a connection: /],
  ];
  for (const [given, init, text] of bad) {
    let error: unknown;
    try {
      // What a caller without types may pass.
      Connection.from(given as Parameters<typeof Connection.from>[0], init as object);
    } catch (thrown) {
      error = thrown;
    }
    assert(text.test(String(error)), String(error));
    assertEquals([readable.locked, writable.locked], [false, false]);
  }
});

test("Connection.from(): a write copies also bytes whose slice() does not", async (t) => {
  const [client, server] = streams();
  const roomy = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 4,
  });
  const a = Connection.from({ readable: client.readable, writable: roomy.writable });
  t.defer(() => a.abort());
  const bytes = SharingBytes.from(BYTES);
  await a.write(bytes);
  bytes.fill(9);
  assertEquals([...(await roomy.readable.getReader().read()).value ?? []], [...BYTES]);
  await server.writable.abort();
});
