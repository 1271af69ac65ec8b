import { assertEquals, assertStrictEquals } from "#assert";
import { PullAcceptor, PushAcceptor } from "../../core/acceptor.ts";
import type { NetworkError } from "../../core/errors.ts";
import type { TransportConnection } from "../../core/transport_connection.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** An acceptor whose accepts fail with the given codes, then succeed; a pause ends when the test says so. */
function failing(codes: (string | undefined)[]) {
  const timers = new FakeTimers();
  const reported: string[] = [];
  const connections: TransportConnection[] = [];
  let attempts = 0;
  let stopped = 0;
  const acceptor = new PullAcceptor({
    timers,
    stop: () => stopped++,
    onAcceptError: (error) => reported.push(error.code),
    acceptOne: () => {
      attempts++;
      if (codes.length > 0) {
        const code = codes.shift();
        return Promise.reject(code === undefined ? new Error("no code") : { code });
      }
      const { connection } = fakeConnection();
      connections.push(connection);
      return Promise.resolve(connection);
    },
  });
  return {
    acceptor,
    timers,
    reported,
    connections,
    attempts: () => attempts,
    stopped: () => stopped,
  };
}

test("PullAcceptor.accept() goes on at once after peers that are gone", async () => {
  const codes = ["ENOTCONN", "ECONNABORTED", "ECONNRESET"];
  const { acceptor, timers, reported, connections } = failing([...codes]);
  assertStrictEquals(await acceptor.accept(), connections[0]);
  assertEquals(reported, codes);
  assertEquals(timers.now(), 0);
  assertEquals(acceptor.stats, {
    accepted: 1,
    open: 1,
    pending: 0,
    refused: 0,
    failedAccepts: 3,
  });
  connections[0]?.abort();
});

for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPERM", undefined]) {
  test(`PullAcceptor.accept() pauses 5 ms, doubling to 1 s, after ${code ?? "an unknown failure"}`, async () => {
    const { acceptor, timers, connections, attempts } = failing(Array(10).fill(code));
    const accepting = acceptor.accept();
    const pauses: (number | undefined)[] = [];
    for (let i = 0; i < 10; i++) {
      await turn();
      assertEquals(attempts(), i + 1, "no attempt before the pause is over");
      pauses.push(timers.next);
      timers.advance(timers.next ?? 0);
    }
    assertEquals(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
    assertStrictEquals(await accepting, connections[0]);
    assertEquals(timers.armed, 0);
    connections[0]?.abort();
  });
}

test("PullAcceptor.accept() begins with a short pause again after a success", async () => {
  const { acceptor, timers, connections } = failing(["EMFILE", "EMFILE"]);
  const accepting = acceptor.accept();
  for (let i = 0; i < 2; i++) {
    await turn();
    timers.advance(timers.next ?? 0);
  }
  await accepting;
  const again = failing(["EMFILE"]);
  const second = again.acceptor.accept();
  await turn();
  assertEquals(again.timers.next, 5);
  again.timers.advance(5);
  await second;
  for (const connection of [...connections, ...again.connections]) connection.abort();
});

test("PullAcceptor.close() ends a pause and waits for the accept", async () => {
  const { acceptor, timers, stopped, attempts } = failing(["EMFILE"]);
  const accepting = acceptor.accept();
  await turn();
  await acceptor.close();
  assertEquals(await accepting, null);
  assertEquals([timers.armed, stopped(), attempts()], [0, 1, 1]);
  assertEquals(await acceptor.accept(), null);
  assertEquals(attempts(), 1);
});

test("PullAcceptor.stop() waits until the runtime has let go of a pending accept", async () => {
  const steps: string[] = [];
  const pending = Promise.withResolvers<never>();
  const acceptor = new PullAcceptor({
    onAcceptError: () => steps.push("reported"),
    stop: () => steps.push("stopped"),
    acceptOne: () => pending.promise,
  });
  const accepting = acceptor.accept();
  const closing = acceptor.stop().then(() => steps.push("closed"));
  await turn();
  assertEquals(steps, ["stopped"]);
  pending.reject(new Error("the listener has been closed"));
  await closing;
  assertEquals(steps, ["stopped", "closed"]);
  assertEquals(await accepting, null);
  assertEquals(acceptor.stats.failedAccepts, 0);
});

test("a callback for failed accepts that throws does not stop the acceptor", async () => {
  let first = true;
  const { connection } = fakeConnection();
  const pull = new PullAcceptor({
    stop: () => undefined,
    onAcceptError: () => {
      throw new Error("mine");
    },
    acceptOne: () => {
      if (!first) return Promise.resolve(connection);
      first = false;
      return Promise.reject({ code: "ECONNABORTED" });
    },
  });
  assertStrictEquals(await pull.accept(), connection);
  connection.abort();
});

test("PushAcceptor.offer() lets maxPending wait, and resets the next", async () => {
  const acceptor = new PushAcceptor({
    maxPending: 2,
    stop: () => undefined,
    onAcceptError: undefined,
  });
  const fakes = [fakeConnection(), fakeConnection(), fakeConnection()];
  for (const { connection } of fakes) acceptor.offer(connection);
  assertEquals(acceptor.stats, {
    accepted: 2,
    open: 2,
    pending: 2,
    refused: 1,
    failedAccepts: 0,
  });
  assertEquals(fakes.map(({ transport }) => transport.calls), [[], [], ["reset"]]);
  assertStrictEquals(await acceptor.accept(), fakes[0]?.connection ?? null);
  assertEquals(acceptor.stats.pending, 1);
});

