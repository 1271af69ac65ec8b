/** Crew: all workers of one server. */

import { assert, assertEquals } from "#assert";
import { NotSupported } from "../../core/errors.ts";
import { Crew, type CrewInit } from "../../parallel/crew.ts";
import { Dispatcher } from "../../parallel/dispatcher.ts";
import type { MessageSender } from "../../parallel/events.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { microtasks, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { FakeWorkers, INIT, lonelySocket } from "./fake_workers.ts";

function crewOf(workers: number, init: Partial<CrewInit> = {}) {
  const [fakes, timers, events] = [new FakeWorkers(), new FakeTimers(), [] as string[]];
  const heard: [message: unknown, sender: MessageSender][] = [];
  const limits = { limit: Infinity, maxConnections: Infinity, maxPending: 1 };
  const dispatcher = new Dispatcher(limits);
  const crew = new Crew({
    workers,
    launch: fakes.launch,
    worker: INIT,
    dispatcher,
    hangTimeout: Infinity,
    onEvent: ({ type, worker }) => void events.push(`${type} ${worker}`),
    onMessage: (message, sender) => void heard.push([message, sender]),
    timers,
    ...init,
  });
  return { crew, fakes, timers, events, heard, dispatcher };
}

async function started(workers: number, init: Partial<CrewInit> = {}) {
  const all = crewOf(workers, init);
  const start = all.crew.start();
  for (const worker of all.fakes.all) worker.ready();
  await start;
  return all;
}

test("a Crew has started when all its workers serve, each in its place", async () => {
  const { crew, fakes, events, timers } = crewOf(3);
  const start = crew.start();
  fakes.at(2).ready();
  fakes.at(0).ready();
  assertEquals(await outcome(start), "pending");
  fakes.at(1).ready();
  await start;
  assertEquals([events, timers.armed], [["ready 2", "ready 0", "ready 1"], 0]);
  const inits = await Promise.all(fakes.all.map(({ init }) => init));
  assertEquals(inits.map(({ worker, restarts }) => [worker, restarts]), [[0, 0], [1, 0], [2, 0]]);
});

test("a Crew of which one cannot start ends the others, and says why", async () => {
  const { crew, fakes, events, timers } = crewOf(3, { hangTimeout: 1_000 });
  const start = crew.start();
  fakes.at(0).ready();
  fakes.at(1).fail(new Error("no module"));
  fakes.at(1).exit();
  fakes.at(2).ready();
  await microtasks();
  assertEquals(fakes.all.map(({ kills }) => kills), [1, 0, 1]);
  assertEquals(await outcome(start), "pending");
  fakes.at(0).exit();
  fakes.at(2).exit();
  assertEquals(String(await reasonOf(start)), "Error: no module");
  assertEquals([events, timers.armed], [["ready 0", "ready 2"], 0]);
});

test("reload() replaces one after the other, and two of them do not mix", async () => {
  const { crew, fakes, events } = await started(2);
  const [first, second] = [crew.reload(), crew.reload()];
  for (let old = 0; old < 4; old++) {
    await microtasks();
    assertEquals(fakes.all.length, old + 3);
    fakes.at(old + 2).ready();
    await microtasks();
    assertEquals(fakes.all.length, old + 3);
    fakes.at(old).exit();
    await microtasks();
    assertEquals(await outcome(first), old === 0 ? "pending" : "fulfilled");
  }
  await second;
  assertEquals(crew.stats.restarts, 4);
  assertEquals(events.filter((event) => event.startsWith("replaced")), [
    "replaced 0",
    "replaced 1",
    "replaced 0",
    "replaced 1",
  ]);
  assertEquals((await fakes.at(5).init).restarts, 2);
});

test("reload() that has failed keeps no later one from going on", async () => {
  const { crew, fakes } = await started(1);
  const failed = crew.reload();
  await microtasks();
  fakes.at(1).fail(new Error("no module"));
  fakes.at(1).exit();
  const reason = await reasonOf(failed) as Error;
  assertEquals(String(reason), "Error: Cannot reload: a new worker cannot start: no module");
  assertEquals(String(reason.cause), "Error: no module");
  const again = crew.reload();
  await microtasks();
  fakes.at(2).ready();
  await microtasks();
  fakes.at(0).exit();
  await again;
  const under = crew.reload();
  await microtasks();
  const closed = crew.close();
  const after = crew.reload();
  fakes.at(3).exit();
  for (const reloaded of [under, after]) {
    assertEquals(String(await reasonOf(reloaded)), "Error: Cannot reload: the server is closed");
  }
  fakes.at(2).exit();
  await closed;
});

test("a Crew asks four times in hangTimeout, and ends who has said nothing since", async () => {
  const { crew, fakes, timers, events } = await started(2, { hangTimeout: 1_000 });
  for (let asked = 0; asked < 20; asked++) {
    timers.advance(250);
    fakes.at(1).say({ type: "pong" });
    if (asked === 3) assertEquals(fakes.at(0).kills, 0);
  }
  assert(fakes.at(0).kills > 0, "it may stand still for ever");
  assertEquals([fakes.at(1).kills, timers.armed], [0, 1]);
  fakes.at(0).exit("SIGKILL");
  await microtasks();
  assertEquals(events[2], "failed 0");
  const killed = crew.kill();
  fakes.at(1).exit();
  await killed;
  assertEquals(timers.armed, 0);
});

