import { assert, assertEquals, assertStrictEquals } from "#assert";
import { connectionError, NetworkError } from "../../core/errors.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const BYTES = new Uint8Array([1, 2, 3]);

async function expectTimeout(promise: Promise<unknown>, text: RegExp): Promise<NetworkError> {
  const error = await reasonOf(promise);
  assert(error instanceof NetworkError && error.code === "ETIMEDOUT", String(error));
  assert(text.test(error.message), error.message);
  return error;
}

test("receive: the read and every later one rejects with one ETIMEDOUT; writing goes on", async () => {
  const { connection, transport, events, timers } = fakeConnection({ receive: 1000 });
  const { signal } = connection;
  const reading = connection.read();
  timers.advance(999);
  assertEquals(await outcome(reading), "pending");
  timers.advance(1);
  const error = await expectTimeout(reading, /^Cannot read: the peer has sent nothing for 1000 ms/);
  events.received(BYTES);
  events.ended();
  assertStrictEquals(await reasonOf(connection.read()), error);
  assertEquals(signal.aborted, false, "nothing is broken");
  await connection.write(BYTES);
  await connection.closeWrite();
  assertEquals(transport.calls, ["resume", "write 3", "shutdown"]);
  assertEquals(timers.armed, 0);
  const closing = connection.close();
  await macrotask();
  events.closed();
  await closing;
});

test("receive: what arrives after it is bounded, and a reset is noticed all the same", async () => {
  const { connection, events, timers } = fakeConnection({ receive: 10 });
  const reading = connection.read();
  timers.advance(10);
  const error = await expectTimeout(reading, /Cannot read/);
  assertEquals(events.received(BYTES), false, "the peer has to wait");
  events.failed(connectionError({ code: "ECONNRESET" }));
  assertEquals((connection.signal.reason as NetworkError).code, "ECONNRESET");
  assertStrictEquals(await reasonOf(connection.read()), error, "reads keep to their error");
  events.closed();
});

test("receive: a handler that is busy elsewhere is no silent peer", async () => {
  const { connection, events, timers } = fakeConnection({ receive: 1000 });
  void connection.signal;
  timers.advance(60_000);
  events.received(BYTES);
  timers.advance(60_000);
  assertEquals((await connection.read())?.length, 3);
  const reading = connection.read();
  timers.advance(900);
  events.received(BYTES);
  assertEquals((await reading)?.length, 3);
  timers.advance(60_000);
  assertEquals(connection.signal.aborted, false);
  connection.abort();
});

test("receive: the time begins with the read", async () => {
  const { connection, timers } = fakeConnection({ receive: 1000 });
  timers.advance(600);
  const reading = connection.read();
  timers.advance(999);
  assertEquals(await outcome(reading), "pending");
  timers.advance(1);
  await expectTimeout(reading, /1000 ms/);
  connection.abort();
});

test("send: the connection is broken and reset, and all that is pending rejects", async () => {
  const { connection, transport, timers } = fakeConnection({ send: 1000 });
  const { signal } = connection;
  transport.takes = false;
  const pending = [connection.write(BYTES), connection.write(BYTES), connection.read()];
  timers.advance(500);
  pending.push(connection.write(BYTES), connection.closeWrite());
  timers.advance(499);
  assertEquals(signal.aborted, false);
  timers.advance(1);
  const text = /^Cannot go on with the connection: the peer has taken nothing for 1000 ms/;
  for (const promise of pending) {
    assertStrictEquals(await expectTimeout(promise, text), signal.reason);
  }
  assertEquals([transport.calls.at(-1), timers.armed], ["reset", 0]);
});

test("send: nothing is watched before a write waits", async () => {
  const { connection, transport, events, timers } = fakeConnection({ send: 1000 });
  const reading = connection.read();
  connection.setTimeouts({ send: 500 });
  await connection.write(BYTES);
  assertEquals(timers.armed, 0);
  transport.takes = false;
  const writing = connection.write(BYTES);
  assertEquals(timers.armed, 1);
  timers.advance(499);
  assertEquals(await outcome(writing), "pending");
  events.written();
  await writing;
  timers.advance(10_000);
  assertEquals([await outcome(reading), timers.armed], ["pending", 0]);
  connection.abort();
  await reasonOf(reading);
});

test("send: each write that is finished, and each part that is taken, counts anew", async () => {
  const { connection, transport, events, timers } = fakeConnection({ send: 1000 });
  transport.takes = false;
  const writes = [connection.write(BYTES), connection.write(BYTES)];
  timers.advance(900);
  events.written();
  timers.advance(900);
  assertEquals(connection.signal.aborted, false, "the second has waited for 900 ms");
  events.written();
  await Promise.all(writes);
  transport.left = 3;
  void connection.write(BYTES);
  for (; transport.left > 0; transport.left--) timers.advance(900);
  assertEquals(connection.signal.aborted, false, "parts of it");
  timers.advance(1100);
  assertEquals(transport.calls.at(-1), "reset");
});

test("send: close() ends within it when the peer takes nothing", async () => {
  const { connection, transport, events, timers } = fakeConnection({ send: 1000 });
  transport.onRelease = () => events.closed();
  transport.takes = false;
  const writing = connection.write(BYTES);
  const closing = connection.close();
  timers.advance(999);
  assertEquals(await outcome(closing), "pending");
  timers.advance(1);
  await closing;
  await expectTimeout(writing, /taken nothing/);
  assertEquals([transport.calls.at(-1), timers.armed], ["reset", 0]);
});

