import { assert, assertEquals } from "#assert";
import { Deadlines } from "../../core/deadlines.ts";
import { resolveTimeouts, type Timeouts } from "../../core/timeouts.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";

/** Counts how often the time was asked for, and timers were set and cleared. */
class CountingTimers extends FakeTimers {
  nows = 0;
  sets = 0;
  override now(): number {
    this.nows++;
    return super.now();
  }
  override set(callback: () => void, ms: number): number {
    this.sets++;
    return super.set(callback, ms);
  }
}

function watch(limits: Timeouts) {
  const timers = new CountingTimers();
  const state = { reading: false, writing: false, unsent: undefined as number | undefined };
  const told: string[] = [];
  const deadlines = new Deadlines(resolveTimeouts("test", limits), {
    reading: () => state.reading,
    writing: () => state.writing,
    unsent: () => state.unsent,
    receiveExpired: (error) => told.push(error.message),
    expired: (error) => told.push(error.message),
  }, timers);
  return { timers, state, told, deadlines };
}

/** How many milliseconds pass until something is told. */
function lateBy(timers: FakeTimers, told: string[], most = 100_000): number {
  for (let ms = 0; ms <= most; ms++) {
    if (told.length > 0) return ms;
    timers.advance(1);
  }
  return Infinity;
}

const RECEIVE = "Cannot read: the peer has sent nothing for 1000 ms (ETIMEDOUT)";
const SEND = "Cannot go on with the connection: the peer has taken nothing for 1000 ms (ETIMEDOUT)";
const IDLE = "Cannot go on with the connection: nothing has happened for 1000 ms (ETIMEDOUT)";

test("Deadlines: a read that waits for all of receive expires, to the millisecond", () => {
  const { timers, state, told, deadlines } = watch({ receive: 1000 });
  timers.advance(300);
  state.reading = true;
  deadlines.asked();
  timers.advance(999);
  assertEquals(told, []);
  timers.advance(1);
  assertEquals([told, timers.armed], [[RECEIVE], 0]);
  timers.advance(10_000);
  assertEquals(told.length, 1, "once");
});

test("Deadlines: receive counts no time in which nobody reads, and no other events", () => {
  const { timers, state, told, deadlines } = watch({ receive: 1000 });
  timers.advance(50_000);
  deadlines.received();
  timers.advance(50_000);
  assertEquals([told, timers.armed], [[], 0], "nobody reads: not even a timer");
  state.reading = true;
  deadlines.asked();
  for (let i = 0; i < 9; i++) {
    timers.advance(100);
    deadlines.sent();
    deadlines.received();
  }
  assertEquals(lateBy(timers, told), 100);
});

test("Deadlines: a write that waits for all of send expires; so does one without unsent()", () => {
  const { timers, state, told, deadlines } = watch({ send: 1000 });
  state.writing = true;
  deadlines.pending();
  timers.advance(999);
  assertEquals(told, []);
  timers.advance(1);
  assertEquals([told, timers.armed], [[SEND], 0]);
});

test("Deadlines: a write of which the system takes a part now and then does not expire", () => {
  for (const send of [100, 1000, 30_000]) {
    const { timers, state, told, deadlines } = watch({ send });
    timers.advance(17);
    [state.writing, state.unsent] = [true, 1000];
    deadlines.pending();
    for (let i = 0; i < 20; i++) {
      timers.advance(send * 0.9);
      state.unsent--;
    }
    assertEquals(told, [], `send ${send}`);
    const late = lateBy(timers, told) - send;
    assert(
      late >= 0 && late <= Math.min(Math.max(5, send / 20), 500),
      `send ${send}: ${late} ms late`,
    );
  }
});

test("Deadlines: idle ends when nothing moves; a read that is asked for moves nothing", () => {
  const { timers, state, told, deadlines } = watch({ idle: 1000 });
  for (const event of ["received", "sent", "received"] as const) {
    timers.advance(900);
    deadlines[event]();
  }
  timers.advance(500);
  state.reading = true;
  deadlines.asked();
  assertEquals(lateBy(timers, told), 500);
  assertEquals([told, timers.armed], [[IDLE], 0]);
});

