import { assert, assertEquals, assertRejects } from "#assert";
import { WRITTEN } from "../../core/write_queue.ts";
import { GATHERED_BYTES, Output } from "../../http/output.ts";
import { SendBuffer } from "../../http/send_buffer.ts";
import { type Gate, gate, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";

/** Takes what is written at once, or when the test says so; then it may be overwritten. */
class Sink {
  readonly writes: string[] = [];
  readonly pending: Gate<void>[] = [];
  readonly #atOnce: boolean;

  constructor(atOnce: boolean) {
    this.#atOnce = atOnce;
  }

  write(given: Uint8Array): Promise<void> {
    if (this.#atOnce) {
      this.writes.push(textOf(given));
      return WRITTEN;
    }
    const taken = gate();
    this.pending.push(taken);
    return taken.promise.then(() => void this.writes.push(textOf(given)));
  }

  closeWrite(): Promise<void> {
    return WRITTEN;
  }
}

function textOf(given: Uint8Array): string {
  return Array.from(given, (byte) => String.fromCharCode(byte)).join("");
}

test("Output sends what was added with one write, and says when that is done at once", () => {
  const sink = new Sink(true);
  const output = new Output(sink);
  output.add("a\xe9", bytes("b"));
  assertEquals([output.addAscii("c"), output.addAscii("d\xe9"), output.addAscii("e")], [
    true,
    false,
    true,
  ]);
  assertEquals(sink.writes, []);
  assertEquals([output.flush() === WRITTEN, output.busy], [true, false]);
  assertEquals([output.flush() === WRITTEN, sink.writes], [true, ["a\xe9bce"]]);
});

test("Output leaves bytes alone that are not written yet, and gathers the next elsewhere", async () => {
  const sink = new Sink(false);
  const [one, other] = [new Output(sink), new Output(sink)];
  one.add("first");
  const [first, again] = [one.flush(), one.flush()];
  other.add("second");
  const second = other.flush();
  assertEquals([first === again, one.busy, await outcome(first)], [true, true, "pending"]);
  for (const taken of sink.pending) taken.resolve();
  await Promise.all([first, second]);
  assertEquals([sink.writes, one.busy], [["first", "second"], false]);
});

test("Outputs share a buffer, and none changes what another has not sent yet", async () => {
  const sink = new Sink(false);
  const outputs = Array.from({ length: 200 }, () => new Output(sink));
  const textOfTurn = (turn: number, i: number) => `${turn}:${i} `.repeat(1 + i % 60);
  const expected: string[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const written = outputs.map((output, i) => {
      const text = textOfTurn(turn, i);
      expected.push(text);
      assertEquals(output.addAscii(text.slice(0, 3)), true);
      output.add(text.slice(3));
      return output.flush();
    });
    // Half of them take their time, over the next turn too.
    for (const taken of sink.pending.splice(0, sink.pending.length / 2)) taken.resolve();
    await outcome(written[0] ?? Promise.resolve());
  }
  for (const taken of sink.pending) taken.resolve();
  await Promise.all(outputs.map((output) => output.flush()));
  assertEquals(SendBuffer.hold(1).free, 0, "all of it is free again");
  assertEquals(sink.writes.toSorted(), expected.toSorted());
});

test("Output holds what was added while others write, and goes on behind it", async () => {
  const sink = new Sink(false);
  const [one, other] = [new Output(sink), new Output(sink)];
  one.add("one, ");
  void one.flush();
  one.add("two");
  sink.pending[0]?.resolve();
  await sink.pending[0]?.promise;
  await Promise.resolve();
  other.add("other");
  void other.flush();
  void one.flush();
  for (const taken of sink.pending) taken.resolve();
  await Promise.all([one.flush(), other.flush()]);
  assertEquals(sink.writes, ["one, ", "other", "two"]);
});

test("Output sends what is larger than it gathers as it is", () => {
  const sink = new Sink(true);
  const output = new Output(sink);
  const large = "x".repeat(GATHERED_BYTES + 1);
  assertEquals(output.addAscii(large), false);
  output.add("head", bytes(large));
  output.add(`${large}\xe9`);
  for (let i = 0; i < 3; i++) output.add("y".repeat(GATHERED_BYTES / 2));
  void output.flush();
  assertEquals(
    sink.writes.join("") === `head${large}${large}\xe9${"y".repeat(GATHERED_BYTES * 1.5)}`,
    true,
  );
  assertEquals(sink.writes.slice(0, 2).map(({ length }) => length), [4, large.length]);
});

test("Output fails with the connection, for whoever looks", async () => {
  const sink = new Sink(false);
  const output = new Output(sink);
  output.add("a");
  void output.flush();
  sink.pending[0]?.reject(new Error("gone"));
  await assertRejects(() => output.flush(), Error, "gone");
  assert(output.busy);
});
