/** Member: a worker as the crew knows it. */

import { assert, assertEquals, assertThrows } from "#assert";
import type { FromWorker } from "../../parallel/messages.ts";
import { outcome, reasonOf } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";
import { FakeWorkers, INIT, lonelySocket } from "./fake_workers.ts";

const fatal: FromWorker = {
  type: "error",
  error: { name: "RangeError", message: "nobody caught it", stack: "stack", code: "EX" },
  fatal: true,
};

test("a Member starts its worker, and is ready when that serves", async () => {
  const { member, worker, told } = new FakeWorkers().hire();
  assertEquals(await worker.init, INIT);
  assertEquals([await outcome(member.ready), member.hasRoom, member.hasServed], [
    "pending",
    false,
    false,
  ]);
  worker.ready();
  await member.ready;
  assertEquals([member.hasRoom, member.hasServed, told.join()], [true, true, "room"]);
});

test("a Member that never serves says why", async () => {
  const { member, worker } = new FakeWorkers().hire();
  const error = { name: "SyntaxError", message: "no module", stack: undefined, code: undefined };
  worker.say({ type: "failed", error });
  worker.say({ type: "leaving" });
  assertEquals(worker.types, ["leave"]);
  worker.exit();
  const reason = await reasonOf(member.ready) as Error;
  assertEquals([reason.name, reason.message], ["SyntaxError", "no module"]);
  assertEquals((await member.ended).reason, "error");

  const silent = new FakeWorkers().hire();
  silent.worker.exit("SIGKILL");
  assertEquals(
    String(await reasonOf(silent.member.ready)),
    "Error: the worker has ended before it served: SIGKILL",
  );
  const { reason: how, lost, error: why } = await silent.member.ended;
  assertEquals([how, lost, why], ["exit", 0, await reasonOf(silent.member.ready)]);
});

test("a Member has room again when its worker says that it has got the connection", () => {
  const { member, worker, told } = new FakeWorkers().hire();
  worker.ready();
  const socket = lonelySocket();
  member.give(socket);
  assertEquals([worker.given[0] === socket, member.given, member.open, member.hasRoom], [
    true,
    1,
    1,
    false,
  ]);
  worker.count();
  assertEquals([member.open, member.hasRoom], [1, true]);
  worker.count(1);
  assertEquals([member.given, member.open, told.join()], [1, 0, "room,room,room"]);
});

test("drain() is told when nothing is on its way any more, and once", async () => {
  const { member, worker } = new FakeWorkers().hire();
  worker.ready();
  member.give(lonelySocket());
  member.drain();
  assertEquals([worker.types.join(), member.hasRoom], ["", false]);
  worker.count();
  assertEquals(worker.types, ["drain"]);
  member.drain();
  worker.count(1);
  worker.say({ type: "done", served: { finished: 1, cut: 0 } });
  worker.say({ type: "leaving" });
  worker.exit();
  assertEquals(worker.types, ["drain", "leave"]);
  assertEquals(await member.ended, { reason: "exit", lost: 0, error: undefined });
  assertEquals(member.served, { finished: 1, cut: 0 });
  member.drain();
  assertEquals(worker.types.length, 2);
});

test("drain() waits for the answer to a ping", () => {
  const { member, worker } = new FakeWorkers().hire();
  worker.ready();
  member.hangs(4);
  assertEquals([worker.types.join(), member.hasRoom], ["ping", false]);
  member.drain();
  assertEquals(worker.types, ["ping"]);
  worker.say({ type: "pong" });
  assertEquals(worker.types, ["ping", "drain"]);
});

test("hangs() counts the calls since the worker has last said anything", () => {
  const { member, worker } = new FakeWorkers().hire();
  worker.ready();
  assertEquals([member.hangs(2), member.hangs(2), member.hangs(2)], [false, false, true]);
  assertEquals(worker.types, ["ping"]);
  worker.say({ type: "pong" });
  assertEquals([member.hangs(2), member.hasRoom], [false, false]);
  worker.say({ type: "pong" });
  assertEquals(member.hasRoom, true);
  // One that was given a connection has to say so anyway.
  member.give(lonelySocket());
  assertEquals([member.hangs(1), member.hangs(1)], [false, true]);
  // On Deno it is not asked: the connection would be lost.
  const asked = runtime === "deno" ? 2 : 4;
  assertEquals(worker.types.length, asked);
  worker.count();
  // One that leaves takes nothing any more: it can be asked at any time.
  member.drain();
  assertEquals([member.hangs(1), member.hangs(1)], [false, true]);
  assertEquals(worker.types.slice(asked), ["drain", "ping", "ping"]);
  worker.exit();
  assertEquals(member.hangs(0), false);
});