test("a Crew ends a worker that stands still while it starts, and has not started then", async () => {
  const { crew, fakes, timers } = crewOf(2, { hangTimeout: 1_000 });
  const start = crew.start();
  fakes.at(0).ready();
  fakes.at(1).say({ type: "up" });
  for (let asked = 0; asked < 6; asked++) {
    timers.advance(250);
    fakes.at(0).say({ type: "pong" });
  }
  assert(fakes.at(1).kills > 0, "it may stand still for ever");
  fakes.at(1).exit("SIGKILL");
  await microtasks();
  fakes.at(0).exit();
  const reason = "the worker has ended before it served: its event loop stood still";
  assertEquals(String(await reasonOf(start)), `Error: ${reason}`);
  assertEquals(timers.armed, 0);
});

test("two certificates are set one after the other", async () => {
  const [tls, next] = [certificateOf("server"), certificateOf("renewed")];
  const { crew, fakes } = await started(1, {
    worker: { ...INIT, listen: { ...INIT.listen, tls } },
  });
  const set = [crew.certify(next), crew.certify(tls)];
  await microtasks();
  fakes.at(0).pong();
  await microtasks();
  assertEquals(fakes.at(0).heard.length, 1);
  for (const id of [1, 2]) {
    fakes.at(0).say({ type: "certified", id, error: undefined });
    await microtasks();
    fakes.at(0).pong();
  }
  await Promise.all(set);
  assertEquals(fakes.at(0).heard.map((told) => told.type === "certificate" && told.certificate), [
    next,
    { cert: tls.cert, key: tls.key },
  ]);
});

test("stats of a Crew are those of all workers together", async () => {
  const { crew, fakes, dispatcher } = await started(2);
  for (let left = 5; left > 0; left--) dispatcher.offer(lonelySocket());
  fakes.at(0).count(1);
  const { accepted, open, pending, refused, restarts, workers } = crew.stats;
  assertEquals([accepted, open, pending, refused, restarts], [3, 2, 0, 2, 0]);
  assertEquals(workers, [
    { accepted: 2, open: 1, restarts: 0 },
    { accepted: 1, open: 1, restarts: 0 },
  ]);
});

test("close() of a Crew has all finish, with the grace and a little more", async () => {
  const { crew, fakes, timers } = await started(2);
  const closed = crew.close();
  for (const worker of fakes.all) {
    assertEquals(worker.types, ["drain"]);
    worker.say({ type: "done", served: { finished: 2, cut: 1 } });
  }
  fakes.at(0).exit();
  timers.advance(2_999);
  assertEquals(fakes.at(1).kills, 0);
  timers.advance(1);
  assertEquals(fakes.at(1).kills, 1);
  fakes.at(1).exit();
  assertEquals(await closed, { finished: 4, cut: 2 });
});

test("messages of a Crew know where they come from, and have a way back", async () => {
  const { crew, fakes, heard } = await started(2);
  fakes.at(1).say({ type: "message", message: "hello" });
  const [message, { worker, restarts, post }] = heard[0] ??
    ["", { worker: 9, restarts: 9 } as never];
  assertEquals([message, worker, restarts], ["hello", 1, 0]);
  post("to you alone");
  crew.broadcast({ to: "all" });
  // It has got the first, and is told the second.
  fakes.at(1).pong();
  assertEquals(fakes.at(0).heard, [{ type: "message", message: { to: "all" } }]);
  assertEquals(fakes.at(1).heard, [
    { type: "message", message: "to you alone" },
    { type: "message", message: { to: "all" } },
  ]);
  let thrown: unknown;
  try {
    crew.broadcast(() => undefined);
  } catch (error) {
    thrown = error;
  }
  assertEquals([(thrown as Error).name, fakes.at(0).heard.length], ["DataCloneError", 1]);
});

test("a certificate goes to all workers, and to those to come", async () => {
  const [first, next] = [certificateOf("server"), certificateOf("renewed")];
  const tls = { ...first, alpn: ["h1"] };
  const { crew, fakes } = await started(2, {
    worker: { ...INIT, listen: { ...INIT.listen, tls } },
  });
  const set = crew.certify(next);
  // It is started with the one before, and gets the new one as soon as that has been taken.
  const reloaded = crew.reload();
  await microtasks();
  assertEquals((await fakes.at(2).init).listen.tls, tls);
  for (const at of [0, 1]) {
    assertEquals(fakes.at(at).heard, [{ type: "certificate", id: 1, certificate: next }]);
    fakes.at(at).say({ type: "certified", id: 1, error: undefined });
    fakes.at(at).pong();
  }
  await microtasks();
  assertEquals(fakes.at(2).types, ["certificate", "ping"]);
  assertEquals(await outcome(set), "pending");
  fakes.at(2).say({ type: "certified", id: 1, error: undefined });
  await set;
  fakes.at(2).ready();
  await microtasks();
  fakes.at(0).exit();
  await microtasks();
  assertEquals((await fakes.at(3).init).listen.tls, { ...tls, ...next });
  fakes.at(3).ready();
  await microtasks();
  fakes.at(1).exit();
  await reloaded;
});

test("a certificate that a worker cannot take is a TypeError, and changes nothing", async () => {
  const tls = certificateOf("server");
  const { crew, fakes } = await started(1, {
    worker: { ...INIT, listen: { ...INIT.listen, tls } },
  });
  assert(await reasonOf(crew.certify({ cert: "", key: "" })) instanceof TypeError);
  assertEquals(fakes.at(0).told, []);
  const set = crew.certify(certificateOf("renewed"));
  await microtasks();
  const error = { name: "TypeError", message: "no pair", stack: undefined, code: undefined };
  fakes.at(0).say({ type: "certified", id: 1, error });
  const reason = await reasonOf(set);
  assert(reason instanceof TypeError && reason.message === "no pair", String(reason));
  fakes.at(0).exit();
  await microtasks();

  const plain = await started(1);
  assert(await reasonOf(plain.crew.certify(tls)) instanceof NotSupported);
});