test("send: when all is sent, only the lingering limits close()", async () => {
  const { connection, transport, events, timers } = fakeConnection({ send: 100, idle: 100 });
  transport.onRelease = () => events.closed();
  const closing = connection.close();
  await macrotask();
  connection.setTimeouts({ idle: 10 });
  timers.advance(1999);
  assertEquals([transport.calls, timers.armed], [["shutdown", "resume"], 1]);
  timers.advance(1);
  await closing;
  assertEquals([transport.calls.at(-1), timers.armed], ["release", 0]);
});

test("idle: broken and reset when nothing was sent or received, whatever the handler does", async () => {
  const { connection, transport, events, timers } = fakeConnection({ idle: 1000 });
  void connection.signal;
  timers.advance(900);
  events.received(BYTES);
  timers.advance(900);
  await connection.write(BYTES);
  timers.advance(900);
  assertEquals((await connection.read())?.length, 3, "that moves nothing");
  timers.advance(99);
  assertEquals(connection.signal.aborted, false);
  timers.advance(1);
  await expectTimeout(connection.read(), /nothing has happened for 1000 ms/);
  assertEquals([transport.calls.at(-1), timers.armed], ["reset", 0]);
  assertEquals(connection.signal.aborted, true);
});

test("limits: no timer is left by any way out", async () => {
  const limits = { receive: 1000, send: 1000, idle: 1000 };
  for (const way of ["abort", "failed", "closed", "both ends of file"]) {
    const { connection, transport, events, timers } = fakeConnection(limits);
    transport.onRelease = () => events.closed();
    void connection.read();
    assertEquals(timers.armed, 1, "one for all of them");
    if (way === "abort") connection.abort();
    else if (way === "failed") events.failed(connectionError({ code: "EPIPE" }));
    else if (way === "closed") events.closed();
    else {
      await connection.closeWrite();
      events.ended();
      events.closed();
    }
    assertEquals(timers.armed, 0, way);
    connection.setTimeouts({ idle: 5 });
    assertEquals(timers.armed, 0, `${way}, and none comes back`);
  }
});

test("limits: those that are set too late arm no timer", async () => {
  for (const way of ["abort", "failed", "closed", "lingering"]) {
    const { connection, transport, events, timers } = fakeConnection();
    if (way === "abort") connection.abort();
    else if (way === "failed") events.failed(connectionError({ code: "EPIPE" }));
    else if (way === "closed") events.closed();
    else {
      void connection.close();
      await macrotask();
    }
    connection.setTimeouts({ idle: 5 });
    assertEquals(timers.armed, way === "lingering" ? 1 : 0, way);
    timers.advance(1999);
    assertEquals(transport.calls.includes("reset"), way === "abort", way);
    connection.abort();
    events.closed();
  }
});

test("limits: a failure takes the timer away, although the socket is not released yet", () => {
  const { events, timers } = fakeConnection({ idle: 1000 });
  events.failed(connectionError({ code: "EPIPE" }));
  assertEquals(timers.armed, 0);
});

test("TransportConnection.setTimeouts() sets what is given, and keeps the rest", async () => {
  const { connection, timers } = fakeConnection();
  assertEquals(timers.armed, 0, "without a limit there is no timer");
  connection.setTimeouts({ receive: 1000, idle: 5000 });
  connection.setTimeouts({ receive: Infinity });
  const reading = connection.read();
  timers.advance(4999);
  assertEquals(await outcome(reading), "pending");
  connection.setTimeouts({ receive: Infinity });
  assertEquals(timers.armed, 1, "idle holds still");
  connection.setTimeouts({ idle: Infinity });
  assertEquals(timers.armed, 0);
  connection.setTimeouts({ receive: 10 });
  timers.advance(10);
  await expectTimeout(reading, /for 10 ms/);
  connection.abort();
});

test("TransportConnection.setTimeouts() changes nothing when one of them is wrong", async () => {
  const { connection, timers } = fakeConnection({ receive: 1000 });
  for (const bad of [0, -1, NaN, 2 ** 31, "1", null]) {
    const timeouts = { receive: 5, idle: bad as number };
    let error: unknown;
    try {
      connection.setTimeouts(timeouts);
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof RangeError && /^Cannot set timeouts: .*idle/.test(error.message));
  }
  let error: unknown;
  try {
    connection.setTimeouts(null as unknown as object);
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof TypeError && /^Cannot set timeouts: /.test(error.message));
  const reading = connection.read();
  timers.advance(999);
  assertEquals(await outcome(reading), "pending");
  timers.advance(1);
  await expectTimeout(reading, /1000 ms/);
  connection.abort();
});

test("receive: a read that is refused does not prolong the one that waits", async () => {
  const { connection, timers } = fakeConnection({ receive: 1000 });
  const reading = connection.read();
  timers.advance(900);
  assertEquals((await reasonOf(connection.read()) as NetworkError).code, "EBUSY");
  timers.advance(100);
  await expectTimeout(reading, /for 1000 ms/);
  connection.abort();
});

test("TransportConnection.setTimeouts() needs an object", () => {
  const { connection } = fakeConnection();
  let error: unknown;
  try {
    connection.setTimeouts(undefined as unknown as object);
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof TypeError && /got undefined$/.test(error.message), String(error));
});
