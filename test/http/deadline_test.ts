import { assertEquals, assertStrictEquals } from "#assert";
import { withDeadline } from "../../http/deadline.ts";
import { gate, never, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { FakeTimers } from "../support/fake_timers.ts";

const LATE = new Error("late");
const late = () => LATE;

test("withDeadline() gives what the work gives, and clears its timer", async () => {
  const clock = new FakeTimers();
  assertEquals(await withDeadline(Promise.resolve(7), 10, late, clock), 7);
  const failure = new Error("failed");
  assertStrictEquals(
    await reasonOf(withDeadline(Promise.reject(failure), 10, late, clock)),
    failure,
  );
  assertEquals(clock.armed, 0);
});

test("withDeadline() rejects when the time is over", async () => {
  const clock = new FakeTimers();
  const waited = withDeadline(never(), 10, late, clock);
  clock.advance(10);
  assertStrictEquals(await reasonOf(waited), LATE);
});

test("withDeadline() drops what becomes of the work afterwards", async () => {
  const clock = new FakeTimers();
  const work = gate();
  const waited = withDeadline(work.promise, 10, late, clock);
  clock.advance(10);
  await reasonOf(waited);
  work.reject(new Error("nobody is to be told"));
});
