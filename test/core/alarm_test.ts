import { assertEquals } from "#assert";
import { Alarm } from "../../core/alarm.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";

class CountingTimers extends FakeTimers {
  sets = 0;
  override set(callback: () => void, ms: number): number {
    this.sets++;
    return super.set(callback, ms);
  }
}

function alarmOf(timers: FakeTimers, wake: () => void): Alarm {
  return new Alarm(timers, { wake });
}

test("Alarm is due once, at the time that was set last, and knows when", () => {
  const timers = new FakeTimers();
  const fired: number[] = [];
  const alarm = alarmOf(timers, () => fired.push(timers.now()));
  assertEquals(alarm.at, Infinity);
  alarm.set(timers.now(), 10);
  timers.advance(5);
  alarm.set(timers.now(), 10);
  assertEquals([alarm.at, timers.armed], [15, 1]);
  timers.advance(100);
  assertEquals([fired, alarm.at, timers.armed], [[15], Infinity, 0]);
});

test("Alarm can be set by what it wakes; at once means another time", () => {
  const timers = new FakeTimers();
  const fired: string[] = [];
  const alarm: Alarm = alarmOf(timers, () => {
    fired.push("first");
    if (fired.length < 6) alarm.set(timers.now(), 0);
  });
  const other = alarmOf(timers, () => fired.push("other"));
  alarm.set(0, 1);
  other.set(0, 1);
  timers.set(() => fired.push("timer"), 1);
  timers.advance(10);
  assertEquals(fired, ["first", "other", "timer", "first", "first", "first"]);
  assertEquals(timers.armed, 0);
});

test("Alarm.clear() takes the timer away, and may be called again", () => {
  const timers = new FakeTimers();
  const alarm = alarmOf(timers, () => {
    throw new Error("it was cleared");
  });
  alarm.set(0, 1);
  alarm.clear();
  alarm.clear();
  assertEquals([alarm.at, timers.armed], [Infinity, 0]);
  timers.advance(10);
});

test("Alarm: those that wait equally long share one timer, whoever leaves", () => {
  const timers = new CountingTimers();
  const fired: string[] = [];
  const alarms = Array.from(
    { length: 100 },
    (_, index) => alarmOf(timers, () => fired.push(`${index} at ${timers.now()}`)),
  );
  for (const alarm of alarms) {
    alarm.set(timers.now(), 1000);
    timers.advance(1);
  }
  assertEquals([timers.sets, timers.armed], [1, 1]);
  // The first, the last, and all in between but three.
  alarms.forEach((alarm, index) => [7, 50, 51].includes(index) || alarm.clear());
  assertEquals(timers.armed, 1);
  timers.advance(10_000);
  assertEquals(fired, ["7 at 1007", "50 at 1050", "51 at 1051"]);
  assertEquals(timers.armed, 0);
});

test("Alarm: each is due in its time, however long the others wait", () => {
  const timers = new FakeTimers();
  const fired: number[] = [];
  for (const ms of [500, 20, 1000, 20, 0.5]) {
    alarmOf(timers, () => fired.push(timers.now())).set(timers.now(), ms);
  }
  assertEquals(timers.armed, 4);
  timers.advance(1000);
  assertEquals([fired, timers.armed], [[0.5, 20, 20, 500, 1000], 0]);
});

test("Alarm: who is woken first can clear those that are due as well, or set them anew", () => {
  const timers = new FakeTimers();
  const fired: string[] = [];
  const [cleared, moved, next] = [1, 2, 3].map((n) => alarmOf(timers, () => fired.push(`${n}`)));
  const first = alarmOf(timers, () => {
    cleared?.clear();
    moved?.set(timers.now(), 5);
    next?.set(timers.now(), 0);
    timers.set(() => fired.push("a turn later"), 0);
  });
  for (const alarm of [first, cleared, moved, next]) alarm?.set(0, 5);
  timers.advance(9);
  assertEquals(fired, ["3", "a turn later"]);
  timers.advance(1);
  assertEquals([fired, timers.armed], [["3", "a turn later", "2"], 0]);
});

test("Alarm: a timer that comes before its time wakes nobody, and is set again", () => {
  const timers = new FakeTimers();
  // As runtimes do that count whole milliseconds.
  const early = {
    now: () => timers.now(),
    set: (callback: () => void, ms: number) => timers.set(callback, Math.max(ms - 0.4, 0.1)),
    clear: (timer: unknown) => timers.clear(timer),
  };
  const fired: number[] = [];
  new Alarm(early, { wake: () => fired.push(timers.now()) }).set(0, 5);
  timers.advance(10);
  assertEquals([fired.length, timers.armed], [1, 0]);
  assertEquals((fired[0] ?? 0) >= 5, true);
});

test("Alarm: one whose neighbours have left can be set again in either place", () => {
  const timers = new FakeTimers();
  const fired: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) => alarmOf(timers, () => fired.push(name)));
  for (const alarm of [a, b, c]) alarm?.set(0, 5);
  c?.clear();
  c?.set(0, 5);
  b?.set(0, 5);
  a?.set(0, 5);
  timers.advance(5);
  assertEquals([fired, timers.armed], [["c", "b", "a"], 0]);
});
