import { assert, assertEquals, assertStrictEquals } from "#assert";
import { connectionPair, type PairOptions } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { connectionError, NetworkError } from "../../core/errors.ts";
import { readableOver } from "../../core/web_streams.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { SharingBytes } from "../support/sharing_bytes.ts";

const BYTES = new Uint8Array([1, 2, 3]);
const text = (bytes: Uint8Array | null | undefined) => new TextDecoder().decode(bytes ?? undefined);
const bytes = (text: string) => new TextEncoder().encode(text);

function pair(t: TestContext, options?: PairOptions): [Connection, Connection] {
  const ends = connectionPair(options);
  t.defer(() => ends.forEach((end) => end.abort()));
  return ends;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const reason = await reasonOf(promise);
  assert(reason instanceof NetworkError, String(reason));
  return reason.code;
}

test("readable and writable are made once, and making them reads nothing", async () => {
  const { connection, transport } = fakeConnection();
  assertStrictEquals(connection.readable, connection.readable);
  assertStrictEquals(connection.writable, connection.writable);
  await macrotask();
  assertEquals(transport.calls, []);
  const reader = connection.readable.getReader();
  await macrotask();
  assertEquals(transport.calls, [], "nor does a reader that does not read");
  const reading = reader.read();
  await macrotask();
  assertEquals(transport.calls, ["resume"]);
  connection.abort();
  assertEquals(await codeOf(reading), "ECLOSED");
});

test("readable holds nothing ahead of the connection", async () => {
  const { connection, transport, events } = fakeConnection();
  const reader = connection.readable.getReader();
  const reading = reader.read();
  await macrotask();
  assertEquals(events.received(BYTES.slice()), true, "that one is taken");
  assertEquals((await reading).value, BYTES);
  await macrotask();
  assertEquals(events.received(BYTES.slice()), false, "this one waits in the connection");
  assertEquals(transport.calls, ["resume"]);
  connection.abort();
});

test("readable ends with the peer's end of file, and leaves the writing half open", async (t) => {
  const [a, b] = pair(t);
  await a.write(bytes("hello"));
  await a.closeWrite();
  let got = "";
  for await (const chunk of b.readable) got += text(chunk);
  assertEquals(got, "hello");
  await b.write(bytes("there"));
  assertEquals(text(await a.read()), "there");
  assertEquals(await b.read(), null);
});

test("readable serves readers with a buffer of their own, and loses nothing", async (t) => {
  const [a, b] = pair(t);
  await a.write(bytes("0123456789"));
  await a.closeWrite();
  const reader = b.readable.getReader({ mode: "byob" });
  let got = "";
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(4));
    got += text(value);
    if (done) break;
    assert(value.length <= 4);
  }
  assertEquals(got, "0123456789");
});

test("readable takes no buffer from others: a part of one is copied", async () => {
  const whole = bytes("0123456789");
  const given = [whole.subarray(2, 5), whole.subarray(5, 7)];
  const stream = readableOver({
    read: () => Promise.resolve(given.shift() ?? null),
    stopReading: () => undefined,
  });
  let got = "";
  for await (const chunk of stream) got += text(chunk);
  assertEquals([got, whole.length], ["23456", 10]);
});

test("readable and read() refuse each other while one waits", async (t) => {
  const [a, b] = pair(t);
  const reading = b.readable.getReader().read();
  await macrotask();
  assertEquals(await codeOf(b.read()), "EBUSY");
  await a.write(BYTES);
  assertEquals((await reading).value, BYTES);
  await a.write(BYTES);
  assertEquals(await b.read(), BYTES, "and afterwards one can take turns");
});

test("readable fails with what broke the connection", async () => {
  const { connection, events } = fakeConnection();
  const reader = connection.readable.getReader();
  const reading = reader.read();
  await macrotask();
  const failure = connectionError({ code: "ECONNRESET" });
  events.failed(failure);
  assertStrictEquals(await reasonOf(reading), failure);
  assertStrictEquals(await reasonOf(reader.closed), failure);
});

