/** runningServer: the end of a server with several workers. */

import { assertEquals } from "#assert";
import { Crew } from "../../parallel/crew.ts";
import { Dispatcher } from "../../parallel/dispatcher.ts";
import { runningServer } from "../../parallel/running_server.ts";
import { countListeners, gate, macrotask, outcome } from "../support/gates.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";
import { FakeWorkers, INIT, lonelySocket } from "./fake_workers.ts";

/** A server with one worker, that a test plays, and a front that it closes. */
async function running(grace: number, signal?: AbortSignal) {
  const fakes = new FakeWorkers();
  const limits = { limit: Infinity, maxConnections: Infinity, maxPending: Infinity };
  const dispatcher = new Dispatcher(limits);
  const crew = new Crew({
    workers: 1,
    launch: fakes.launch,
    worker: INIT,
    dispatcher,
    hangTimeout: Infinity,
    onEvent: () => undefined,
    onMessage: () => undefined,
    timers: new FakeTimers(),
  });
  const start = crew.start();
  fakes.at(0).ready();
  await start;
  const [closing, closes] = [gate(), [] as string[]];
  const front = {
    addr: INIT.addr,
    close: () => {
      closes.push("front");
      return closing.promise;
    },
  };
  const server = runningServer({ front, dispatcher, crew, grace, signal });
  return { server, worker: fakes.at(0), dispatcher, closing, closes };
}

test("close() stops to listen, lets those that wait have a worker, and then has that finish", async () => {
  const { server, worker, dispatcher, closing, closes } = await running(Infinity);
  assertEquals(server.addr, INIT.addr);
  const closed = server.close();
  assertEquals(server.close(), closed);
  assertEquals(server.ended, closed);
  // One comes while it listens still; the other one waits for the first to be taken.
  dispatcher.offer(lonelySocket());
  dispatcher.offer(lonelySocket());
  assertEquals([closes, server.stats().pending], [["front"], 1]);
  closing.resolve();
  await macrotask();
  assertEquals(worker.types, []);
  worker.count();
  await macrotask();
  worker.count(2);
  await macrotask();
  assertEquals(worker.types, ["drain"]);
  worker.say({ type: "done", served: { finished: 2, cut: 0 } });
  assertEquals(await outcome(closed), "pending");
  worker.exit();
  assertEquals([await closed, closes], [{ finished: 2, cut: 0 }, ["front"]]);
});

test("close() gives up those that wait when the grace is over", async () => {
  const { server, worker, dispatcher, closing } = await running(1);
  dispatcher.offer(lonelySocket());
  const waiting = lonelySocket();
  dispatcher.offer(waiting);
  const closed = server.close();
  closing.resolve();
  while (!waiting.destroyed) await new Promise((resolve) => setTimeout(resolve, 1));
  worker.count(1);
  await macrotask();
  worker.say({ type: "done", served: { finished: 1, cut: 0 } });
  worker.exit();
  assertEquals(await closed, { finished: 1, cut: 1 });
});

test("its signal closes a server, which leaves no listener on it", async () => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const { server, worker, closing, closes } = await running(Infinity, stop.signal);
  assertEquals(listeners(), 1);
  closing.resolve();
  stop.abort();
  await macrotask();
  assertEquals([closes, worker.types, listeners()], [["front"], ["drain"], 0]);
  worker.exit();
  assertEquals(await server.ended, { finished: 0, cut: 0 });
  await server[Symbol.asyncDispose]();
});
