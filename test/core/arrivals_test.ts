import { assert, assertEquals, assertStrictEquals } from "#assert";
import { Arrivals } from "../../core/arrivals.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

function arrivals(maxConnections?: number, maxPending = 10) {
  const reported: string[] = [];
  const onAcceptError = ({ code }: { code: string }) => void reported.push(code);
  return Object.assign(new Arrivals({ maxConnections, maxPending, onAcceptError }), { reported });
}

/** A connection whose socket is released when it is told to. */
function fake() {
  const made = fakeConnection();
  made.transport.onRelease = () => made.events.closed();
  return made;
}

const NONE = { accepted: 0, open: 0, pending: 0, refused: 0, failedAccepts: 0 };

test("Arrivals.stats counts what is open until it is released, however it waits or was handed out", async () => {
  const all = arrivals();
  assertEquals(all.stats, NONE);
  const [first, second] = [fake(), fake()];
  all.offer(first.connection);
  all.offer(second.connection);
  assertEquals(all.stats, { ...NONE, accepted: 2, open: 2, pending: 2 });
  assertStrictEquals(await all.take(), first.connection);
  assertEquals(all.stats, { ...NONE, accepted: 2, open: 2, pending: 1 });
  first.connection.abort();
  first.connection.abort();
  assertEquals(all.stats, { ...NONE, accepted: 2, open: 1, pending: 1 });
  second.connection.abort();
  assertEquals(all.stats.open, 0, "also one that waits");
});

test("Arrivals.offer() resets what is over maxConnections, and goes on after a release", async () => {
  const all = arrivals(2);
  const fakes = Array.from({ length: 4 }, fake);
  const offer = (i: number) => all.offer(fakes[i]?.connection ?? fake().connection);
  offer(0);
  assert(!all.full);
  offer(1);
  assert(all.full);
  offer(2);
  assertEquals(fakes[2]?.transport.calls, ["reset"]);
  assertEquals(all.stats, { ...NONE, accepted: 2, open: 2, pending: 2, refused: 1 });
  (await all.take())?.abort();
  offer(3);
  assertEquals(fakes[3]?.transport.calls, []);
  assertEquals(all.stats, { ...NONE, accepted: 3, open: 2, pending: 2, refused: 1 });
});

test("Arrivals.offer() counts no connection as open that cannot wait", () => {
  const all = arrivals(Infinity, 1);
  const [first, second] = [fake(), fake()];
  all.offer(first.connection);
  all.offer(second.connection);
  assertEquals(second.transport.calls, ["reset"]);
  assertEquals(all.stats, { ...NONE, accepted: 1, open: 1, pending: 1, refused: 1 });
});

test("Arrivals.room() waits for a release, and for nothing when there is room", async () => {
  const all = arrivals(1);
  await all.room();
  const { connection } = fake();
  all.offer(connection);
  const room = all.room();
  assertEquals(await outcome(room), "pending");
  connection.abort();
  await room;
});

test("Arrivals.close() ends the waiting for room", async () => {
  const all = arrivals(1);
  all.offer(fake().connection);
  const room = all.room();
  all.close();
  await room;
  await all.room();
});

test("Arrivals.admit() counts a handshake as open, until it fails", () => {
  const all = arrivals(1);
  const admission = all.admit(() => undefined);
  assertEquals(all.stats, { ...NONE, open: 1 });
  let aborted = 0;
  assertEquals(all.admit(() => aborted++), undefined);
  assertEquals([aborted, all.stats.refused], [1, 1]);
  admission?.failed({ code: "ECONNRESET" });
  admission?.failed({ code: "ECONNRESET" });
  assertEquals(all.stats, { ...NONE, refused: 1, failedAccepts: 1 });
  assertEquals(all.reported, ["ECONNRESET"]);
});

test("Arrivals.admit() hands the place of a handshake on to its connection", () => {
  const all = arrivals(1);
  const { connection } = fake();
  all.admit(() => undefined)?.offer(connection);
  assertEquals(all.stats, { ...NONE, accepted: 1, open: 1, pending: 1 });
  connection.abort();
  assertEquals(all.stats.open, 0);
});

test("Arrivals.admit() gives the place back when the connection cannot wait", () => {
  const all = arrivals(2, 1);
  all.offer(fake().connection);
  const late = fake();
  all.admit(() => undefined)?.offer(late.connection);
  assertEquals(late.transport.calls, ["reset"]);
  assertEquals(all.stats, { ...NONE, accepted: 1, open: 1, pending: 1, refused: 1 });
});

test("Arrivals.close() lets the handshakes finish, and is over with the last of them", async () => {
  const all = arrivals();
  const [good, bad] = [all.admit(() => undefined), all.admit(() => undefined)];
  all.close();
  let aborted = 0;
  assertEquals(all.admit(() => aborted++), undefined);
  const [first, second] = [all.take(), all.take()];
  const { connection } = fake();
  good?.offer(connection);
  assertStrictEquals(await first, connection);
  assertEquals(await outcome(second), "pending");
  bad?.failed(new Error("no TLS"));
  assertEquals(await second, null);
  assertEquals([aborted, all.stats.refused, all.stats.failedAccepts], [1, 0, 1]);
});

test("Arrivals.abandon() gives up the handshakes, whatever they say afterwards", async () => {
  const all = arrivals();
  let aborted = 0;
  const [good, bad] = [all.admit(() => aborted++), all.admit(() => aborted++)];
  all.close();
  all.abandon();
  assertEquals([aborted, all.stats.open, await all.take()], [2, 0, null]);
  const late = fake();
  good?.offer(late.connection);
  bad?.failed(new Error("given up"));
  assertEquals(late.transport.calls, ["reset"]);
  assertEquals([all.stats, all.reported], [NONE, []]);
});

test("Arrivals.total counts every socket once, whatever becomes of it", () => {
  const all = arrivals(2);
  const admission = all.admit(() => undefined);
  assertEquals(all.total, 1);
  admission?.offer(fake().connection);
  assertEquals(all.total, 1);
  all.admit(() => undefined)?.failed(new Error("no TLS"));
  assertEquals(all.total, 2);
  all.offer(fake().connection);
  all.offer(fake().connection);
  assertEquals([all.total, all.stats.refused], [4, 1]);
});

test("Arrivals.hold() hands nothing out before close()", async () => {
  const all = arrivals();
  const taken = all.take();
  assert(all.wanted);
  all.hold();
  const { connection } = fake();
  all.offer(connection);
  assertEquals([await outcome(taken), all.stats.pending], ["pending", 1]);
  all.close();
  assertStrictEquals(await taken, connection);
});

test("Arrivals.failed() outlives a callback that throws", () => {
  const all = new Arrivals({
    maxPending: 1,
    onAcceptError: () => {
      throw new Error("mine");
    },
  });
  all.failed(new Error("no descriptors"));
  assertEquals(all.stats.failedAccepts, 1);
});

test("Arrivals.offer() does not count as open what is released already", async () => {
  const all = arrivals(1);
  for (let i = 0; i < 3; i++) {
    const { connection, events } = fake();
    events.closed();
    all.offer(connection);
    assertStrictEquals(await all.take(), connection);
  }
  const { connection, events } = fake();
  all.admit(() => undefined)?.offer((events.closed(), connection));
  assertEquals(all.stats, { ...NONE, accepted: 4, pending: 1 });
});
