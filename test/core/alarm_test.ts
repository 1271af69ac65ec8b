import { assertEquals } from "#assert";
import { Alarm } from "../../core/alarm.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";

test("Alarm fires once, at the time that was set last, and knows when", () => {
  const timers = new FakeTimers();
  const fired: number[] = [];
  const alarm = new Alarm(timers, () => fired.push(timers.now()));
  assertEquals(alarm.at, Infinity);
  alarm.set(timers.now(), 10);
  timers.advance(5);
  alarm.set(timers.now(), 10);
  assertEquals([alarm.at, timers.armed], [15, 1]);
  timers.advance(100);
  assertEquals([fired, alarm.at, timers.armed], [[15], Infinity, 0]);
});

test("Alarm can be set by what it calls", () => {
  const timers = new FakeTimers();
  let fired = 0;
  const alarm: Alarm = new Alarm(timers, () => {
    if (++fired < 3) alarm.set(timers.now(), 1);
  });
  alarm.set(0, 1);
  timers.advance(10);
  assertEquals([fired, timers.armed], [3, 0]);
});

test("Alarm.clear() takes the timer away, and may be called again", () => {
  const timers = new FakeTimers();
  const alarm = new Alarm(timers, () => {
    throw new Error("it was cleared");
  });
  alarm.set(0, 1);
  alarm.clear();
  alarm.clear();
  assertEquals([alarm.at, timers.armed], [Infinity, 0]);
  timers.advance(10);
});
