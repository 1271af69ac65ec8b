import { assertEquals, assertStrictEquals } from "#assert";
import { AcceptLoop, type Handshake } from "../../core/accept_loop.ts";
import { Arrivals } from "../../core/arrivals.ts";
import type { TransportConnection } from "../../core/transport_connection.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { gate, macrotask, never, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** A loop whose every accept the test answers. */
function scene(maxConnections?: number) {
  const arrivals = new Arrivals({
    maxPending: Infinity,
    maxConnections,
    onAcceptError: undefined,
  });
  const timers = new FakeTimers();
  const asked: PromiseWithResolvers<TransportConnection | Handshake>[] = [];
  const loop = new AcceptLoop(
    () => {
      const accept = gate<TransportConnection | Handshake>();
      asked.push(accept);
      return accept.promise;
    },
    arrivals,
    timers,
  );
  const take = () => {
    const taken = arrivals.take();
    loop.run();
    return taken;
  };
  return { arrivals, timers, asked, loop, take };
}

/** A connection whose socket is released when it is told to. */
function fake(): TransportConnection {
  const { connection, transport, events } = fakeConnection();
  transport.onRelease = () => events.closed();
  return connection;
}

test("AcceptLoop accepts as many as are asked for, one at a time", async () => {
  const { asked, take, loop } = scene();
  const taken = [take(), take()];
  assertEquals(asked.length, 1);
  const [first, second] = [fake(), fake()];
  asked[0]?.resolve(first);
  assertStrictEquals(await taken[0], first);
  await macrotask();
  assertEquals(asked.length, 2);
  asked[1]?.resolve(second);
  assertStrictEquals(await taken[1], second);
  await macrotask();
  assertEquals(asked.length, 2, "nobody asks");
  // Asked again as soon as it has answered: the loop is not to be missed while it ends.
  void take();
  assertEquals(asked.length, 3);
  asked[2]?.reject(new Error("closed"));
  await loop.stop();
});

test("AcceptLoop is not missed by whoever asks in the very moment of an answer", async () => {
  const { asked, take, loop } = scene();
  const again = take().then(() => take());
  asked[0]?.resolve(fake());
  await macrotask();
  assertEquals(asked.length, 2);
  const connection = fake();
  asked[1]?.resolve(connection);
  assertStrictEquals(await again, connection);
  await loop.stop();
});

test("AcceptLoop asks for nothing while maxConnections are open", async () => {
  const { asked, take, loop } = scene(1);
  const first = take();
  asked[0]?.resolve(fake());
  const connection = await first;
  const second = take();
  await macrotask();
  assertEquals([asked.length, loop.stuck], [1, true]);
  connection?.abort();
  await macrotask();
  assertEquals([asked.length, loop.stuck], [2, false]);
  asked[1]?.resolve(fake());
  (await second)?.abort();
  await loop.stop();
});

test("AcceptLoop.stop() ends the waiting for room", async () => {
  const { asked, take, loop, arrivals } = scene(1);
  const first = take();
  asked[0]?.resolve(fake());
  await first;
  const second = take();
  await macrotask();
  await loop.stop();
  arrivals.close();
  assertEquals([await second, asked.length], [null, 1]);
});

test("AcceptLoop begins with a short pause again after a success", async () => {
  const { asked, take, loop, timers } = scene();
  const taken = [take(), take()];
  for (const pause of [5, 10, undefined, 5]) {
    assertEquals(loop.stuck, false);
    if (pause === undefined) asked.at(-1)?.resolve(fake());
    else asked.at(-1)?.reject({ code: "EMFILE" });
    await macrotask();
    assertEquals([timers.next, loop.stuck], [pause, pause !== undefined]);
    timers.advance(pause ?? 0);
    await macrotask();
  }
  asked.at(-1)?.resolve(fake());
  await Promise.all(taken);
  await loop.stop();
  assertEquals(timers.armed, 0);
});

test("AcceptLoop.runOn() accepts although nobody asks", async () => {
  const { asked, loop, arrivals } = scene();
  loop.runOn();
  for (let i = 0; i < 3; i++) {
    asked[i]?.resolve(fake());
    await macrotask();
  }
  assertEquals([asked.length, arrivals.stats.pending], [4, 3]);
  asked[3]?.reject(new Error("closed"));
  await loop.stop();
  assertEquals(arrivals.stats.failedAccepts, 0);
});

test("AcceptLoop goes on while handshakes are under way", async () => {
  const { asked, take, loop, arrivals } = scene();
  const taken = take();
  const [stalled, quick] = [gate<TransportConnection>(), gate<TransportConnection>()];
  const abort = () => undefined;
  asked[0]?.resolve({ finished: stalled.promise, abort });
  await macrotask();
  asked[1]?.resolve({ finished: quick.promise, abort });
  await macrotask();
  assertEquals([asked.length, arrivals.stats.open], [3, 2]);
  const connection = fake();
  quick.resolve(connection);
  assertStrictEquals(await taken, connection);
  stalled.reject(new Error("no TLS"));
  await macrotask();
  assertEquals([arrivals.stats.open, arrivals.stats.failedAccepts], [1, 1]);
  asked[2]?.reject(new Error("closed"));
  await loop.stop();
});

test("AcceptLoop resets the connection of a handshake that was refused", async () => {
  const { asked, loop, arrivals } = scene();
  loop.runOn();
  arrivals.close();
  let aborted = 0;
  const handshake = gate<TransportConnection>();
  asked[0]?.resolve({ finished: handshake.promise, abort: () => aborted++ });
  await macrotask();
  const { connection, transport } = fakeConnection();
  handshake.resolve(connection);
  await macrotask();
  assertEquals([aborted, transport.calls], [1, ["reset"]]);
  asked[1]?.reject(new Error("closed"));
  await loop.stop();
});

test("AcceptLoop.stop() waits for the accept that is pending, and keeps its connection", async () => {
  const { asked, take, loop, arrivals } = scene();
  const taken = take();
  const stopped = loop.stop();
  assertEquals(await outcome(stopped), "pending");
  const connection = fake();
  asked[0]?.resolve(connection);
  await stopped;
  assertStrictEquals(await taken, connection);
  assertEquals([arrivals.stats.accepted, asked.length], [1, 1]);
});

test("AcceptLoop.stop() leaves no pause behind when the failure's own callback calls it", async () => {
  const timers = new FakeTimers();
  let stopped: Promise<void> | undefined;
  const arrivals = new Arrivals({
    maxPending: Infinity,
    onAcceptError: () => void (stopped = loop.stop()),
  });
  const loop = new AcceptLoop(() => Promise.reject({ code: "EMFILE" }), arrivals, timers);
  loop.runOn();
  await macrotask();
  assertEquals(await outcome(stopped ?? never()), "fulfilled");
  assertEquals(timers.armed, 0);
});
