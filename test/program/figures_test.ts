import { assertEquals, assertGreater } from "#assert";
import process from "node:process";
import { BUCKETS, processFigures, Recorder, sumOf } from "../../program/figures.ts";
import { test } from "../support/harness.ts";

test("Recorder counts answers by the first digit, bytes, cuts and durations", () => {
  const recorder = new Recorder();
  recorder.count(200, 10, true, 0.5);
  recorder.count(206, 5, false, 1);
  recorder.count(404, 0, true, 1.1);
  recorder.count(503, 1, true, 60_000);
  const { answers, cut, bytes, durations, seconds } = recorder.figures;
  assertEquals([answers, cut, bytes], [[0, 0, 2, 0, 1, 1], 1, 16]);
  assertEquals(durations, [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
  assertEquals(Math.round(seconds * 10_000), 600_026);
});

test("Recorder.figures is a copy that can be sent", () => {
  const recorder = new Recorder();
  const before = recorder.figures;
  recorder.count(200, 1, true, 1);
  assertEquals(before, new Recorder().figures);
  assertEquals(structuredClone(recorder.figures), recorder.figures);
});

test("sumOf() adds up what several have counted", () => {
  const [one, other, both] = [new Recorder(), new Recorder(), new Recorder()];
  for (const recorder of [one, both]) recorder.count(200, 7, true, 8);
  for (const recorder of [other, both]) recorder.count(500, 2, false, 16);
  assertEquals(sumOf([one.figures, other.figures]), both.figures);
  assertEquals(sumOf([]), new Recorder().figures);
  assertEquals(BUCKETS.length + 1, sumOf([]).durations.length);
});

test("processFigures() tells memory in bytes and time in seconds", () => {
  const { pid, memory, cpu } = processFigures();
  assertEquals(pid, process.pid);
  assertGreater(memory, 4_000_000);
  assertEquals(cpu > 0 && cpu < 10_000, true, `${cpu}`);
});