test("PushAcceptor.close() keeps what waits, and resets what comes without counting it", async () => {
  let stopped = 0;
  const acceptor = new PushAcceptor({
    maxPending: 2,
    stop: () => stopped++,
    onAcceptError: undefined,
  });
  const [waiting, late] = [fakeConnection(), fakeConnection()];
  acceptor.offer(waiting.connection);
  await acceptor.close();
  acceptor.offer(late.connection);
  assertEquals([waiting.transport.calls, late.transport.calls], [[], ["reset"]]);
  assertEquals([stopped, acceptor.stats.refused], [1, 0]);
  assertStrictEquals(await acceptor.accept(), waiting.connection);
  assertEquals(await acceptor.accept(), null);
});

test("PushAcceptor.failed() counts and reports", () => {
  const reported: NetworkError[] = [];
  const acceptor = new PushAcceptor({
    maxPending: 1,
    stop: () => undefined,
    onAcceptError: (error) => reported.push(error),
  });
  const cause = { code: "ENOTCONN" };
  acceptor.failed(cause);
  assertEquals(acceptor.stats.failedAccepts, 1);
  assertEquals(reported[0]?.code, "ENOTCONN");
  assertStrictEquals(reported[0]?.cause, cause);
});

test("PushAcceptor.close() hands out what comes while it closes once it has stopped listening", async () => {
  const timers = new FakeTimers();
  let stopped = 0;
  const acceptor = new PushAcceptor({
    maxPending: 8,
    timers,
    stop: () => stopped++,
    onAcceptError: undefined,
  });
  const accepting = acceptor.accept();
  const closing = acceptor.close();
  for (let i = 0; i < 3; i++) {
    acceptor.offer(fakeConnection().connection);
    for (let quiet = 0; quiet < 3; quiet++) {
      timers.advance(0);
      await turn();
    }
  }
  assertEquals([stopped, await outcome(accepting), acceptor.stats.pending], [0, "pending", 3]);
  timers.advance(0);
  await turn();
  timers.advance(0);
  await closing;
  assertEquals([stopped, acceptor.stats.pending, timers.armed], [1, 2, 0]);
  (await accepting)?.abort();
});

test("PushAcceptor.stop() cuts close() short, and stops listening once", async () => {
  const timers = new FakeTimers();
  let stopped = 0;
  const acceptor = new PushAcceptor({
    maxPending: 8,
    timers,
    stop: () => stopped++,
    onAcceptError: undefined,
  });
  const closing = acceptor.close();
  await acceptor.stop();
  await acceptor.stop();
  assertEquals([stopped, await acceptor.accept()], [1, null]);
  timers.advance(0);
  await closing;
  assertEquals([stopped, timers.armed], [1, 0]);
});

test("PushAcceptor.admit() gives a handshake up when it stops, and lets it finish when it closes", async () => {
  const init = { maxPending: 8, stop: () => undefined, onAcceptError: undefined };
  const [closed, stopped] = [new PushAcceptor(init), new PushAcceptor(init)];
  const aborted: string[] = [];
  const admission = closed.admit(() => aborted.push("closed"));
  stopped.admit(() => aborted.push("stopped"));
  await Promise.all([closed.close(), stopped.stop()]);
  assertEquals([aborted, await stopped.accept()], [["stopped"], null]);
  const { connection } = fakeConnection();
  admission?.offer(connection);
  assertStrictEquals(await closed.accept(), connection);
  assertEquals(await closed.accept(), null);
});

test("PullAcceptor.close() accepts what waits in the system, and hands it out when it has stopped", async () => {
  const timers = new FakeTimers();
  const queue = [fakeConnection(), fakeConnection(), fakeConnection()];
  const stop = Promise.withResolvers<never>();
  let stopped = 0;
  const acceptor = new PullAcceptor({
    timers,
    onAcceptError: undefined,
    stop: () => {
      stopped++;
      stop.reject(new Error("closed"));
    },
    acceptOne: () => {
      const next = queue.shift();
      return next === undefined ? stop.promise : Promise.resolve(next.connection);
    },
  });
  const closing = acceptor.close();
  const accepting = acceptor.accept();
  for (let quiet = 0; quiet < 4; quiet++) {
    await turn();
    assertEquals([stopped, await outcome(accepting)], [0, "pending"]);
    timers.advance(0);
  }
  await turn();
  if (stopped === 0) timers.advance(0);
  await closing;
  (await accepting)?.abort();
  for (let i = 0; i < 2; i++) (await acceptor.accept())?.abort();
  assertEquals([await acceptor.accept(), acceptor.stats.accepted, stopped], [null, 3, 1]);
  assertEquals([acceptor.stats.failedAccepts, timers.armed], [0, 0]);
});

test("PullAcceptor.close() takes no more than maxConnections", async () => {
  const timers = new FakeTimers();
  let accepts = 0;
  const acceptor = new PullAcceptor({
    timers,
    maxConnections: 2,
    onAcceptError: undefined,
    stop: () => undefined,
    acceptOne: () => {
      accepts++;
      return Promise.resolve(fakeConnection().connection);
    },
  });
  const closing = acceptor.close();
  for (let i = 0; i < 4; i++) {
    await turn();
    timers.advance(0);
  }
  await closing;
  assertEquals([accepts, acceptor.stats.pending], [2, 2]);
});