test("readable.cancel() gives up the reading half, and no more", async () => {
  const { connection, transport, events } = fakeConnection();
  const reader = connection.readable.getReader();
  const reading = reader.read();
  await macrotask();
  await reader.cancel();
  assertEquals((await reading).done, true);
  assertEquals(await codeOf(connection.read()), "ECLOSED");
  for (let i = 0; i < 3; i++) {
    assert(events.received(new Uint8Array(65_536)), "a little is dropped");
  }
  assertEquals(events.received(new Uint8Array(65_536)), false, "then the peer has to wait");
  await connection.write(BYTES);
  assertEquals([transport.calls, connection.signal.aborted], [["resume", "write 3"], false]);
  transport.takes = false;
  void connection.write(BYTES);
  const closing = connection.close();
  assertEquals(transport.calls.at(-1), "resume", "and close() lets it finish");
  for (let i = 0; i < 9; i++) assert(events.received(new Uint8Array(65_536)));
  events.written();
  await macrotask();
  events.ended();
  events.closed();
  await closing;
  await connection.readable.cancel().catch(() => undefined);
});

test("readable.cancel() makes room for the end of file, which nobody waits for", async () => {
  const { connection, transport, events } = fakeConnection();
  void connection.signal;
  events.received(BYTES.slice());
  assertEquals(transport.calls, ["resume"]);
  await connection.readable.cancel();
  assertEquals(transport.calls, ["resume", "resume"]);
  connection.abort();
  await connection.readable.cancel();
  assertEquals(transport.calls, ["resume", "resume", "reset"]);
});

test("leaving a for await over readable leaves the writing half open", async (t) => {
  const [a, b] = pair(t);
  await a.write(bytes("a line"));
  for await (const chunk of b.readable) {
    assertEquals(text(chunk), "a line");
    break;
  }
  await b.write(bytes("an answer"));
  assertEquals(text(await a.read()), "an answer");
  await Promise.all([a.close(), b.close()]);
});

test("writable waits for the peer, one chunk at a time", async (t) => {
  const [a, b] = pair(t, { clogged: true });
  const writer = a.writable.getWriter();
  const writes = [writer.write(bytes("one")), writer.write(bytes("two"))];
  assertEquals([writer.desiredSize, await outcome(writer.ready)], [-1, "pending"]);
  assertEquals(text(await b.read()), "one");
  assertEquals(text(await b.read()), "two");
  await Promise.all([...writes, writer.ready]);
});

test("writable.close() is the end of file, and leaves the reading half open", async (t) => {
  const [a, b] = pair(t);
  const writer = a.writable.getWriter();
  void writer.write(BYTES);
  await writer.close();
  assertEquals([(await b.read())?.length, await b.read()], [3, null]);
  assertEquals(await codeOf(a.write(BYTES)), "ECLOSED");
  await b.write(BYTES);
  assertEquals((await a.read())?.length, 3);
});

test("writable.abort() resets, also while a write waits that never ends", async (t) => {
  const [a, b] = pair(t, { clogged: true });
  const writer = a.writable.getWriter();
  const writing = writer.write(BYTES);
  await macrotask();
  const aborting = writer.abort(new Error("no more"));
  assertEquals(await codeOf(writing), "ECLOSED");
  await aborting.catch(() => undefined);
  assertEquals(await codeOf(b.read()), "ECONNRESET");
  assertEquals(a.signal.aborted, true);
});

test("writable fails as soon as the connection breaks, made before or after", async () => {
  const { connection, events } = fakeConnection();
  const failure = connectionError({ code: "ECONNRESET" });
  const writer = connection.writable.getWriter();
  const waiting = writer.closed;
  events.failed(failure);
  assertStrictEquals(await reasonOf(waiting), failure);

  const other = fakeConnection();
  other.events.failed(failure);
  assertStrictEquals(await reasonOf(other.connection.writable.getWriter().closed), failure);
});

test("writable fails when the connection is closed, and a pipe into it ends", async (t) => {
  const [a] = pair(t);
  let cancelled: unknown;
  const silent = new ReadableStream<Uint8Array>({ cancel: (reason) => void (cancelled = reason) });
  const piping = silent.pipeTo(a.writable);
  await macrotask();
  a.abort();
  assertEquals(await codeOf(piping), "ECLOSED");
  assertEquals((cancelled as NetworkError).code, "ECLOSED");
  const [c, d] = pair(t);
  const other = new ReadableStream<Uint8Array>().pipeTo(c.writable);
  const closing = Promise.all([c.close(), d.close()]);
  assertEquals(await codeOf(other), "ECLOSED");
  await closing;
});

