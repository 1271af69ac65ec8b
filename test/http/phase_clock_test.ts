import { assertEquals } from "#assert";
import { PhaseClock } from "../../http/phase_clock.ts";
import { PhaseTimer } from "../../http/phase_timer.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";

function clock(): { timers: FakeTimers; clock: PhaseClock; fired: number[] } {
  const timers = new FakeTimers();
  const fired: number[] = [];
  const owner = { expired: () => void fired.push(timers.now()) };
  return { timers, fired, clock: new PhaseClock(new PhaseTimer(timers), owner) };
}

test("PhaseClock fires when a phase is over its time, and not before", () => {
  const { timers, clock: phases, fired } = clock();
  phases.begin(100);
  timers.advance(99);
  assertEquals(fired, []);
  timers.advance(1);
  assertEquals([fired, timers.armed], [[100], 0]);
});

test("PhaseClock keeps one timer for many phases", () => {
  const { timers, clock: phases, fired } = clock();
  for (let i = 0; i < 10; i++) {
    phases.begin(100);
    timers.advance(50);
    phases.end();
    assertEquals(timers.armed <= 1, true);
  }
  timers.advance(1000);
  assertEquals([fired, timers.armed], [[], 0]);
  phases.begin(1000);
  phases.begin(10);
  timers.advance(10);
  assertEquals(fired, [1510], "a shorter phase after a longer one");
});

test("PhaseClock.begin(Infinity) waits for ever, and stop() leaves no timer", () => {
  const { timers, clock: phases, fired } = clock();
  phases.begin(100);
  phases.begin(Infinity);
  timers.advance(1e6);
  assertEquals([fired, timers.armed], [[], 0]);
  phases.begin(100);
  phases.stop();
  assertEquals(timers.armed, 0);
  timers.advance(1000);
  assertEquals(fired, []);
  assertEquals(phases.now(), timers.now());
});

test("PhaseClock looks twice before it fires: this process may have been busy itself", () => {
  const { clock: phases, fired } = clock();
  phases.begin(100);
  assertEquals([phases.look(500), fired.length], [500, 0], "once more, at once");
  phases.begin(600);
  assertEquals([phases.look(550), fired.length], [600, 0], "something has come meanwhile");
  assertEquals([phases.look(700), fired.length], [700, 0], "each phase has two looks");
  assertEquals([phases.look(700), fired.length], [Infinity, 1]);
  assertEquals([phases.look(800), fired.length], [Infinity, 1]);
  phases.stop();
});

test("PhaseClock: who has entered is told of the end of the server until it stops, waiting or not", () => {
  const timer = new PhaseTimer(new FakeTimers());
  const told: string[] = [];
  const make = (name: string) =>
    new PhaseClock(timer, { expired: () => undefined, drain: () => void told.push(name) });
  const [early, waits, stopped] = [make("early"), make("waits"), make("stopped")];
  const without = new PhaseClock(timer, { expired: () => undefined });
  timer.drain();
  assertEquals(told, []);
  for (const clock of [early, stopped, without]) clock.enter();
  waits.begin(Infinity);
  stopped.stop();
  timer.drain();
  assertEquals(told, ["early", "waits"]);
  stopped.enter();
  timer.drain();
  assertEquals(told.slice(2), ["early", "waits", "stopped"]);
  for (const clock of [early, waits, stopped, without]) clock.stop();
});
