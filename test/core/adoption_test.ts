/** countGone: when nothing is left of a socket that somebody else has accepted. */

import { assertEquals } from "#assert";
import { PushAcceptor } from "../../core/acceptor.ts";
import { countGone } from "../../core/adoption.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { test } from "../support/harness.ts";

function counting(maxPending = Infinity) {
  const inner = new PushAcceptor({ maxPending, onAcceptError: undefined, stop: () => undefined });
  let gone = 0;
  const acceptor = countGone(inner, () => void gone++);
  return { inner, acceptor, gone: () => gone };
}

test("a connection is gone when it is released, for its listener too", () => {
  const { inner, acceptor, gone } = counting();
  const { connection, events } = fakeConnection();
  acceptor.offer(connection);
  assertEquals([gone(), inner.stats.open], [0, 1]);
  connection.abort();
  events.closed();
  assertEquals([gone(), inner.stats.open], [1, 0]);
});

test("a connection that is released before, or refused, is gone", () => {
  const { inner, acceptor, gone } = counting(1);
  const [released, waiting, refused] = [fakeConnection(), fakeConnection(), fakeConnection()];
  released.connection.abort();
  released.events.closed();
  acceptor.offer(released.connection);
  assertEquals([gone(), inner.stats.open], [1, 0]);
  const { inner: full, acceptor: other, gone: lost } = counting(1);
  other.offer(waiting.connection);
  other.offer(refused.connection);
  refused.events.closed();
  assertEquals([lost(), full.stats.refused, full.stats.open], [1, 1, 1]);
  waiting.events.closed();
  assertEquals([lost(), full.stats.open], [2, 0]);
});

test("a socket that fails before it is a connection is gone", () => {
  const { inner, acceptor, gone } = counting();
  acceptor.failed(new Error("its peer is gone"));
  assertEquals([gone(), inner.stats.failedAccepts], [1, 1]);
});

test("a handshake that fails, is given up, or leads to a connection is counted once", async () => {
  const { inner, acceptor, gone } = counting();
  const aborted: string[] = [];
  const failing = acceptor.admit(() => void aborted.push("failing"));
  failing?.failed(new Error("no TLS"));
  failing?.failed(new Error("still none"));
  assertEquals([gone(), inner.stats.failedAccepts], [1, 1]);
  const good = acceptor.admit(() => void aborted.push("good"));
  const { connection, events } = fakeConnection();
  good?.offer(connection);
  assertEquals([gone(), inner.stats.open], [1, 1]);
  events.closed();
  const late = acceptor.admit(() => void aborted.push("late"));
  const before = gone();
  assertEquals(before, 2);
  await inner.stop();
  assertEquals([aborted, gone()], [["late"], before + 1]);
  late?.failed(new Error("it was given up"));
  const tooLate = fakeConnection();
  late?.offer(tooLate.connection);
  tooLate.events.closed();
  assertEquals(gone(), before + 1);
  assertEquals(acceptor.admit(() => void aborted.push("refused")), undefined);
  assertEquals([aborted, gone()], [["late", "refused"], before + 2]);
});
