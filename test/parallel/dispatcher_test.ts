/** Dispatcher: which worker gets which connection. */

import { assertEquals } from "#assert";
import { Dispatcher, type DispatcherInit } from "../../parallel/dispatcher.ts";
import type { Socket } from "node:net";
import { microtasks, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { type FakeWorker, FakeWorkers, lonelySocket } from "./fake_workers.ts";

/** A dispatcher, and workers that serve. */
function crew(count: number, init: Partial<DispatcherInit> = {}) {
  const dispatcher = new Dispatcher({
    limit: Infinity,
    maxConnections: Infinity,
    maxPending: Infinity,
    ...init,
  });
  const fakes = new FakeWorkers();
  for (let left = count; left > 0; left--) {
    const { member, worker } = fakes.hire({ onRoom: () => dispatcher.pump() });
    worker.ready();
    dispatcher.add(member);
  }
  const offer = (): Socket => {
    const socket = lonelySocket();
    dispatcher.offer(socket);
    return socket;
  };
  const given = (): number[] => fakes.all.map((worker: FakeWorker) => worker.given.length);
  return { dispatcher, fakes, offer, given };
}

test("a Dispatcher gives to the worker that has the fewest, in turn when they have as many", () => {
  const { dispatcher, fakes, offer, given } = crew(3);
  for (let round = 0; round < 3; round++) {
    for (let left = 3; left > 0; left--) offer();
    for (const worker of fakes.all) worker.count();
  }
  assertEquals(given(), [3, 3, 3]);
  fakes.at(1).count(2);
  offer();
  fakes.at(1).count();
  offer();
  assertEquals(given(), [3, 5, 3]);
  fakes.at(1).count(1);
  // All have as many but the second; then the one whose last connection is longest ago.
  offer();
  fakes.at(1).count();
  offer();
  offer();
  assertEquals([given(), dispatcher.open, dispatcher.accepted], [[4, 6, 4], 11, 14]);
});

test("a worker that has not said that it has got its connection is given no other", () => {
  const { dispatcher, fakes, offer, given } = crew(2);
  offer();
  fakes.at(0).count();
  const [second, third, fourth] = [offer(), offer(), offer()];
  // The first one has as many as the second, which was given one later.
  assertEquals([given(), dispatcher.pending], [[2, 1], 1]);
  fakes.at(1).count();
  assertEquals([given(), dispatcher.pending], [[2, 2], 0]);
  assertEquals([fakes.at(1).given[0], fakes.at(0).given[1], fakes.at(1).given[1]], [
    second,
    third,
    fourth,
  ]);
});

test("those that wait go to whoever has room first, in the order of their arrival", () => {
  const { dispatcher, fakes, offer } = crew(1);
  const sockets = [offer(), offer(), offer(), offer()];
  assertEquals([dispatcher.pending, dispatcher.open, dispatcher.accepted], [3, 1, 4]);
  for (let left = 3; left > 0; left--) fakes.at(0).count();
  assertEquals(fakes.at(0).given, sockets);
  assertEquals(dispatcher.pending, 0);
});

test("a worker that comes takes those that wait, when it serves", () => {
  const { dispatcher, fakes, offer } = crew(0);
  const sockets = [offer(), offer()];
  const { member, worker } = fakes.hire({ onRoom: () => dispatcher.pump() });
  dispatcher.add(member);
  assertEquals(worker.given.length, 0);
  worker.ready();
  worker.count();
  assertEquals(worker.given, sockets);
});

test("those that are open at all workers keep to limit", () => {
  const { dispatcher, fakes, offer, given } = crew(2, { limit: 2 });
  for (let left = 4; left > 0; left--) {
    offer();
    for (const worker of fakes.all) worker.count();
  }
  assertEquals([given(), dispatcher.open, dispatcher.pending], [[1, 1], 2, 2]);
  fakes.at(1).count(1);
  assertEquals([given(), dispatcher.open, dispatcher.pending], [[1, 2], 2, 1]);
  // Nobody goes past those that wait.
  fakes.at(1).count(1);
  offer();
  assertEquals([dispatcher.open, dispatcher.pending], [2, 1]);
});

test("those that are too many are let go, and counted", () => {
  const { dispatcher, fakes, offer } = crew(1, { maxPending: 1, maxConnections: 3 });
  const [first, second, third] = [offer(), offer(), offer()];
  assertEquals([first, second, third].map(({ destroyed }) => destroyed), [false, false, true]);
  fakes.at(0).count();
  fakes.at(0).count();
  const [fourth, fifth] = [offer(), offer()];
  assertEquals([fourth, fifth].map(({ destroyed }) => destroyed), [false, true]);
  const { accepted, refused, open, pending } = dispatcher;
  assertEquals([accepted, refused, open, pending], [3, 2, 3, 0]);
});

test("those that wait count as open for maxConnections", () => {
  const { dispatcher, offer } = crew(1, { maxConnections: 2 });
  assertEquals([offer(), offer(), offer()].map(({ destroyed }) => destroyed), [false, false, true]);
  assertEquals([dispatcher.open, dispatcher.pending, dispatcher.refused], [1, 1, 1]);
});

test("no error event of a socket is left without a listener", () => {
  const { offer } = crew(1);
  for (const socket of [offer(), offer()]) socket.emit("error", new Error("its peer is gone"));
});

test("emptied() waits until nobody waits, and abandon() lets them go", async () => {
  const { dispatcher, fakes, offer } = crew(1);
  await dispatcher.emptied();
  offer();
  const [second, third] = [offer(), offer()];
  const emptied = dispatcher.emptied();
  fakes.at(0).count();
  assertEquals([await outcome(emptied), second.destroyed], ["pending", false]);
  assertEquals(dispatcher.abandon(), 1);
  await emptied;
  assertEquals([second.destroyed, third.destroyed, dispatcher.pending], [false, true, 0]);
  assertEquals(dispatcher.abandon(), 0);
  const again = dispatcher.emptied();
  await again;
});

test("what a worker has had is not open any more when it has ended", async () => {
  const { dispatcher, fakes, offer } = crew(2, { limit: 2 });
  const [, , third] = [offer(), offer(), offer()];
  assertEquals([dispatcher.open, dispatcher.pending], [2, 1]);
  fakes.at(1).count();
  fakes.at(0).exit("SIGKILL");
  await microtasks();
  assertEquals([fakes.at(1).given[1], dispatcher.open, dispatcher.pending], [third, 2, 0]);
});
