import { assertEquals, assertStrictEquals } from "#assert";
import { pause } from "../../http/pause.ts";
import { countListeners, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { FakeTimers } from "../support/fake_timers.ts";

test("pause() resolves when its time is over, and leaves nothing on the signal", async () => {
  const clock = new FakeTimers();
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const paused = pause(5000, signal, clock);
  clock.advance(4999);
  assertEquals(await outcome(paused), "pending");
  clock.advance(1);
  await paused;
  assertEquals([clock.armed, listeners()], [0, 0]);
});

test("pause() rejects with the reason when the signal aborts, and clears its timer", async () => {
  const clock = new FakeTimers();
  const controller = new AbortController();
  const listeners = countListeners(controller.signal);
  const paused = pause(5000, controller.signal, clock);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await reasonOf(paused), reason);
  assertEquals([clock.armed, listeners()], [0, 0]);
  assertStrictEquals(await reasonOf(pause(5000, controller.signal, clock)), reason);
  assertEquals(clock.armed, 0);
});
