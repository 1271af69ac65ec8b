import { assertEquals } from "#assert";
import { Collector } from "../../program/collector.ts";
import { Recorder } from "../../program/figures.ts";
import type { Report } from "../../program/messages.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** A report of a worker that has answered so many requests. */
function reportOf(count: number, pid = 1): Report {
  const recorder = new Recorder();
  for (let i = 0; i < count; i++) recorder.count(200, 10, true, 1);
  return { figures: recorder.figures, process: { pid, memory: count, cpu: 0 } };
}

/** A collector with a clock, and the numbers that it has asked for. */
function begin() {
  const timers = new FakeTimers();
  const asked: number[] = [];
  return { timers, asked, collector: new Collector((number) => asked.push(number), timers) };
}

test("Collector adds up what all workers tell, and each process once", async () => {
  const { timers, asked, collector } = begin();
  const collected = collector.collect(2);
  assertEquals(asked, [1]);
  collector.heard(reportOf(2), 1, 0, 0);
  assertEquals(await outcome(collected), "pending");
  collector.heard(reportOf(3), 1, 1, 0);
  const { figures, processes } = await collected;
  assertEquals([figures.answers[2], figures.bytes, timers.armed], [5, 50, 0]);
  assertEquals(processes, [{ pid: 1, memory: 3, cpu: 0 }]);
});

test("Collector asks once for all who want to know at a time", async () => {
  const { asked, collector } = begin();
  const [one, other] = [collector.collect(1), collector.collect(1)];
  collector.heard(reportOf(1), 1, 0, 0);
  assertEquals(await one, await other);
  const next = collector.collect(1);
  collector.heard(reportOf(2), 2, 0, 0);
  assertEquals([(await next).figures.answers[2], asked], [2, [1, 2]]);
});

test("Collector waits a second for workers that are busy, and takes what they said last", async () => {
  const { timers, collector } = begin();
  const first = collector.collect(2);
  collector.heard(reportOf(2), 1, 0, 0);
  collector.heard(reportOf(3), 1, 1, 0);
  await first;
  const second = collector.collect(2);
  collector.heard(reportOf(4), 2, 0, 0);
  // The answer to the question before.
  collector.heard(reportOf(3), 1, 1, 0);
  timers.advance(999);
  assertEquals(await outcome(second), "pending");
  timers.advance(1);
  assertEquals([(await second).figures.answers[2], timers.armed], [7, 0]);
});

test("Collector keeps what a worker has counted that was replaced", async () => {
  const { collector } = begin();
  const counts = async (number: number, count: number, restarts: number) => {
    const collected = collector.collect(1);
    collector.heard(reportOf(count), number, 0, restarts);
    return (await collected).figures.answers[2];
  };
  assertEquals(await counts(1, 5, 0), 5);
  assertEquals(await counts(2, 1, 1), 6);
  assertEquals(await counts(3, 2, 1), 7);
  assertEquals(await counts(4, 1, 4), 8);
  // The one before says something still.
  collector.heard(reportOf(100), 4, 0, 1);
  assertEquals(await counts(5, 3, 4), 10);
});
