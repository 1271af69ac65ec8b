import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { take } from "../../core/take.ts";
import { END, macrotask, ManualSource, naturals, ReadySource, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("take() hands out the first items, then the end", async () => {
  assertEquals(await Array.fromAsync(take("abcdef", 3)), ["a", "b", "c"]);
});

test("take() hands out all there is when that is less, and does not close what has ended", async () => {
  const source = new ReadySource([1, 2]);
  assertEquals(await Array.fromAsync(take(source, 5)), [1, 2]);
  assertEquals([source.pulls, source.closes], [3, 0]);
});

test("take() takes Infinity for all", async () => {
  assertEquals(await Array.fromAsync(take([1, 2, 3], Infinity)), [1, 2, 3]);
});

test("take() of 0 asks for nothing, and closes the source with the first next()", async () => {
  for (const count of [0, -0]) {
    const source = new ReadySource([1]);
    const stream = take(source, count);
    assertEquals(source.closes, 0);
    assertEquals([await stream.next(), await stream.next()], [END, END]);
    assertEquals([source.pulls, source.closes], [0, 1]);
  }
});

test("take() closes the source when one more is asked for, not before", async () => {
  const source = new ReadySource(naturals());
  const stream = take(source, 2);
  await stream.next();
  await stream.next();
  await macrotask();
  assertEquals([source.pulls, source.closes], [2, 0]);
  assertEquals(await stream.next(), END);
  assertEquals([source.pulls, source.closes], [2, 1]);
});

test("take() counts over several next() at a time", async () => {
  const source = new ReadySource(naturals());
  const stream = take(source, 2);
  const answers = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
  assertEquals(answers.map(({ done }) => done), [false, false, true, true]);
  assertEquals([source.pulls, source.closes], [2, 1]);
});

test("take() reports a source that cannot be closed, once", async () => {
  const error = new Error("no");
  const source = new ManualSource<number>();
  source.onReturn = () => Promise.reject(error);
  const stream = take(source, 0);
  assertStrictEquals(await reasonOf(stream.next()), error);
  assertEquals([await stream.next(), source.closes], [END, 1]);
});

for (const count of [-1, 1.5, NaN, -Infinity, 2 ** 53, "2", null, undefined]) {
  test(`take() refuses a count of ${count} (${typeof count}), and closes the source`, () => {
    const source = new ReadySource([1]);
    const shown = typeof count === "string" ? `"${count}"` : `${count}`;
    const text = `Cannot take: count must be an integer of at least 0, or Infinity, got ${shown}`;
    assertThrows(() => take(source, count as number), RangeError, text);
    assertEquals([source.pulls, source.closes], [0, 1]);
  });
}
