/** Place: where one worker is, and after it another. */

import { assertEquals } from "#assert";
import { Place } from "../../parallel/place.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { microtasks, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { FakeWorkers, lonelySocket } from "./fake_workers.ts";

function placed() {
  const [fakes, timers, events] = [new FakeWorkers(), new FakeTimers(), [] as string[]];
  const hired: number[] = [];
  const place = new Place({
    index: 7,
    hire: (restarts) => {
      hired.push(restarts);
      return fakes.hire().member;
    },
    timers,
    onEvent: (event) => {
      const { type, worker } = event;
      const more = type === "failed"
        ? ` ${event.reason} ${event.delay} ${event.error?.message ?? "-"}`
        : type === "ready"
        ? ` ${event.restarts}`
        : "";
      events.push(`${type} ${worker}${more}`);
    },
  });
  return { place, fakes, timers, events, hired };
}

/** One whose first worker serves. */
async function opened() {
  const all = placed();
  const open = all.place.open();
  all.fakes.at(0).ready();
  await open;
  return all;
}

test("a Place is open when its worker serves, and says what keeps it from that", async () => {
  const { place, fakes, events } = await opened();
  assertEquals([events, place.members.length], [["ready 7 0"], 1]);
  assertEquals(place.stats, { accepted: 0, open: 0, restarts: 0 });
  assertEquals(fakes.all.length, 1);

  const broken = placed();
  const open = broken.place.open();
  broken.fakes.at(0).fail(new Error("no module"));
  broken.fakes.at(0).exit();
  assertEquals(String(await reasonOf(open)), "Error: no module");
  // Whoever has called open() knows.
  assertEquals([broken.events, broken.timers.armed], [[], 0]);
});

