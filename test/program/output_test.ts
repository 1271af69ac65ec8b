import { assert, assertEquals } from "#assert";
import { Output } from "../../program/output.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { gate, macrotask, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** Nothing is to be complained of. */
function never(line: string): void {
  throw new Error(line);
}

function dropped(count: number): string {
  return `Cannot print all lines: nobody has taken them in time, and ${count} were dropped`;
}

/** An output that takes what the test lets it take. */
class Slow {
  text = "";
  /** How large the pieces were. */
  readonly pieces: number[] = [];
  #open = gate();
  #most = Infinity;

  /** How often something was to be written. */
  writes = 0;

  readonly write = async (bytes: Uint8Array): Promise<number> => {
    this.writes++;
    await this.#open.promise;
    this.pieces.push(bytes.length);
    const taken = bytes.subarray(0, this.#most);
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  };

  take(most = Infinity): void {
    this.#most = most;
    this.#open.resolve();
  }

  fail(): void {
    this.#open.reject(new Error("gone"));
  }
}

test("Output writes lines in their order, those of a moment in one piece", async () => {
  const slow = new Slow();
  const output = new Output(slow.write, never);
  slow.take();
  for (const line of ["one", "two", "ä"]) output.line(line);
  await output.flush(1000);
  output.line("three");
  await output.flush(1000);
  assertEquals([slow.text, slow.pieces], ["one\ntwo\nä\nthree\n", [11, 6]]);
});

test("Output goes on where a write has ended, and tries again when nothing was taken", async () => {
  for (const most of [1, 2, 5]) {
    const slow = new Slow();
    const output = new Output(slow.write, never);
    slow.take(most);
    output.line("a longer line");
    await output.flush(1000);
    assertEquals([slow.text, slow.pieces.length], ["a longer line\n", Math.ceil(14 / most)]);
  }
  const timers = new FakeTimers();
  const slow = new Slow();
  const output = new Output(slow.write, never, timers);
  slow.take(0);
  output.line("x");
  await macrotask();
  assertEquals([slow.text, timers.armed, slow.pieces], ["", 1, [2]]);
  slow.take();
  timers.advance(50);
  await macrotask();
  assertEquals([slow.text, timers.armed], ["x\n", 0]);
});

test("Output writes whole lines, as many as a pipe takes at once", async () => {
  const slow = new Slow();
  const output = new Output(slow.write, never);
  slow.take();
  for (let i = 0; i < 1000; i++) output.line("x".repeat(99));
  output.line("y".repeat(10_000));
  await output.flush(1000);
  assertEquals(slow.text.length, 110_001);
  assert(slow.pieces.every((size) => size <= 4096 || size === 10_001), `${slow.pieces.join()}`);
  assert(slow.pieces.every((size) => size % 100 === 0 || size === 10_001));
});

test("Output keeps 1 MiB while nobody takes any, and tells how many it has dropped", async () => {
  const complaints: string[] = [];
  const slow = new Slow();
  const output = new Output(slow.write, (line) => complaints.push(line));
  output.line("first");
  await macrotask();
  // That one is being written; what comes now waits.
  for (let i = 0; i < 2000; i++) output.line("x".repeat(1023));
  assertEquals([await outcome(output.flush(0)), complaints], ["fulfilled", []]);
  slow.take();
  await output.flush(1000);
  const lines = slow.text.split("\n");
  assertEquals([lines[0], lines.length, complaints], ["first", 1024 + 2, [dropped(976)]]);
  output.line("last");
  await output.flush(1000);
  assertEquals([slow.text.endsWith("x\nlast\n"), complaints], [true, [dropped(976)]]);
});

test("Output says once that a disk is full, and goes on when there is room", async () => {
  const complaints: string[] = [];
  const timers = new FakeTimers();
  let [text, full] = ["", true];
  const output = new Output(
    (bytes) => {
      const error = Object.assign(new Error("ENOSPC: no space left\non device"), {
        code: "ENOSPC",
      });
      if (full) return Promise.reject(error);
      text += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
    (line) => complaints.push(line),
    timers,
  );
  for (let turn = 1; turn <= 2; turn++) {
    full = true;
    output.line(`line ${turn}`);
    for (let i = 0; i < 3; i++) {
      await macrotask();
      timers.advance(50);
    }
    full = false;
    await macrotask();
    timers.advance(50);
    await macrotask();
    const said = "Cannot print for now: ENOSPC: no space left on device";
    assertEquals([text, timers.armed], ["line 1\nline 2\n".slice(0, turn * 7), 0]);
    assertEquals(complaints, [said, said].slice(0, turn));
  }
});

test("Output.flush() waits no longer than it is told, and leaves no timer", async () => {
  const timers = new FakeTimers();
  const slow = new Slow();
  const output = new Output(slow.write, never, timers);
  await output.flush(1000);
  output.line("x");
  const flushed = output.flush(1000);
  assertEquals([await outcome(flushed), timers.armed], ["pending", 1]);
  timers.advance(1000);
  assertEquals([await outcome(flushed), timers.armed], ["fulfilled", 0]);
  slow.take();
  await output.flush(1000);
  assertEquals([slow.text, timers.armed], ["x\n", 0]);
});

test("Output takes it well when nobody reads any more", async () => {
  const slow = new Slow();
  const output = new Output(slow.write, never);
  output.line("x");
  slow.fail();
  await output.flush(1000);
  for (let i = 0; i < 10; i++) output.line("y");
  await output.flush(1000);
  assertEquals([slow.text, slow.writes], ["", 1]);
});