test("Deadlines: a part of a write that is taken is no idleness", () => {
  const { timers, state, told, deadlines } = watch({ idle: 1000 });
  [state.writing, state.unsent] = [true, 1000];
  deadlines.pending();
  for (let i = 0; i < 10; i++) {
    timers.advance(900);
    state.unsent--;
  }
  assertEquals(told, []);
  const late = lateBy(timers, told) - 1000;
  assert(late >= 0 && late <= 50, `${late} ms late`);
});

test("Deadlines: on a busy connection an event costs neither the time nor a timer", () => {
  const { timers, state, told, deadlines } = watch({ idle: 10_000, receive: 1000, send: 5000 });
  state.reading = true;
  for (let i = 0; i < 200; i++) deadlines.asked();
  const [nows, sets] = [timers.nows, timers.sets];
  for (let ms = 0; ms < 1000; ms++) {
    for (let i = 0; i < 10; i++) {
      deadlines.received();
      deadlines.sent();
      deadlines.asked();
    }
    timers.advance(1);
  }
  assertEquals(told, []);
  assert(timers.nows - nows <= 25, `the time: ${timers.nows - nows}`);
  assert(timers.sets - sets <= 25, `timers: ${timers.sets - sets}`);
});

test("Deadlines: after a busy time nothing fires early, or more than a twentieth late", () => {
  for (let last = 0; last < 60; last += 7) {
    const { timers, state, told, deadlines } = watch({ receive: 1000 });
    state.reading = true;
    for (let i = 0; i < 200; i++) deadlines.asked();
    for (let ms = 0; ms < 300 + last; ms++) {
      deadlines.asked();
      timers.advance(1);
    }
    // The last one was a millisecond ago.
    const late = lateBy(timers, told) - 999;
    assert(late >= 0 && late <= 50, `${late} ms late`);
  }
});

test("Deadlines: each kind of event counts, also on a busy connection", () => {
  for (const event of ["received", "sent", "asked"] as const) {
    const { timers, state, told, deadlines } = watch(
      event === "asked" ? { receive: 1000 } : { idle: 1000 },
    );
    state.reading = true;
    for (let ms = 0; ms < 3000; ms++) {
      for (let i = 0; i < 5; i++) deadlines[event]();
      timers.advance(1);
    }
    assertEquals(told, [], event);
    const late = lateBy(timers, told) - 999;
    assert(late >= 0 && late <= 50, `${event}: ${late} ms late`);
  }
});

test("Deadlines: a limit whose operation nobody waits for is none", () => {
  const { timers, told } = watch({ send: 1000, receive: 1000, idle: 5000 });
  assertEquals(lateBy(timers, told), 5000);
  assert(/nothing has happened for 5000 ms/.test(told.join()));
});

test("Deadlines: a connection on which little happens is not looked at often", () => {
  const { timers, state, told, deadlines } = watch({ idle: 30_000, receive: 30_000 });
  state.reading = true;
  for (let second = 0; second < 300; second++) {
    deadlines.received();
    deadlines.asked();
    timers.advance(1000);
  }
  assertEquals(told, []);
  assert(timers.sets <= 12, `timers: ${timers.sets}`);
  assertEquals(lateBy(timers, told), 29_000);
});

test("Deadlines: what has arrived while the process was busy itself is looked at first", () => {
  const { timers, state, told, deadlines } = watch({ receive: 1000 });
  state.reading = true;
  deadlines.asked();
  // As runtimes do: first the timers that are due, then what has arrived.
  timers.set(() => state.reading = false, 1000);
  timers.advance(1000);
  assertEquals(told, []);
  deadlines.stop();
});

test("Deadlines.set() counts anew from now on, and Infinity takes the timer away", () => {
  const { timers, state, told, deadlines } = watch({ receive: 1000, idle: 5000 });
  state.reading = true;
  deadlines.asked();
  timers.advance(900);
  deadlines.set(resolveTimeouts("test", { receive: 1000 }));
  assertEquals(lateBy(timers, told), 1000);
  deadlines.set(resolveTimeouts("test", {}));
  assertEquals(timers.armed, 0);
  for (let i = 0; i < 300; i++) deadlines.received();
  assertEquals(timers.armed, 0, "nor does an event bring one");
  deadlines.stop();
});