test("a Member says why its worker has ended, and what it has taken with it", async () => {
  type End = (hired: ReturnType<FakeWorkers["hire"]>) => void;
  const ends: [reason: string, message: string | undefined, end: End][] = [
    ["hang", "the worker has ended: its event loop stood still", ({ member }) => member.kill(true)],
    ["exit", "the worker has ended: exit code 0", ({ member }) => member.kill()],
    ["error", "thrown", ({ worker }) => worker.fail(new Error("thrown"))],
    ["error", "a text", ({ worker }) => worker.fail("a text")],
    ["error", "nobody caught it", ({ worker }) => worker.say(fatal)],
    ["exit", "the worker has ended: exit code 0", () => undefined],
    // Who was told to leave needs no reason.
    ["exit", undefined, ({ member }) => member.drain()],
  ];
  for (const [expected, message, end] of ends) {
    const hired = new FakeWorkers().hire();
    const { member, worker } = hired;
    worker.ready();
    member.give(lonelySocket());
    end(hired);
    const { kills } = worker;
    worker.exit();
    const { reason, lost, error } = await member.ended;
    assertEquals([reason, lost, member.open], [expected, 1, 0]);
    assertEquals(error?.message, message);
    // There is nobody to be ended any more.
    member.kill();
    assertEquals(worker.kills, kills);
  }
});

test("a worker that has failed is given nothing more, and is not told to drain", async () => {
  const { member, worker } = new FakeWorkers().hire();
  worker.ready();
  worker.say(fatal);
  assertEquals(member.hasRoom, false);
  member.drain();
  worker.count();
  worker.say({ type: "leaving" });
  assertEquals(worker.types, ["leave"]);
  worker.exit("exit code 1");
  const { reason, error } = await member.ended;
  assert(error instanceof Error && "code" in error, String(error));
  assertEquals([reason, error.name, error.code, error.stack], [
    "error",
    "RangeError",
    "EX",
    "stack",
  ]);
});

test("a Member passes on what its module says, and what handlers throw", () => {
  const { member, worker, told } = new FakeWorkers().hire();
  worker.say({ type: "message", message: 5 });
  worker.say({ ...fatal, fatal: false });
  assertEquals(told, ["message 5", "fault nobody caught it"]);
  member.post({ a: 1 });
  assertEquals(worker.heard, [{ type: "message", message: { a: 1 } }]);
});

test("a Member copies what is posted at once, throws back what cannot be, and drops what is late", () => {
  const { member, worker } = new FakeWorkers().hire();
  worker.ready();
  member.give(lonelySocket());
  const message = { a: 1 };
  member.post(message);
  message.a = 2;
  assertThrows(() => member.post(() => undefined));
  worker.count();
  assertEquals(worker.heard, [{ type: "message", message: { a: 1 } }]);
  worker.exit();
  member.post("to nobody");
  worker.pong();
  assertEquals(worker.heard.length, 1);
});

test("a Member that its system has not started yet does not hang", () => {
  const { member, worker } = new FakeWorkers().hire();
  for (let calls = 0; calls < 20; calls++) assertEquals(member.hangs(1), false);
  worker.say({ type: "up" });
  assertEquals([member.hangs(1), member.hangs(1), member.hasRoom], [false, true, false]);
});

test("a connection that its worker never gets does not keep others from it", () => {
  const { member, worker, told } = new FakeWorkers().hire();
  worker.ready();
  member.give(lonelySocket());
  member.post("behind it");
  assertEquals([member.hangs(9), member.hasRoom, member.open], [false, false, 1]);
  // It says something else meanwhile, so it is there.
  worker.say({ type: "message", message: "hello" });
  const before = told.length;
  assertEquals([member.hangs(9), member.open, worker.heard.length], [false, 0, 1]);
  worker.pong();
  assertEquals([member.hasRoom, told.length > before], [true, true]);
  // The next one has the number that the worker knows.
  member.give(lonelySocket());
  worker.say({ type: "count", taken: 1, gone: 0 });
  assertEquals([member.given, member.open, member.hasRoom], [2, 1, true]);
});

test("certify() waits for the answer of the worker, or for its end", async () => {
  const { member, worker } = new FakeWorkers().hire();
  const certificate = { cert: "cert", key: "key" };
  const asked = [1, 2, 3].map(() => member.certify(certificate));
  worker.pong();
  assertEquals(worker.heard[1], { type: "certificate", id: 2, certificate });
  const error = { name: "TypeError", message: "no key", stack: undefined, code: undefined };
  worker.say({ type: "certified", id: 2, error });
  worker.say({ type: "certified", id: 1, error: undefined });
  assertEquals(String(await reasonOf(asked[1] ?? Promise.resolve())), "TypeError: no key");
  await asked[0];
  worker.exit();
  await asked[2];
  await member.certify(certificate);
});

test("a message waits until nothing is on its way, and no connection overtakes it", () => {
  const { member, worker, told } = new FakeWorkers().hire();
  worker.ready();
  member.give(lonelySocket());
  member.post(1);
  member.post(2);
  assertEquals(worker.told, []);
  worker.count();
  assertEquals([worker.types.join(), member.hasRoom], ["message,message,ping", false]);
  member.post(3);
  assertEquals(worker.types.length, 3);
  worker.pong();
  assertEquals([worker.types.slice(3).join(), member.hasRoom], ["message,ping", false]);
  const rooms = told.length;
  worker.pong();
  assertEquals([member.hasRoom, told.length], [true, rooms + 1]);
  // What is to be said comes before the end.
  member.post(4);
  member.drain();
  member.post(5);
  assertEquals(worker.types.slice(5).join(), "message,ping");
  worker.pong();
  assertEquals(worker.types.slice(7).join(), "message,ping");
  worker.pong();
  assertEquals(worker.types.slice(9).join(), "drain");
});
