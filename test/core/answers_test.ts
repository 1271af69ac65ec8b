import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { Answers, type Watchable } from "../../core/answers.ts";
import type { Connection } from "../../core/connection.ts";
import type { NetworkError } from "../../core/errors.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { macrotask, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";

const BYTES = Uint8Array.of(1, 2, 3);

/** Two ends; the second one is watched. */
function pair(t: TestContext, options = {}) {
  const [client, connection] = connectionPair(options);
  t.defer(() => {
    client.abort();
    connection.abort();
  });
  return { client, connection, answers: watch(connection) };
}

function watch(connection: Connection): Watchable {
  if (!(connection instanceof TransportConnection)) throw new TypeError("it is none of ours");
  return connection.watch();
}

test("Answers counts what it is told, and asks what waits", () => {
  const waits = { reading: false, writing: false };
  const answers = new Answers({ reading: () => waits.reading, writing: () => waits.writing });
  let changes = 0;
  answers.onChange = () => changes++;
  assertEquals([answers.idle, answers.silent, answers.flushed], [false, true, true]);
  answers.received();
  assertEquals([answers.idle, answers.silent], [false, false]);
  answers.answered();
  waits.reading = true;
  assertEquals(answers.idle, true);
  waits.writing = true;
  assertEquals([answers.idle, answers.flushed], [false, false]);
  waits.writing = false;
  answers.changed();
  answers.talksUnasked();
  assertEquals([answers.idle, changes], [false, 3]);
});

test("Answers: a connection is idle while it waits for the first bytes, and silent until they come", async (t) => {
  const { client, connection, answers } = pair(t);
  assertEquals([answers.idle, answers.silent], [false, true]);
  const read = connection.read();
  assertEquals([answers.idle, answers.silent], [true, true]);
  await client.write(BYTES);
  await read;
  assertEquals([answers.idle, answers.silent], [false, false]);
});

test("Answers: a connection is not idle before what has come is answered", async (t) => {
  const { client, connection, answers } = pair(t);
  await client.write(BYTES);
  await connection.read();
  const more = connection.read();
  assertEquals(answers.idle, false, "it reads on, and has not answered");
  await client.write(BYTES);
  await more;
  await connection.write(BYTES);
  assertEquals(answers.idle, false, "it does not read");
  void connection.read().catch(() => undefined);
  assertEquals([answers.idle, answers.flushed], [true, true]);
});

test("Answers: a connection is not idle while its answer is being written", async (t) => {
  const { client, connection, answers } = pair(t, { capacity: 4 });
  await client.write(BYTES);
  await connection.read();
  const written = connection.write(new Uint8Array(8));
  void connection.read().catch(() => undefined);
  await macrotask();
  assertEquals([answers.idle, answers.flushed], [false, false]);
  await client.read();
  await client.read();
  await written;
  assertEquals([answers.idle, answers.flushed], [true, true]);
});

test("Answers: a connection is not idle while a second part of its answer is being written", async (t) => {
  const { client, connection, answers } = pair(t, { capacity: 4 });
  await client.write(BYTES);
  await connection.read();
  await connection.write(BYTES);
  const rest = connection.write(BYTES);
  void connection.read().catch(() => undefined);
  assertEquals([answers.idle, answers.flushed], [false, false]);
  await client.read();
  await rest;
  assertEquals(answers.idle, true);
});

test("Answers: a connection takes a write for the answer to what had come before it", async (t) => {
  const { client, connection, answers } = pair(t, { capacity: 4 });
  await client.write(BYTES);
  await connection.read();
  const first = connection.write(new Uint8Array(8));
  const second = connection.read();
  await client.write(BYTES);
  await second;
  void connection.read().catch(() => undefined);
  await client.read();
  await client.read();
  await first;
  assertEquals(answers.idle, false, "the second request is not answered");
});

test("Answers: a connection is never idle again when it has written while it read", async (t) => {
  const { client, connection, answers } = pair(t);
  const read = connection.read();
  await connection.write(BYTES);
  await client.write(BYTES);
  await read;
  await connection.write(BYTES);
  void connection.read().catch(() => undefined);
  assertEquals(answers.idle, false);
});

test("Answers: a connection counts a read that is refused, or the end, for no chunk", async (t) => {
  const { client, connection, answers } = pair(t);
  const read = connection.read();
  assertEquals(((await reasonOf(connection.read())) as NetworkError).code, "EBUSY");
  assertEquals([answers.idle, answers.silent], [true, true]);
  await client.closeWrite();
  assertEquals([await read, answers.idle, answers.silent], [null, false, true]);
});

test("Answers: a connection that is read by readNow() is idle as one that is read by read()", async (t) => {
  const { client, connection, answers } = pair(t);
  if (!(connection instanceof TransportConnection)) throw new TypeError("it is none of ours");
  const told: boolean[] = [];
  answers.onChange = () => told.push(answers.idle);
  const { promise, resolve } = Promise.withResolvers<void>();
  assertEquals(connection.readNow(resolve), undefined);
  assertEquals([answers.idle, answers.silent], [true, true]);
  await client.write(BYTES);
  await promise;
  assertEquals(answers.idle, false, "it was told, and has not taken it");
  assertEquals(connection.readNow(resolve)?.length, 3);
  assertEquals([answers.idle, answers.silent], [false, false]);
  assertEquals(connection.readNow(resolve), undefined);
  assertEquals(answers.idle, false, "it is not answered");
  await connection.write(BYTES);
  assertEquals(answers.idle, false, "it has written while it reads");
  assertEquals(told.slice(0, 3), [true, false, false]);
});

test("Answers.onChange is called when a write ends that had to wait, and when the read ends", async (t) => {
  const { client, connection, answers } = pair(t, { capacity: 4 });
  await client.write(BYTES);
  await connection.read();
  const written = connection.write(new Uint8Array(8));
  const read = connection.read();
  const told: boolean[] = [];
  answers.onChange = () => told.push(answers.idle);
  await client.read();
  await client.read();
  await written;
  assertEquals(told, [true]);
  await client.closeWrite();
  assertEquals([await read, answers.idle], [null, false]);
  assertEquals(told, [true, false]);
});

test("Answers: a connection that was taken as writable is never idle", async (t) => {
  const { client, connection, answers } = pair(t);
  await client.write(BYTES);
  await connection.read();
  await connection.writable.getWriter().write(BYTES);
  void connection.read().catch(() => undefined);
  assertEquals(answers.idle, false);
});

test("Answers.readFailure is the time limit of a read", async () => {
  const { connection, timers } = fakeConnection({ receive: 10 });
  const answers = connection.watch();
  const reading = connection.read();
  timers.advance(10);
  assertEquals(answers.readFailure, await reasonOf(reading));
  connection.abort();
});

test("Answers: every way in which a read ends is told", () => {
  const ends: ((fake: ReturnType<typeof fakeConnection>) => void)[] = [
    ({ events }) => events.received(BYTES),
    ({ events }) => events.ended(),
    ({ events }) => events.closed(),
    ({ connection }) => connection.abort(),
    ({ connection }) => void connection.close(),
    ({ timers }) => timers.advance(1000),
  ];
  for (const end of ends) {
    for (const direct of [true, false]) {
      const fake = fakeConnection({ receive: 1000 });
      const { connection } = fake;
      const answers = connection.watch();
      if (direct) connection.readNow(() => undefined);
      else void connection.read().catch(() => undefined);
      assertEquals(answers.idle, true);
      let last: boolean | undefined;
      answers.onChange = () => last = answers.idle;
      end(fake);
      assertEquals(last, false);
      connection.abort();
    }
  }
});