test("Deadlines.set(): shorter limits hold at once, longer ones move no timer", () => {
  const { timers, told, deadlines } = watch({ idle: 5000 });
  timers.advance(100);
  const { sets } = timers;
  deadlines.set(resolveTimeouts("test", { idle: 9000 }));
  deadlines.set(resolveTimeouts("test", { idle: 5000 }));
  assertEquals(timers.sets, sets);
  deadlines.set(resolveTimeouts("test", { idle: 1000 }));
  assertEquals([lateBy(timers, told), timers.armed], [1000, 0]);
});

test("Deadlines.set() while a write waits sees from the beginning how much is taken", () => {
  const { timers, state, told, deadlines } = watch({});
  [state.writing, state.unsent] = [true, 10];
  deadlines.set(resolveTimeouts("test", { send: 1000 }));
  timers.advance(500);
  state.unsent = 9;
  timers.advance(900);
  assertEquals(told, []);
  deadlines.stop();
});

test("Deadlines.stop() takes the timer away for good", () => {
  const { timers, state, told, deadlines } = watch({ receive: 1000, send: 1000, idle: 1000 });
  deadlines.stop();
  assertEquals(timers.armed, 0);
  [state.reading, state.writing, state.unsent] = [true, true, 1];
  for (let i = 0; i < 300; i++) {
    deadlines.asked();
    deadlines.sent();
    deadlines.received();
    deadlines.pending();
  }
  deadlines.set(resolveTimeouts("test", { idle: 1 }));
  timers.advance(10_000);
  assertEquals([told, timers.armed], [[], 0]);
});

test("Deadlines: the other limits keep their time after receive has expired", () => {
  const { timers, state, told, deadlines } = watch({ receive: 900, idle: 1000 });
  state.reading = true;
  deadlines.asked();
  timers.advance(900);
  assertEquals(told.length, 1);
  state.reading = false;
  timers.advance(99);
  assertEquals(told.length, 1);
  timers.advance(1);
  assertEquals([told[1], timers.armed], [IDLE, 0]);
});

test("Deadlines.set(): a busy connection is looked at as often as the new limits ask for", () => {
  const { timers, told, deadlines } = watch({ idle: 20_000 });
  for (let i = 0; i < 200; i++) deadlines.received();
  assertEquals(timers.next, 500);
  deadlines.set(resolveTimeouts("test", { idle: 1000 }));
  deadlines.received();
  const late = lateBy(timers, told);
  assert(late >= 1000 && late <= 1050, `${late} ms`);
});

test("Deadlines: what has no limit costs no time, and no timer before something waits", () => {
  const { timers, state, told, deadlines } = watch({ send: 1000 });
  const before = timers.nows;
  for (let i = 0; i < 100; i++) {
    deadlines.asked();
    deadlines.received();
    deadlines.sent();
  }
  assertEquals([timers.nows - before, timers.armed, timers.sets], [0, 0, 0]);
  state.writing = true;
  deadlines.pending();
  assertEquals(timers.armed, 1);
  assertEquals(lateBy(timers, told), 1000);
});

test("Deadlines.set(): a timer goes away while nothing counts, and what is asked for sets it anew", () => {
  const { timers, state, told, deadlines } = watch({ receive: 1000 });
  assertEquals(timers.armed, 0, "nobody reads");
  state.reading = true;
  deadlines.asked();
  assertEquals(timers.armed, 1);
  state.reading = false;
  deadlines.set(resolveTimeouts("test", { receive: 500 }));
  assertEquals(timers.armed, 0);
  state.reading = true;
  deadlines.asked();
  assertEquals(lateBy(timers, told), 500);
});

test("Deadlines.set(): a busy connection with nothing to wait for is watched anew from the next event", () => {
  const { timers, state, told, deadlines } = watch({ receive: 1000 });
  state.reading = true;
  for (let i = 0; i < 100; i++) deadlines.asked();
  state.reading = false;
  deadlines.set(resolveTimeouts("test", { receive: 500 }));
  assertEquals(timers.armed, 0);
  state.reading = true;
  deadlines.asked();
  assert(lateBy(timers, told) <= 525);
});