test("writable refuses what is no Uint8Array", async (t) => {
  const [a] = pair(t);
  const writer = a.writable.getWriter();
  const reason = await reasonOf(writer.write("text" as unknown as Uint8Array));
  assert(reason instanceof TypeError && /^Cannot write: /.test(reason.message), String(reason));
});

test("readable.pipeTo(writable) echoes 8 MiB, through little room", async (t) => {
  const [a, b] = pair(t, { capacity: 10_000 });
  const echoing = b.readable.pipeTo(b.writable);
  const size = 8 << 20;
  const sent = new Uint8Array(size).map((_, i) => i * 7);
  const sending = a.write(sent).then(() => a.closeWrite());
  let at = 0;
  for await (const chunk of a.readable) {
    for (let i = 0; i < chunk.length; i += 999) assertEquals(chunk[i], sent[at + i]);
    at += chunk.length;
  }
  await Promise.all([sending, echoing]);
  assertEquals(at, size);
});

test("pipeThrough() works: text in parts, and compression", async (t) => {
  const [a, b] = pair(t);
  const line = "Grüße, Ferris! ".repeat(5000);
  const sending = new ReadableStream<string>({
    start: (controller) => {
      controller.enqueue(line);
      controller.close();
    },
  })
    .pipeThrough(new TextEncoderStream())
    // A part of the types says BufferSource, another Uint8Array.
    .pipeThrough(
      new CompressionStream("gzip") as unknown as TransformStream<Uint8Array, Uint8Array>,
    )
    .pipeTo(a.writable);
  const texts = b.readable
    .pipeThrough(
      new DecompressionStream("gzip") as unknown as TransformStream<Uint8Array, Uint8Array>,
    )
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>);
  let got = "";
  for await (const part of texts) got += part;
  await sending;
  assertEquals(got, line);
});

test("a pipe whose source fails ends in a reset, not in an end of file", async (t) => {
  const [a, b] = pair(t);
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("the source is broken")),
  });
  const reason = await reasonOf(broken.pipeTo(a.writable));
  assertEquals((reason as Error).message, "the source is broken");
  assertEquals(await codeOf(b.read()), "ECONNRESET");
});

test("readable copies a part also of bytes whose slice() does not", async () => {
  const whole = SharingBytes.from(bytes("0123456789"));
  const given = [whole.subarray(2, 5)];
  const stream = readableOver({
    read: () => Promise.resolve(given.shift() ?? null),
    stopReading: () => undefined,
  });
  let got = "";
  for await (const chunk of stream) got += text(chunk);
  assertEquals([got, whole.length], ["234", 10]);
});

test("writable fails also when it is made after the close", async () => {
  const { connection, transport, events } = fakeConnection();
  transport.onRelease = () => events.closed();
  const closing = connection.close();
  const during = connection.writable.getWriter();
  assertEquals(await codeOf(during.closed), "ECLOSED");
  assertEquals(await codeOf(during.ready), "ECLOSED");
  events.ended();
  await closing;
  const other = fakeConnection();
  other.transport.onRelease = () => other.events.closed();
  const closed = other.connection.close();
  await macrotask();
  other.events.ended();
  await closed;
  assertEquals(await codeOf(other.connection.writable.getWriter().closed), "ECLOSED");
});

test("writable.abort() resolves, whatever the stream is about", async (t) => {
  for (const state of ["new", "idle", "writing"]) {
    const [a] = pair(t, { clogged: true });
    const writer = a.writable.getWriter();
    const closed = reasonOf(writer.closed);
    if (state !== "new") await macrotask();
    const written = state === "writing" ? codeOf(writer.write(BYTES)) : undefined;
    const reason = new Error("enough");
    assertEquals(await outcome(writer.abort(reason)), "fulfilled", state);
    assertStrictEquals(await closed, reason);
    assertEquals((a.signal.reason as NetworkError).code, "ECLOSED");
    assert(written === undefined || await written === "ECLOSED");
  }
});
