import { assert, assertEquals, assertStrictEquals } from "#assert";
import { connectionError, type NetworkError } from "../../core/errors.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { test } from "../support/harness.ts";

const BYTES = new Uint8Array([1, 2, 3]);
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(() => "no error", (error: NetworkError) => error.code);

test("TransportConnection starts paused: nothing is read before somebody asks", () => {
  const { transport } = fakeConnection();
  assertEquals(transport.calls, []);
});

test("TransportConnection.signal begins to read ahead, once", () => {
  const { connection, transport, events } = fakeConnection();
  assertStrictEquals(connection.signal, connection.signal);
  assertEquals(transport.calls, ["resume"]);
  assertEquals(events.received(BYTES), false, "one chunk is enough");
  void connection.signal;
  assertEquals(transport.calls, ["resume"], "and no second one is asked for");
});

test("TransportConnection.close() sends the end of file and waits 2 s for the peer's", async () => {
  const { connection, transport, events, timers } = fakeConnection();
  transport.onRelease = () => events.closed();
  const closing = connection.close();
  await turn();
  assertEquals(transport.calls, ["shutdown", "resume"]);
  assertEquals(timers.next, 2000);
  timers.advance(1999);
  assertEquals(transport.calls.length, 2);
  timers.advance(1);
  assertEquals(transport.calls.at(-1), "release");
  await closing;
  assertEquals(timers.armed, 0);
});

test("TransportConnection.close() releases when the peer finishes, and clears its timer", async () => {
  const { connection, transport, events, timers } = fakeConnection();
  transport.onRelease = () => events.closed();
  const closing = connection.close();
  await turn();
  events.ended();
  await closing;
  assertEquals(transport.calls, ["shutdown", "resume", "release"]);
  assertEquals(timers.armed, 0);
});

test("TransportConnection.close() discards 256 KiB after its end of file, then stops reading", async () => {
  const { connection, transport, events } = fakeConnection();
  transport.takes = false;
  void connection.write(BYTES);
  void connection.close();
  // Before the flush there is no bound: the peer may have to send before it can take.
  for (let i = 0; i < 100; i++) assert(events.received(new Uint8Array(65_536)));
  events.written();
  await turn();
  assertEquals(transport.calls, ["write 3", "resume", "shutdown"]);
  for (let i = 0; i < 3; i++) assert(events.received(new Uint8Array(65_536)));
  assertEquals(events.received(new Uint8Array(65_536)), false);
  assertEquals(transport.calls.length, 3, "neither resumed nor released");
  connection.abort();
});

test("TransportConnection.close() flushes without a bound of time", async () => {
  const { connection, transport, timers } = fakeConnection();
  transport.takes = false;
  void connection.write(BYTES);
  void connection.close();
  await turn();
  assertEquals([transport.calls, timers.armed], [["write 3", "resume"], 0]);
  connection.abort();
  assertEquals(transport.calls.at(-1), "reset");
});

test("TransportConnection.close() resolves when the flush fails", async () => {
  const { connection, transport, events, timers } = fakeConnection();
  transport.takes = false;
  const writing = connection.write(BYTES);
  const closing = connection.close();
  transport.onRelease = () => events.closed();
  events.failed(connectionError({ code: "EPIPE" }));
  assertEquals(await codeOf(writing), "ECONNRESET");
  await closing;
  assertEquals(timers.armed, 0);
});

test("TransportConnection: a close that nobody asked for is a reset", async () => {
  const { connection, transport, events } = fakeConnection();
  transport.takes = false;
  const reading = connection.read();
  const writing = connection.write(BYTES);
  const { signal } = connection;
  events.closed();
  assertEquals([await codeOf(reading), await codeOf(writing)], ["ECONNRESET", "ECONNRESET"]);
  assertEquals(signal.aborted, true);
  assertEquals(await codeOf(connection.read()), "ECONNRESET");
});

test("TransportConnection: a close in the middle of a flush rejects what was not sent", async () => {
  const { connection, transport, events } = fakeConnection();
  transport.takes = false;
  const writing = connection.write(BYTES);
  const closing = connection.close();
  events.closed();
  assertEquals(await codeOf(writing), "ECONNRESET");
  await closing;
});

test("TransportConnection: after an own close everything is ECLOSED, whatever came before it", async () => {
  const { connection, events } = fakeConnection();
  events.failed(connectionError({ code: "ECONNRESET" }));
  events.closed();
  assertEquals(await codeOf(connection.write(BYTES)), "ECONNRESET");
  await connection.close();
  assertEquals(await codeOf(connection.write(BYTES)), "ECLOSED");
  assertEquals(await codeOf(connection.read()), "ECLOSED");
});

