import { assertEquals, assertStrictEquals } from "#assert";
import { HandshakeAcceptor } from "../../adapters/deno_acceptor.ts";
import type { Handshake } from "../../core/accept_loop.ts";
import type { TransportConnection } from "../../core/transport_connection.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { type Gate, gate, macrotask, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** An acceptor whose accepts, and then the handshakes, are answered by the test. */
function accepting(maxPending = 10) {
  const timers = new FakeTimers();
  const codes: string[] = [];
  const accepts: Gate<Handshake>[] = [];
  let aborted = 0;
  const acceptor = new HandshakeAcceptor({
    maxPending,
    timers,
    onAcceptError: ({ code }) => codes.push(code),
    acceptOne: () => {
      const pending = gate<Handshake>();
      accepts.push(pending);
      return pending.promise;
    },
    stop: () => accepts.at(-1)?.reject(new Error("the listener is closed")),
  });
  /** Answers the last accept; what is returned ends the handshake. */
  const connect = async () => {
    await macrotask();
    const handshake = gate<TransportConnection>();
    accepts.at(-1)?.resolve({ finished: handshake.promise, abort: () => aborted++ });
    await macrotask();
    return handshake;
  };
  return { acceptor, timers, codes, accepts, connect, aborted: () => aborted };
}

test("HandshakeAcceptor accepts unasked, and hands out what has shaken hands, whoever came first", async () => {
  const { acceptor, connect, accepts } = accepting();
  const [slow, quick] = [await connect(), await connect()];
  assertEquals([accepts.length, acceptor.stats.open, acceptor.stats.pending], [3, 2, 0]);
  const { connection } = fakeConnection();
  quick.resolve(connection);
  assertStrictEquals(await acceptor.accept(), connection);
  slow.reject({ code: "EPROTO" });
  await macrotask();
  assertEquals([acceptor.stats.failedAccepts, acceptor.stats.open], [1, 1]);
  await acceptor.stop();
  connection.abort();
});

test("HandshakeAcceptor begins no more than maxPending handshakes", async () => {
  const { acceptor, connect, accepts, codes } = accepting(2);
  const [first] = [await connect(), await connect()];
  assertEquals(accepts.length, 2);
  first.reject({ code: "ETIMEDOUT" });
  await macrotask();
  assertEquals([accepts.length, codes], [3, ["ETIMEDOUT"]]);
  await acceptor.stop();
});

test("HandshakeAcceptor.stop() gives up the handshakes, and waits for the accept", async () => {
  const { acceptor, connect, aborted } = accepting(1);
  await connect();
  await acceptor.stop();
  assertEquals([aborted(), await acceptor.accept()], [1, null]);
});

test("HandshakeAcceptor does not pause when the callback for failed accepts has stopped it", async () => {
  const { acceptor, timers, accepts, codes } = accepting();
  const push = codes.push.bind(codes);
  codes.push = (code) => {
    void acceptor.stop();
    return push(code);
  };
  await macrotask();
  accepts.at(-1)?.reject({ code: "EMFILE" });
  await macrotask();
  assertEquals([timers.armed, accepts.length, codes.join()], [0, 1, "EMFILE"]);
});

test("HandshakeAcceptor pauses when accept() fails, longer each time, unless a peer is gone", async () => {
  const { acceptor, timers, accepts, codes, connect } = accepting();
  await macrotask();
  accepts.at(-1)?.reject({ code: "ENOTCONN" });
  await macrotask();
  assertEquals([accepts.length, timers.armed], [2, 0]);
  for (const ms of [5, 10, 20]) {
    accepts.at(-1)?.reject({ code: "EMFILE" });
    await macrotask();
    assertEquals(timers.next, ms);
    timers.advance(ms);
    await macrotask();
  }
  await connect();
  accepts.at(-1)?.reject({ code: "EMFILE" });
  await macrotask();
  assertEquals([timers.next, codes.length], [5, 5]);
  // It does not sit out the pause.
  const stopping = acceptor.stop();
  assertEquals(await outcome(stopping), "fulfilled");
  assertEquals(timers.armed, 0);
});
