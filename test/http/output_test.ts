import { assert, assertEquals, assertRejects } from "#assert";
import { WRITTEN } from "../../core/write_queue.ts";
import { GATHERED_BYTES, Output } from "../../http/output.ts";
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
