import { assertEquals, assertStrictEquals } from "#assert";
import { connectionError, type NetworkError } from "../../core/errors.ts";
import { WriteQueue, WRITTEN } from "../../core/write_queue.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { test } from "../support/harness.ts";

const bytes = (length: number) => new Uint8Array(length);
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(() => "no error", (error: NetworkError) => error.code);

test("WriteQueue.write() returns one promise for all writes that are taken at once", () => {
  const transport = new FakeTransport();
  const queue = new WriteQueue(transport);
  assertStrictEquals(queue.write(bytes(1)), WRITTEN);
  assertStrictEquals(queue.write(bytes(2)), WRITTEN);
  void queue.write(bytes(0));
  assertEquals(transport.calls, ["write 1", "write 2"], "nothing is nothing to send");
});

test("WriteQueue gives the transport one write at a time, in order", async () => {
  const transport = new FakeTransport();
  const queue = new WriteQueue(transport);
  transport.takes = false;
  const done: number[] = [];
  const writes = [1, 2, 0, 3].map((length) =>
    queue.write(bytes(length)).then(() => done.push(length))
  );
  assertEquals(transport.calls, ["write 1"]);
  queue.written();
  assertEquals(transport.calls, ["write 1", "write 2"]);
  transport.takes = true;
  queue.written();
  await Promise.all(writes);
  assertEquals([transport.calls, done], [["write 1", "write 2", "write 3"], [1, 2, 0, 3]]);
  assertEquals(queue.busy, false);
});

test("WriteQueue.finish() sends the end of file once, after the last write", async () => {
  const transport = new FakeTransport();
  const queue = new WriteQueue(transport);
  transport.takes = false;
  const writes = [queue.write(bytes(1)), queue.write(bytes(2))];
  const finishing = queue.finish();
  assertStrictEquals(queue.finish(), finishing);
  assertEquals(await codeOf(queue.write(bytes(3))), "ECLOSED");
  assertEquals([queue.finishing, queue.busy], [true, true]);
  queue.written();
  queue.written();
  await Promise.all([...writes, finishing]);
  assertEquals(transport.calls, ["write 1", "write 2", "shutdown"]);
});

test("WriteQueue.fail() rejects all that is unfinished, and what comes later", async () => {
  const transport = new FakeTransport();
  const queue = new WriteQueue(transport);
  transport.takes = false;
  const unfinished = [queue.write(bytes(1)), queue.write(bytes(2)), queue.finish()];
  const failure = connectionError({ code: "EPIPE" });
  queue.fail(failure);
  queue.written();
  for (const promise of [...unfinished, queue.write(bytes(3)), queue.finish()]) {
    assertStrictEquals(await promise.catch((error) => error), failure);
  }
  await turn();
  assertEquals(transport.calls, ["write 1"], "no end of file after a failure");
});

test("WriteQueue.write() rejects when the transport finds out that the peer is gone", async () => {
  const transport = new FakeTransport();
  const queue = new WriteQueue(transport);
  transport.takes = false;
  transport.onWrite = () => queue.fail(connectionError({ code: "EPIPE" }));
  assertEquals(await codeOf(queue.write(bytes(1))), "ECONNRESET");
  assertEquals(queue.busy, false);
});

test("WriteQueue.finish() sends no end of file when it fails right after the last write", async () => {
  const transport = new FakeTransport();
  const queue = new WriteQueue(transport);
  transport.takes = false;
  const written = queue.write(bytes(1));
  const finishing = queue.finish();
  queue.written();
  queue.written();
  const sent = transport.calls.length;
  queue.fail(connectionError({ code: "EPIPE" }));
  await written;
  await finishing;
  assertEquals([sent, transport.calls], [2, ["write 1", "shutdown"]], "it was sent before that");
});

test("WriteQueue takes the same time for each write, however many wait", async () => {
  const transport = new FakeTransport();
  const queue = new WriteQueue(transport);
  transport.takes = false;
  const [one, count] = [bytes(1), 300_000];
  let last = Promise.resolve();
  for (let i = 0; i < count; i++) last = queue.write(one);
  // Over a minute when each one moves all those behind it.
  for (let i = 0; i < count; i++) queue.written();
  await last;
  assertEquals([transport.calls.length, queue.busy], [count, false]);
});
