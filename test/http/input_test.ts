import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { Input } from "../../http/input.ts";
import { macrotask, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { ChunkReader, ManualReader, text } from "../support/readers.ts";

test("Input takes chunks as they come, and gives views of them", async () => {
  const input = new Input(new ChunkReader(["abc", "de"]));
  await input.more();
  assertEquals([input.length, text(input.take(1))], [3, "a"]);
  const kept = input.take(1);
  await input.more();
  assertEquals(text(input.take(3)), "cde");
  assertEquals([text(kept), input.length, input.start, input.bytes.length], ["b", 0, 0, 0]);
  await input.more();
  assertEquals(input.ended, true);
});

test("Input grows in linear time, and never writes over what it gave away", async () => {
  const input = new Input(new ChunkReader(Array.from({ length: 100 }, (_, i) => `${i % 10}`)));
  await input.more();
  for (let i = 0; i < 50; i++) await input.more();
  const given = input.take(40);
  for (let i = 0; i < 50; i++) await input.more();
  assertEquals(text(given), "0123456789".repeat(4));
  assertEquals(text(input.take(60)), "0123456789".repeat(6));
  assertEquals(input.ended, true);
});

test("Input.more() reads one chunk at a time, for all who wait; wake() ends the waiting alone", async () => {
  const reader = new ManualReader();
  const input = new Input(reader);
  const [first, second] = [input.more(), input.more()];
  assertEquals([reader.reads, input.reading, await outcome(first)], [1, true, "pending"]);
  input.wake();
  await Promise.all([first, second]);
  assertEquals([input.length, input.reading], [0, true]);
  const third = input.more();
  assertEquals(reader.reads, 1);
  await reader.give("a");
  await third;
  assertEquals(input.length, 1);
  input.lookAhead();
  input.lookAhead();
  assertEquals(reader.reads, 2);
  await reader.give(null);
});

test("Input tells of the end and of a failure, to whoever waits and later", async () => {
  const failure = new Error("broken");
  const input = new Input(new ChunkReader(["a"], failure));
  let ends = 0;
  input.onEnd = () => ends++;
  await input.more();
  assertStrictEquals(await assertRejects(() => input.more()), failure);
  assertStrictEquals(await assertRejects(() => input.more()), failure);
  assertEquals([ends, input.ended, input.length], [1, true, 1]);
});

test("Input.readAhead() goes on up to a limit, again when something was taken, and not behind the end", async () => {
  const input = new Input(new ChunkReader(["ab", "cd", "ef", "gh", "ij", "k"]));
  let [news, ends] = [0, 0];
  input.onNews = () => news++;
  input.onEnd = () => ends++;
  input.readAhead(5);
  for (let turn = 0; turn < 9; turn++) await macrotask();
  assertEquals([input.length, news > 0, ends], [6, true, 0]);
  assertEquals(text(input.take(1)), "a");
  await macrotask();
  assertEquals([input.length, input.reading], [5, false], "there is enough");
  assertEquals(text(input.take(4)), "bcde");
  for (let turn = 0; turn < 9; turn++) await macrotask();
  assertEquals([text(input.bytes.subarray(input.start, input.end)), ends], ["fghij", 0]);
  input.readAhead(0);
  assertEquals(text(input.take(5)), "fghij");
  await macrotask();
  assertEquals([input.length, input.reading], [0, false], "nobody asks any more");
  input.readAhead(1);
  await macrotask();
  assertEquals([text(input.take(1)), input.ended], ["k", false]);
  for (let turn = 0; turn < 3; turn++) await macrotask();
  assertEquals([input.ended, ends], [true, 1]);
});

test("Input.readAhead() takes nothing from whoever waits, and puts nothing together for him", async () => {
  const reader = new ManualReader();
  const input = new Input(reader);
  input.readAhead(10);
  for (const chunk of ["abc", "de", "f"]) {
    const more = input.more();
    assertEquals(input.length, 0);
    await reader.give(chunk);
    await more;
    assertEquals([text(input.take(chunk.length)), input.start], [chunk, 0]);
  }
  await reader.give(null);
  assertEquals(input.ended, true);
});

test("Input ahead of nobody fails without an unhandled rejection", async () => {
  const reader = new ManualReader();
  const input = new Input(reader);
  input.lookAhead();
  await reader.fail(new Error("broken"));
  assertEquals([input.ended, input.failure?.message], [true, "broken"]);
});
