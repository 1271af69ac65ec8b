import { assertEquals, assertStrictEquals } from "#assert";
import { connectionError, type NetworkError } from "../../core/errors.ts";
import { ReadQueue } from "../../core/read_queue.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { test } from "../support/harness.ts";

const chunk = (...bytes: number[]) => new Uint8Array(bytes);

test("ReadQueue.read() takes the chunk that arrives for it, and reads one ahead", async () => {
  const transport = new FakeTransport();
  const queue = new ReadQueue(transport);
  const reading = queue.read();
  assertEquals(transport.calls, ["resume"]);
  assertEquals(queue.received(chunk(1)), true, "go on: nobody waits, but nothing is held");
  assertEquals((await reading)?.[0], 1);
  assertEquals(queue.received(chunk(2)), false, "one chunk is held");
  assertEquals((await queue.read())?.[0], 2);
  assertEquals(transport.calls, ["resume", "resume"], "taking it makes room for the next");
});

test("ReadQueue gives away chunks with a buffer of their own, but for readNow()", async () => {
  const asked: number[] = [];
  const transport = Object.assign(new FakeTransport(), {
    own: (given: Uint8Array): Uint8Array => {
      asked.push(given.length);
      return given.slice();
    },
  });
  const queue = new ReadQueue(transport);
  const [first, second, third] = [chunk(1), chunk(2, 2), chunk(3, 3, 3)];
  const reading = queue.read();
  queue.received(first);
  const given = await reading;
  assertEquals([given === first, given?.[0]], [false, 1], "to who has waited");
  queue.received(second);
  const ahead = await queue.read();
  assertEquals([ahead === second, ahead?.[1]], [false, 2], "to who comes later");
  queue.received(third);
  assertStrictEquals(queue.readNow(() => undefined), third);
  assertEquals(asked, [1, 2]);
});

test("ReadQueue loses nothing of what comes although it said stop", async () => {
  const transport = new FakeTransport();
  const queue = new ReadQueue(transport);
  queue.flow();
  for (let i = 0; i < 3; i++) assertEquals(queue.received(chunk(i)), false);
  for (let i = 0; i < 3; i++) assertEquals((await queue.read())?.[0], i);
  assertEquals(transport.calls, ["resume", "resume"], "and asks again only when all is taken");
});

test("ReadQueue.end() answers the pending read and every later one with null", async () => {
  const transport = new FakeTransport();
  const queue = new ReadQueue(transport);
  const reading = queue.read();
  queue.end();
  assertEquals([await reading, await queue.read(), await queue.read()], [null, null, null]);
  assertEquals([queue.ended, transport.calls], [true, ["resume"]]);
});

test("ReadQueue.fail() lets be read what was held, then rejects with the one error", async () => {
  const queue = new ReadQueue(new FakeTransport());
  queue.flow();
  queue.received(chunk(1));
  const failure = connectionError({ code: "ECONNRESET" });
  queue.fail(failure);
  queue.end();
  assertEquals(queue.ended, false, "an end after a failure is none");
  assertEquals((await queue.read())?.[0], 1);
  for (let i = 0; i < 2; i++) {
    assertStrictEquals(await queue.read().catch((error) => error), failure);
  }
});

test("ReadQueue.close() rejects, drops what is held, and discards without end until it is limited", async () => {
  const transport = new FakeTransport();
  const queue = new ReadQueue(transport);
  queue.flow();
  queue.received(chunk(1));
  queue.close("connection");
  assertEquals(await queue.read().catch((error: NetworkError) => error.code), "ECLOSED");
  queue.flow();
  assertEquals(transport.calls, ["resume", "resume"]);
  for (let i = 0; i < 10; i++) assertEquals(queue.received(new Uint8Array(1 << 20)), true);
  queue.limitDiscarding();
  assertEquals(queue.received(new Uint8Array(262_143)), true);
  assertEquals(queue.received(new Uint8Array(1)), false);
  queue.flow();
  assertEquals(transport.calls.length, 2, "it stays stopped");
});

test("ReadQueue.close() takes a promised silence for the end, where releasing sends the end of file", () => {
  const endAfter = (prepare: (queue: ReadQueue) => void, endsOnRelease = true): boolean => {
    const queue = new ReadQueue(Object.assign(new FakeTransport(), { endsOnRelease }));
    queue.flow();
    prepare(queue);
    queue.close("connection");
    return queue.ended;
  };
  const quiet = (queue: ReadQueue) => queue.quiet = true;
  assertEquals(endAfter(quiet), true);
  assertEquals(endAfter(() => undefined), false);
  assertEquals(endAfter(quiet, false), false, "with TLS, the socket below is not to be first");
  const broken = (queue: ReadQueue) => {
    quiet(queue);
    queue.received(chunk(1));
  };
  assertEquals(endAfter(broken), false, "the promise was broken");
});

test("ReadQueue reads nothing ahead of a peer that has promised to send nothing more, where it has to ask", () => {
  const goesOn = (quiet: boolean, readsWhenAsked: boolean): boolean => {
    const queue = new ReadQueue(Object.assign(new FakeTransport(), { readsWhenAsked }));
    const onChunk = () => {
      queue.readNow(onChunk);
      queue.quiet = quiet;
    };
    queue.readNow(onChunk);
    return queue.received(chunk(1));
  };
  assertEquals(goesOn(false, true), true);
  assertEquals(goesOn(true, true), false);
  assertEquals(goesOn(true, false), true, "to stop would cost more than what it saves");
});
