import { assertEquals, assertStrictEquals } from "#assert";
import type { Acceptor } from "../../core/acceptor.ts";
import { BoundListener } from "../../core/bound_listener.ts";
import type { TransportConnection } from "../../core/transport_connection.ts";
import { Handoff } from "../../core/handoff.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { test } from "../support/harness.ts";

const ADDR = { transport: "memory", hostname: "memory", port: 1 } as const;
const STATS = { accepted: 0, open: 0, pending: 0, refused: 0, failedAccepts: 0 };

/** An acceptor that shows how it is used. */
class Probe implements Acceptor {
  readonly stats = STATS;
  readonly handoff = new Handoff<TransportConnection>(10);
  closes = 0;
  stops = 0;
  accepting = 0;
  most = 0;

  async accept(): Promise<TransportConnection | null> {
    this.most = Math.max(this.most, ++this.accepting);
    const connection = await this.handoff.take();
    this.accepting--;
    return connection;
  }

  close(): Promise<void> {
    this.closes++;
    this.handoff.close();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.stops++;
    this.handoff.close();
    return Promise.resolve();
  }
}

test("BoundListener never accepts twice at a time, and answers next() in order", async () => {
  const probe = new Probe();
  const listener = new BoundListener(ADDR, probe);
  const incoming = listener.incoming();
  const nexts = [incoming.next(), incoming.next(), incoming.next()];
  const fakes = [fakeConnection(), fakeConnection(), fakeConnection()];
  for (const { connection } of fakes) probe.handoff.offer(connection);
  const got = (await Promise.all(nexts)).map(({ value }) => value);
  got.forEach((connection, i) => assertStrictEquals(connection, fakes[i]?.connection));
  assertEquals(probe.most, 1);
  await listener.close();
});

test("BoundListener begins to read ahead when it hands a connection out, not before", async () => {
  const probe = new Probe();
  const listener = new BoundListener(ADDR, probe);
  const incoming = listener.incoming();
  const fakes = [fakeConnection(), fakeConnection()];
  for (const { connection } of fakes) probe.handoff.offer(connection);
  await incoming.next();
  assertEquals(fakes.map(({ transport }) => transport.calls), [["resume"], []]);
  await incoming.return();
  assertEquals(fakes.map(({ transport }) => transport.calls), [["resume"], ["reset"]]);
});

test("BoundListener asks for nothing before next()", async () => {
  const probe = new Probe();
  const listener = new BoundListener(ADDR, probe);
  listener.incoming();
  assertEquals(probe.accepting, 0);
  await listener.close();
});

test("BoundListener closes its acceptor once, whoever closes", async () => {
  const probe = new Probe();
  const controller = new AbortController();
  const listener = new BoundListener(ADDR, probe, controller.signal);
  const incoming = listener.incoming();
  await Promise.all([
    incoming.return(),
    listener.close(),
    listener[Symbol.asyncDispose](),
    incoming.return(),
  ]);
  controller.abort();
  assertEquals([probe.closes, probe.stops], [0, 1]);
});

test("BoundListener leaves nothing on its signal", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  const listener = new BoundListener(ADDR, new Probe(), signal);
  assertEquals(listeners, 1);
  await listener.close();
  assertEquals(listeners, 0);
});

test("BoundListener closes when its signal aborted while it was being bound", async () => {
  const probe = new Probe();
  const listener = new BoundListener(ADDR, probe, AbortSignal.abort());
  assertEquals([probe.closes, probe.stops], [0, 1]);
  assertEquals((await listener.incoming().next()).done, true);
});

test("BoundListener.close() resets what waits when nobody has taken incoming()", async () => {
  const probe = new Probe();
  const listener = new BoundListener(ADDR, probe);
  const { connection, transport } = fakeConnection();
  probe.handoff.offer(connection);
  await listener.close();
  assertEquals(transport.calls, ["reset"]);
});

test("BoundListener resets what waits when the stream is left after close()", async () => {
  const probe = new Probe();
  const listener = new BoundListener(ADDR, probe);
  const incoming = listener.incoming();
  const { connection, transport } = fakeConnection();
  probe.handoff.offer(connection);
  await listener.close();
  assertEquals(transport.calls, [], "it may still be handed out");
  await incoming.return();
  assertEquals(transport.calls, ["reset"]);
});

test("BoundListener resets a connection that is accepted while the stream is being left", async () => {
  const { connection, transport } = fakeConnection();
  const late = Promise.withResolvers<TransportConnection | null>();
  const accepts = [late.promise];
  const listener = new BoundListener(ADDR, {
    stats: STATS,
    accept: () => accepts.shift() ?? Promise.resolve(null),
    close: () => Promise.reject(new Error("it is left")),
    stop: () => {
      late.resolve(connection);
      return Promise.resolve();
    },
  });
  const incoming = listener.incoming();
  const next = incoming.next();
  await incoming.return();
  assertEquals([(await next).done, transport.calls], [true, ["reset"]]);
});

test("BoundListener passes on the stats", async () => {
  const listener = new BoundListener(ADDR, new Probe());
  assertStrictEquals(listener.stats, STATS);
  assertStrictEquals(listener.addr, ADDR);
  await listener.close();
});

test("BoundListener takes connections without promises from an acceptor that can do that", async () => {
  const handoff = new Handoff<TransportConnection>(10);
  const listener = new BoundListener(ADDR, {
    stats: STATS,
    accept: () => Promise.reject(new Error("there is a shorter way")),
    acceptWith: (taken) => handoff.takeWith(taken),
    close: () => Promise.resolve(handoff.close()),
    stop: () => Promise.resolve(handoff.close()),
  });
  const [first, second] = [fakeConnection(), fakeConnection()];
  handoff.offer(first.connection);
  const incoming = listener.incoming();
  const items = [incoming.next(), incoming.next(), incoming.next()];
  handoff.offer(second.connection);
  await listener.close();
  const taken = (await Promise.all(items)).map(({ value }) => value);
  assertEquals(taken.length, 3);
  assertStrictEquals(taken[0], first.connection);
  assertStrictEquals(taken[1], second.connection);
  assertEquals([taken[2], first.transport.calls], [undefined, ["resume"]]);
});