test("TransportConnection: a close after both ends of file is in good order", async () => {
  const { connection, events } = fakeConnection();
  const { signal } = connection;
  await connection.closeWrite();
  events.ended();
  events.closed();
  assertEquals(await connection.read(), null);
  assertEquals(await codeOf(connection.write(BYTES)), "ECLOSED");
  assertEquals(signal.aborted, false);
  await connection.close();
});

test("TransportConnection: an end of file that arrived stays one, whatever comes after it", async () => {
  const { connection, events } = fakeConnection();
  void connection.signal;
  events.received(BYTES);
  events.ended();
  events.failed(connectionError({ code: "ECONNRESET" }));
  events.closed();
  assertEquals((await connection.read())?.length, 3);
  assertEquals([await connection.read(), await connection.read()], [null, null]);
  assertEquals(await codeOf(connection.write(BYTES)), "ECONNRESET");
  assertEquals(connection.signal.aborted, true);
});

test("TransportConnection: the first failure counts", async () => {
  const { connection, events } = fakeConnection();
  const [first, second] = [
    connectionError({ code: "ETIMEDOUT" }),
    connectionError({ code: "EPIPE" }),
  ];
  events.failed(first);
  events.failed(second);
  events.closed();
  for (const attempt of [connection.read(), connection.write(BYTES), connection.closeWrite()]) {
    assertStrictEquals(await attempt.catch((error) => error), first);
  }
  assertStrictEquals(connection.signal.reason, first);
});

test("TransportConnection: a failure releases the transport", () => {
  const { connection, transport, events } = fakeConnection();
  events.failed(connectionError({ code: "EPIPE" }));
  assertEquals(transport.calls, ["release"]);
  assertEquals(connection.signal.aborted, true);
  assertEquals(transport.calls, ["release"], "and nothing is read any more");
});

test("TransportConnection.abort() before, during and after close() resolves it", async () => {
  for (const when of ["before", "during", "after"]) {
    const { connection, transport, events } = fakeConnection();
    transport.onRelease = () => events.closed();
    if (when === "before") connection.abort();
    const closing = connection.close();
    if (when === "after") {
      await turn();
      events.ended();
      await closing;
    }
    connection.abort();
    await closing;
    assertEquals(transport.calls.filter((call) => /re(lease|set)/.test(call)).length, 1, when);
    assertEquals(await codeOf(connection.read()), "ECLOSED");
    assertEquals(await codeOf(connection.write(BYTES)), "ECLOSED");
  }
});

test("TransportConnection: when nothing is released yet, a second failure does not reset twice", () => {
  const { connection, transport, events } = fakeConnection();
  connection.abort();
  events.failed(connectionError({ code: "ECANCELED" }));
  assertEquals(transport.calls[0], "reset");
  events.closed();
  connection.abort();
  events.failed(connectionError({ code: "ECANCELED" }));
  assertEquals(transport.calls.filter((call) => call === "reset").length, 1);
});

test("TransportConnection.close() after the peer's end releases at once, where that sends the end of file", async () => {
  for (const endsOnRelease of [false, true]) {
    const { connection, transport, events, timers } = fakeConnection();
    Object.assign(transport, { endsOnRelease });
    transport.onRelease = () => events.closed();
    const reading = connection.read();
    events.ended();
    assertEquals(await reading, null);
    await connection.close();
    const calls = endsOnRelease ? ["resume", "release"] : ["resume", "shutdown", "release"];
    assertEquals([transport.calls, timers.armed], [calls, 0]);
    assertEquals(await codeOf(connection.write(BYTES)), "ECLOSED");
    await connection.closeWrite();
    assertEquals(transport.calls, calls, "nothing more");
  }
});

test("TransportConnection.close() shuts down before what is unsent, or the peer's end, is there", async () => {
  const { connection, transport, events } = fakeConnection();
  Object.assign(transport, { endsOnRelease: true });
  transport.onRelease = () => events.closed();
  transport.takes = false;
  void connection.read();
  events.ended();
  const writing = connection.write(BYTES);
  const closing = connection.close();
  assertEquals(transport.calls, ["resume", "write 3"]);
  events.written();
  await Promise.all([writing, closing]);
  assertEquals(transport.calls, ["resume", "write 3", "shutdown", "release"]);

  const silent = fakeConnection();
  Object.assign(silent.transport, { endsOnRelease: true });
  void silent.connection.close();
  assertEquals(silent.transport.calls, ["shutdown", "resume"]);
  silent.connection.abort();
});
