import { assertEquals } from "#assert";
import { untilQuiet } from "../../core/until_quiet.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { microtasks } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** A wait whose turns the test makes. */
function waiting() {
  const timers = new FakeTimers();
  const state = { count: 0, over: false, done: false, timers };
  void untilQuiet(() => state.count, () => state.over, timers).then(() => state.done = true);
  return state;
}

async function turns(state: ReturnType<typeof waiting>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    state.timers.advance(0);
    await microtasks();
  }
}

test("untilQuiet() waits for four turns in a row that bring nothing", async () => {
  const state = waiting();
  for (let i = 0; i < 10; i++) {
    await turns(state, 3);
    assertEquals(state.done, false);
    state.count++;
    await turns(state, 1);
  }
  await turns(state, 3);
  assertEquals(state.done, false);
  await turns(state, 1);
  assertEquals([state.done, state.timers.armed], [true, 0]);
});

test("untilQuiet() ends when it is told to", async () => {
  const state = waiting();
  state.over = true;
  await turns(state, 1);
  assertEquals([state.done, state.timers.armed], [true, 0]);
});

test("untilQuiet() does not begin when it is over already", async () => {
  const timers = new FakeTimers();
  await untilQuiet(() => 0, () => true, timers);
  assertEquals(timers.armed, 0);
});

test("untilQuiet() ends after 200 ms however much comes", async () => {
  const state = waiting();
  for (let ms = 0; ms < 199; ms++) {
    state.count++;
    state.timers.advance(1);
    await microtasks();
  }
  assertEquals(state.done, false);
  state.count++;
  state.timers.advance(1);
  await microtasks();
  state.count++;
  await turns(state, 1);
  assertEquals([state.done, state.timers.armed], [true, 0]);
});
