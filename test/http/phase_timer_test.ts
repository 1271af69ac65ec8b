import { assertEquals } from "#assert";
import { PhaseTimer } from "../../http/phase_timer.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";

/** A phase that is due at a time, and tells when it was looked at then. */
class Due {
  readonly seen: number[] = [];
  at: number;

  constructor(at: number) {
    this.at = at;
  }

  drain(): void {}

  look(now: number): number {
    if (now < this.at) return this.at;
    this.seen.push(now);
    return this.at = Infinity;
  }
}

test("PhaseTimer has one timer for all, which fires when the first is due", () => {
  const timers = new FakeTimers();
  const timer = new PhaseTimer(timers);
  const phases = [300, 100, 200].map((at) => new Due(at));
  for (const phase of phases) {
    timer.add(phase);
    timer.expect(phase.at, timer.now());
    assertEquals(timers.armed, 1);
  }
  timers.advance(300);
  assertEquals(phases.map(({ seen }) => seen), [[300], [100], [200]]);
  assertEquals(timers.armed, 0, "nothing is due any more");
});

test("PhaseTimer is moved by no phase that is due later, and has no timer without phases", () => {
  const timers = new FakeTimers();
  const timer = new PhaseTimer(timers);
  const [moved, other] = [new Due(100), new Due(Infinity)];
  timer.add(moved);
  timer.add(other);
  timer.expect(100, 0);
  moved.at = 250;
  timers.advance(249);
  assertEquals([moved.seen, timers.armed], [[], 1]);
  timers.advance(1);
  assertEquals(moved.seen, [250]);
  timer.expect(500, timer.now());
  timer.delete(moved);
  assertEquals(timers.armed, 1);
  timer.delete(other);
  timer.delete(other);
  assertEquals(timers.armed, 0);
});

test("PhaseTimer looks at many no more often than every 50 ms, and late by no more", () => {
  const timers = new FakeTimers();
  const timer = new PhaseTimer(timers);
  let looks = 0;
  const phases = Array.from({ length: 1000 }, (_, i) => new Due(100 + i));
  for (const phase of phases) timer.add(phase);
  timer.add({
    drain: () => undefined,
    look: () => {
      looks++;
      return Infinity;
    },
  });
  timer.expect(100, 0);
  timers.advance(2000);
  assertEquals([looks, timers.armed], [21, 0]);
  const late = phases.map(({ seen }, i) => (seen[0] ?? Infinity) - 100 - i);
  assertEquals([Math.min(...late), Math.max(...late) <= 50], [0, true]);
});
