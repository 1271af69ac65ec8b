import { assert, assertEquals, assertStrictEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { watched, WatchedConnection } from "../../core/watched_connection.ts";
import type { NetworkError } from "../../core/errors.ts";
import { macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";

const BYTES = Uint8Array.of(1, 2, 3);

function pair(t: TestContext, options = {}) {
  const [client, inner] = connectionPair(options);
  t.defer(() => {
    client.abort();
    inner.abort();
  });
  return { client, inner, watched: new WatchedConnection(inner) };
}

test("WatchedConnection is idle while it waits for the first bytes, and silent until they come", async (t) => {
  const { client, watched } = pair(t);
  assertEquals([watched.idle, watched.silent], [false, true]);
  const read = watched.read();
  assertEquals([watched.idle, watched.silent], [true, true]);
  await client.write(BYTES);
  await read;
  assertEquals([watched.idle, watched.silent], [false, false]);
});

test("WatchedConnection is not idle before what has come is answered", async (t) => {
  const { client, watched } = pair(t);
  await client.write(BYTES);
  await watched.read();
  const more = watched.read();
  assertEquals(watched.idle, false, "it reads on, and has not answered");
  await client.write(BYTES);
  await more;
  await watched.write(BYTES);
  assertEquals(watched.idle, false, "it does not read");
  void watched.read().catch(() => undefined);
  assertEquals([watched.idle, watched.flushed], [true, true]);
});

test("WatchedConnection is not idle while its answer is being written", async (t) => {
  const { client, watched } = pair(t, { capacity: 4 });
  await client.write(BYTES);
  await watched.read();
  const written = watched.write(new Uint8Array(8));
  void watched.read().catch(() => undefined);
  await macrotask();
  assertEquals([watched.idle, watched.flushed], [false, false]);
  await client.read();
  await client.read();
  await written;
  assertEquals([watched.idle, watched.flushed], [true, true]);
});

test("WatchedConnection is not idle while a second part of its answer is being written", async (t) => {
  const { client, watched } = pair(t, { capacity: 4 });
  await client.write(BYTES);
  await watched.read();
  await watched.write(BYTES);
  const rest = watched.write(BYTES);
  void watched.read().catch(() => undefined);
  assertEquals([watched.idle, watched.flushed], [false, false]);
  await client.read();
  await rest;
  assertEquals(watched.idle, true);
});

test("WatchedConnection takes a write for the answer to what had come before it", async (t) => {
  const { client, watched } = pair(t, { capacity: 4 });
  await client.write(BYTES);
  await watched.read();
  const first = watched.write(new Uint8Array(8));
  const second = watched.read();
  await client.write(BYTES);
  await second;
  void watched.read().catch(() => undefined);
  await client.read();
  await client.read();
  await first;
  assertEquals(watched.idle, false, "the second request is not answered");
});

test("WatchedConnection is never idle again when it has written while it read", async (t) => {
  const { client, watched } = pair(t);
  const read = watched.read();
  await watched.write(BYTES);
  await client.write(BYTES);
  await read;
  await watched.write(BYTES);
  void watched.read().catch(() => undefined);
  assertEquals(watched.idle, false);
});

test("WatchedConnection takes a write that fails for no answer", async (t) => {
  const { client, watched } = pair(t);
  await client.write(BYTES);
  await watched.read();
  const failure = await reasonOf(watched.write(undefined as unknown as Uint8Array));
  assert(failure instanceof TypeError);
  void watched.read().catch(() => undefined);
  assertEquals([watched.idle, watched.flushed], [false, true]);
});

test("WatchedConnection counts a read that is refused, or the end, for no chunk", async (t) => {
  const { client, watched } = pair(t);
  const read = watched.read();
  assertEquals(((await reasonOf(watched.read())) as NetworkError).code, "EBUSY");
  assertEquals([watched.idle, watched.silent], [true, true]);
  await client.closeWrite();
  assertEquals([await read, watched.idle, watched.silent], [null, false, true]);
});

test("WatchedConnection tells whenever something changes", async (t) => {
  const { client, watched } = pair(t);
  const told: boolean[] = [];
  watched.onChange = () => told.push(watched.idle);
  const read = watched.read();
  await client.write(BYTES);
  await read;
  await watched.write(BYTES);
  void watched.read().catch(() => undefined);
  assertEquals(told, [true, false, false, false, true]);
});

test("WatchedConnection passes everything on", async (t) => {
  const { client, inner, watched } = pair(t);
  assertStrictEquals(watched.localAddr, inner.localAddr);
  assertStrictEquals(watched.remoteAddr, inner.remoteAddr);
  assertStrictEquals(watched.signal, inner.signal);
  assertStrictEquals(watched.writable, inner.writable);
  assertEquals([watched.alpn, watched.peerCertificate], [undefined, undefined]);
  let timeouts: unknown;
  inner.setTimeouts = (given) => timeouts = given;
  watched.setTimeouts({ idle: 5 });
  assertEquals(timeouts, { idle: 5 });
  await watched.closeWrite();
  assertEquals(await client.read(), null);
  await client.close();
  await watched.close();
  await watched[Symbol.asyncDispose]();
  assertEquals(((await reasonOf(inner.read())) as NetworkError).code, "ECLOSED");
});

test("WatchedConnection.abort() aborts", async (t) => {
  const { client, watched } = pair(t);
  watched.abort();
  assertEquals(((await reasonOf(client.read())) as NetworkError).code, "ECONNRESET");
});

test("WatchedConnection.readable is watched, and stops reading when it is cancelled", async (t) => {
  const { client, inner, watched } = pair(t);
  assertStrictEquals(watched.readable, watched.readable);
  const reader = watched.readable.getReader();
  const read = reader.read();
  await macrotask();
  assertEquals(watched.idle, true);
  await client.write(BYTES);
  assertEquals([...(await read).value ?? []], [1, 2, 3]);
  assertEquals([watched.idle, watched.silent], [false, false]);
  await reader.cancel();
  assertEquals(((await reasonOf(inner.read())) as NetworkError).code, "ECLOSED");
});

test("WatchedConnection leaves a write that nobody awaits without an unhandled rejection", async (t) => {
  const { watched } = pair(t);
  watched.abort();
  void watched.write(BYTES);
  assertEquals(await outcome(watched.write(BYTES)), "rejected");
});

test("WatchedConnection.readable: a connection of another kind may refuse to be cancelled", async (t) => {
  const { inner } = pair(t);
  const refusing = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("broken")),
  });
  const watched = new WatchedConnection(
    Object.create(inner, { readable: { value: refusing } }) as Connection,
  );
  await watched.readable.cancel();
  await macrotask();
});

test("watched() leaves a connection of this package alone, and wraps every other one", (t) => {
  const { inner } = pair(t);
  const [own, watch] = watched(inner);
  assertStrictEquals(own, inner);
  assertStrictEquals(watched(inner)[1], watch, "the same each time");
  // Of a connection, nothing else is asked here: hence the cast.
  const [wrapper, state] = watched({ read: () => inner.read() } as Connection);
  assert(wrapper instanceof WatchedConnection);
  assertStrictEquals(state, wrapper as unknown);
  inner.read = () => Promise.resolve(null);
  assert(watched(inner)[0] instanceof WatchedConnection, "somebody has put his own in front");
});