test("a Place is filled again after a failure, later each time, and sooner when that is long ago", async () => {
  const { place, fakes, timers, events, hired } = await opened();
  const delays: number[] = [];
  for (let at = 0; at < 9; at++) {
    fakes.at(at).exit("SIGKILL");
    await microtasks();
    delays.push(timers.next ?? NaN);
    assertEquals(fakes.all.length, at + 1);
    timers.advance(delays[at] ?? 0);
    fakes.at(at + 1).ready();
    await microtasks();
  }
  assertEquals(delays, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  assertEquals(events.slice(1, 3), [
    "failed 7 exit 100 the worker has ended: SIGKILL",
    "ready 7 1",
  ]);
  assertEquals([place.stats.restarts, hired.join()], [9, "0,1,2,3,4,5,6,7,8,9"]);
  timers.advance(9_999);
  fakes.at(9).exit();
  await microtasks();
  assertEquals(timers.next, 10_000);
  timers.advance(10_000);
  fakes.at(10).ready();
  await microtasks();
  timers.advance(10_000);
  fakes.at(10).exit();
  await microtasks();
  assertEquals(timers.next, 100);
});

test("a Place goes on trying when its next worker cannot start", async () => {
  const { place, fakes, timers, events } = await opened();
  fakes.at(0).fail(new Error("thrown"));
  fakes.at(0).exit();
  await microtasks();
  timers.advance(100);
  fakes.at(1).fail(new Error("no module"));
  fakes.at(1).exit();
  await microtasks();
  timers.advance(200);
  fakes.at(2).ready();
  await microtasks();
  assertEquals(events, [
    "ready 7 0",
    "failed 7 error 100 thrown",
    "failed 7 start 200 no module",
    "ready 7 2",
  ]);
  assertEquals(place.stats.restarts, 2);
});

test("replace() lets the next worker serve before the one before is to finish", async () => {
  const { place, fakes, timers, events, hired } = await opened();
  const replaced = place.replace(500);
  assertEquals([fakes.all.length, fakes.at(0).types.join()], [2, ""]);
  fakes.at(1).ready();
  await microtasks();
  assertEquals([fakes.at(0).types, place.members.length], [["drain"], 2]);
  assertEquals(await outcome(replaced), "pending");
  fakes.at(0).exit();
  await replaced;
  assertEquals(events, ["ready 7 0", "ready 7 1", "replaced 7"]);
  assertEquals([place.stats.restarts, timers.armed, fakes.at(0).kills], [1, 0, 0]);
  assertEquals(hired, [0, 1]);
});

test("replace() ends the one before when its time is over", async () => {
  const { place, fakes, timers } = await opened();
  const replaced = place.replace(500);
  fakes.at(1).ready();
  await microtasks();
  timers.advance(499);
  assertEquals(fakes.at(0).kills, 0);
  timers.advance(1);
  assertEquals(fakes.at(0).kills, 1);
  fakes.at(0).exit("SIGKILL");
  await replaced;
  assertEquals(place.members.length, 1);
});

test("replace() leaves the one before in its place when the next one cannot start", async () => {
  const { place, fakes, timers, events } = await opened();
  const replaced = place.replace(500);
  fakes.at(1).fail(new Error("no module"));
  fakes.at(1).exit();
  assertEquals(String(await reasonOf(replaced)), "Error: no module");
  assertEquals([fakes.at(0).types.join(), events.join(), timers.armed], ["", "ready 7 0", 0]);
  assertEquals(place.stats.restarts, 0);
  // It is watched as before.
  fakes.at(0).exit();
  await microtasks();
  assertEquals(events[1], "failed 7 exit 100 the worker has ended: exit code 0");
});

test("replace() takes the place of one that has failed, whose turn is over then", async () => {
  const { place, fakes, timers, events } = await opened();
  fakes.at(0).exit();
  await microtasks();
  const replaced = place.replace(500);
  fakes.at(1).ready();
  await replaced;
  assertEquals([timers.armed, fakes.all.length], [0, 2]);
  assertEquals(events, [
    "ready 7 0",
    "failed 7 exit 100 the worker has ended: exit code 0",
    "ready 7 1",
  ]);
});

test("close() has everybody finish, and adds up what has become of their connections", async () => {
  const { place, fakes, timers } = await opened();
  const replaced = place.replace(Infinity);
  fakes.at(1).ready();
  await microtasks();
  const [before, next] = place.members;
  before?.give(lonelySocket());
  next?.give(lonelySocket());
  next?.give(lonelySocket());
  assertEquals(place.stats, { accepted: 3, open: 3, restarts: 1 });
  const closed = place.close(500);
  fakes.at(0).count();
  fakes.at(0).say({ type: "done", served: { finished: 2, cut: 3 } });
  fakes.at(0).exit();
  fakes.at(1).count(1);
  timers.advance(500);
  assertEquals(fakes.at(1).kills, 1);
  fakes.at(1).exit("SIGKILL");
  // What one has not said is lost with it.
  assertEquals(await closed, { finished: 2, cut: 4 });
  await replaced;
  assertEquals(place.stats, { accepted: 3, open: 0, restarts: 1 });
  assertEquals([timers.armed, fakes.all.length], [0, 2]);
});

test("close() and kill() fill no place any more", async () => {
  for (const end of ["close", "kill"] as const) {
    const { place, fakes, timers } = await opened();
    fakes.at(0).exit();
    await microtasks();
    assertEquals(timers.armed, 1);
    await place[end](500);
    assertEquals([timers.armed, fakes.all.length], [0, 1]);
  }
  const { place, fakes, timers } = await opened();
  const killed = place.kill();
  assertEquals([fakes.at(0).kills, await outcome(killed)], [1, "pending"]);
  fakes.at(0).exit();
  await killed;
  assertEquals(timers.armed, 0);
});

test("close() ends one that is just being started again", async () => {
  const { place, fakes, timers, events } = await opened();
  fakes.at(0).exit();
  await microtasks();
  timers.advance(100);
  const closed = place.close(500);
  fakes.at(1).say({ type: "leaving" });
  fakes.at(1).exit();
  assertEquals(await closed, { finished: 0, cut: 0 });
  assertEquals([fakes.at(1).types.join(), timers.armed], ["drain,leave", 0]);
  assertEquals(events, ["ready 7 0", "failed 7 exit 100 the worker has ended: exit code 0"]);
});

test("check() ends who stands still, and its place is filled", async () => {
  const { place, fakes, events } = await opened();
  for (let calls = 0; calls < 2; calls++) place.check(2);
  assertEquals(fakes.at(0).kills, 0);
  place.check(2);
  assertEquals(fakes.at(0).kills, 1);
  fakes.at(0).exit("SIGKILL");
  await microtasks();
  assertEquals(events[1], "failed 7 hang 100 the worker has ended: its event loop stood still");
});
