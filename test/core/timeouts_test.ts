import { assert, assertEquals, assertStrictEquals } from "#assert";
import { connect, type Socket } from "node:net";
import { listen } from "../../adapters/current.ts";
import type { Connection } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import {
  changedTimeouts,
  DEFAULT_TIMEOUTS,
  resolveTimeouts,
  type Timeouts,
} from "../../core/timeouts.ts";
import { systemTimers } from "../../core/timers.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";

const MORE_THAN_KERNELS_HOLD = new Uint8Array(32 << 20);

/** A connection of the runtime that runs this, and a peer that reads nothing by itself. */
async function sockets(t: TestContext): Promise<[Connection, Socket]> {
  const listener = await listen({ port: 0 });
  t.defer(() => listener.close());
  const incoming = listener.incoming();
  const peer = connect({ port: listener.addr.port, host: "127.0.0.1", allowHalfOpen: true });
  peer.pause();
  peer.on("error", () => undefined);
  t.defer(() => peer.destroy());
  const { value: connection } = await incoming.next();
  if (connection === undefined) throw new Error("incoming() has ended");
  t.defer(() => connection.close());
  t.defer(() => connection.abort());
  return [connection, peer];
}

/** The clock of all connections until the test ends, whatever a busy machine does meanwhile. */
function clockOf(t: TestContext): FakeTimers {
  const clock = new FakeTimers();
  const { now, set, clear } = systemTimers;
  t.defer(() => Object.assign(systemTimers, { now, set, clear }));
  Object.assign(systemTimers, {
    now: () => clock.now(),
    set: (callback: () => void, ms: number) => clock.set(callback, ms),
    clear: (timer: unknown) => clock.clear(timer),
  });
  return clock;
}

/** Waits for the ETIMEDOUT of `promise`; it must not come before `ms`. */
async function expectTimeout(ms: number, begin: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const error = await reasonOf(begin());
  const took = performance.now() - started;
  assert(error instanceof NetworkError && error.code === "ETIMEDOUT", String(error));
  assert(took >= ms, `it took ${took} ms, and not ${ms}`);
}

/** All that the peer gets from now on; the end of file or what broke it. */
function rest(peer: Socket): Promise<string> {
  return new Promise((resolve) => {
    let bytes = 0;
    peer.on("data", (chunk) => bytes += chunk.length);
    peer.on("end", () => resolve(`${bytes} bytes, then the end`));
    peer.on("error", () => resolve("broken"));
    peer.resume();
  });
}

test("resolveTimeouts() fills in the defaults, and changedTimeouts() what held before", () => {
  assertStrictEquals(resolveTimeouts("test", undefined), DEFAULT_TIMEOUTS);
  const first = resolveTimeouts("test", { idle: 5, send: undefined });
  assertEquals(first, { handshake: 15_000, idle: 5, receive: Infinity, send: Infinity });
  const second = changedTimeouts("test", { idle: Infinity, send: 0.5 }, first);
  assertEquals(second, { handshake: 15_000, idle: Infinity, receive: Infinity, send: 0.5 });
});

test("resolveTimeouts() refuses what is no time, and says which", () => {
  const message = (timeouts: unknown): string => {
    try {
      resolveTimeouts("test", timeouts as Timeouts);
    } catch (error) {
      return String(error);
    }
    return "nothing";
  };
  for (const name of ["handshake", "idle", "receive", "send"]) {
    for (const bad of [0, -1, NaN, -Infinity, 2 ** 31, "1", null]) {
      assert(message({ [name]: bad }).startsWith(`RangeError: Cannot test: timeouts.${name} must`));
    }
  }
  for (const bad of [null, 5, "5"]) {
    assert(message(bad).startsWith("TypeError: Cannot test: timeouts must be an object, got "));
  }
});

test("receive: over a socket, a handler can still answer a silent peer", async (t) => {
  const [connection, peer] = await sockets(t);
  connection.setTimeouts({ receive: 60 });
  await expectTimeout(60, () => connection.read());
  await expectTimeout(0, () => connection.read());
  await connection.write(new Uint8Array(1000));
  const got = rest(peer);
  peer.end();
  await connection.close();
  assertEquals(await got, "1000 bytes, then the end");
});

test("send: over a socket, a peer that reads nothing breaks the connection", async (t) => {
  const [connection, peer] = await sockets(t);
  connection.setTimeouts({ send: 100 });
  await expectTimeout(100, () => connection.write(MORE_THAN_KERNELS_HOLD));
  assertEquals(connection.signal.aborted, true);
  assert(await rest(peer) !== `${MORE_THAN_KERNELS_HOLD.length} bytes, then the end`);
});

/** Lets `peer` take `bytes`, and no more. */
function take(peer: Socket, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let left = bytes;
    const onData = (chunk: Uint8Array): void => {
      left -= chunk.length;
      if (left > 0) return;
      peer.pause();
      peer.off("data", onData);
      resolve();
    };
    peer.on("data", onData);
    peer.resume();
  });
}

test("send: over a socket, a peer that reads slowly gets all of a large write", async (t) => {
  const [connection, peer] = await sockets(t);
  const clock = clockOf(t);
  connection.setTimeouts({ send: 400 });
  const sending = connection.write(MORE_THAN_KERNELS_HOLD);
  const sent = outcome(sending);
  // So much at a time that the system has room for more, and over a longer time than the limit.
  for (let i = 0; i < 9; i++) {
    await take(peer, 3 << 20);
    await macrotask();
    clock.advance(80);
  }
  const got = rest(peer);
  await sent;
  await sending;
  peer.end();
  await connection.close();
  assert((await got).endsWith("then the end"));
  assertEquals(connection.signal.aborted, false);
});

test("send: over a socket, close() ends although the peer takes nothing", async (t) => {
  const [connection] = await sockets(t);
  const writing = connection.write(MORE_THAN_KERNELS_HOLD);
  connection.setTimeouts({ send: 100 });
  const started = performance.now();
  await connection.close();
  assert(performance.now() - started >= 100, "not before its time");
  assertEquals(await outcome(writing), "rejected");
});

test("idle: over a socket, silence breaks the connection, and words do not", async (t) => {
  const [connection, peer] = await sockets(t);
  const clock = clockOf(t);
  const { signal } = connection;
  connection.setTimeouts({ idle: 150 });
  const word = new Uint8Array(1);
  for (let i = 0; i < 5; i++) {
    peer.write(word);
    assertEquals((await connection.read())?.length, 1);
    clock.advance(40);
  }
  await connection.write(word);
  const silent = connection.read();
  clock.advance(149);
  assertEquals(await outcome(silent), "pending");
  // A busy connection is looked at every 20th part of its limit.
  clock.advance(1 + 150 / 20);
  assertEquals((await reasonOf(silent) as NetworkError).code, "ETIMEDOUT");
  assertEquals((signal.reason as NetworkError).code, "ETIMEDOUT");
  await rest(peer);
});
