import { assertEquals } from "#assert";
import { connectionError, networkError } from "../../core/errors.ts";
import { abortError, isEcho, report } from "../../core/serve_failures.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const NEITHER = { closedHere: false, draining: false, readFailure: undefined };
const CLOSED = { ...NEITHER, closedHere: true };
const DRAINING = { ...NEITHER, draining: true };

test("isEcho(): a NetworkError of a connection that is broken, or was closed here", () => {
  const { connection } = fakeConnection();
  const error = connectionError({ code: "EPIPE" });
  assertEquals(isEcho(error, connection, NEITHER), false);
  assertEquals(isEcho(error, connection, CLOSED), true);
  assertEquals(isEcho(new Error("fault"), connection, CLOSED), false);
  connection.abort();
  assertEquals(isEcho(error, connection, NEITHER), true);
  assertEquals(isEcho(new Error("fault"), connection, NEITHER), false);
});

test("isEcho(): an AbortError while the server stops, and not one that cannot be looked at", () => {
  const { connection } = fakeConnection();
  assertEquals(isEcho(abortError("over"), connection, NEITHER), false);
  assertEquals(isEcho(abortError("over"), connection, DRAINING), true);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const error of [proxy, null, undefined, "AbortError"]) {
    assertEquals(isEcho(error, connection, DRAINING), false);
  }
  connection.abort();
});

test("isEcho(): the time limit of a read, but none of the handler's own", async () => {
  const { connection, timers } = fakeConnection({ receive: 10 });
  const watch = connection.watch();
  const reading = connection.read();
  timers.advance(10);
  const error = await reasonOf(reading);
  const about = { ...NEITHER, readFailure: watch.readFailure };
  assertEquals(isEcho(error, connection, about), true);
  assertEquals(isEcho(error, connection, NEITHER), false, "nobody has watched it");
  assertEquals(isEcho(networkError("think", "ETIMEDOUT"), connection, about), false);
  connection.abort();
});

test("report() waits for who is told, whatever that throws", async () => {
  const { connection } = fakeConnection();
  const told: unknown[] = [];
  await report(undefined, 1, connection);
  await report((error, given) => void told.push(error, given === connection), 2, connection);
  await report(() => Promise.reject(new Error("no")), 3, connection);
  await report(
    () => {
      throw new Error("no");
    },
    4,
    connection,
  );
  assertEquals(told, [2, true]);
  connection.abort();
});
