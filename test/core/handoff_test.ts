import { assert, assertEquals } from "#assert";
import { Handoff } from "../../core/handoff.ts";
import { outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("Handoff hands items out in the order of their offers", async () => {
  const handoff = new Handoff<number>(8);
  for (const item of [1, 2, 3]) assert(handoff.offer(item));
  assertEquals(await Promise.all([handoff.take(), handoff.take(), handoff.take()]), [1, 2, 3]);
});

test("Handoff answers takers in the order in which they asked", async () => {
  const handoff = new Handoff<number>(8);
  const taken = [handoff.take(), handoff.take()];
  handoff.offer(1);
  handoff.offer(2);
  assertEquals(await Promise.all(taken), [1, 2]);
});

test("Handoff.offer() refuses what does not fit, and takes it when there is room again", async () => {
  const handoff = new Handoff<number>(2);
  assertEquals([1, 2, 3].map((item) => handoff.offer(item)), [true, true, false]);
  assertEquals(handoff.size, 2);
  await handoff.take();
  assertEquals(handoff.size, 1);
  assert(handoff.offer(4));
  assertEquals(await Promise.all([handoff.take(), handoff.take()]), [2, 4]);
});

test("Handoff.offer() gives an item to a taker even when nothing may wait", async () => {
  const handoff = new Handoff<number>(0);
  assert(!handoff.offer(1));
  const taken = handoff.take();
  assert(handoff.offer(2));
  assertEquals([await taken, handoff.size], [2, 0]);
});

test("Handoff hands out undefined and 0 like other items", async () => {
  const handoff = new Handoff<number | undefined>(2);
  handoff.offer(undefined);
  handoff.offer(0);
  assertEquals([await handoff.take(), await handoff.take()], [undefined, 0]);
  assertEquals(handoff.size, 0);
});

test("Handoff.take() waits for an item", async () => {
  const handoff = new Handoff<number>(1);
  const taken = handoff.take();
  assertEquals(await outcome(taken), "pending");
  handoff.offer(1);
  assertEquals(await taken, 1);
});

test("Handoff.close() ends the waiting of all takers", async () => {
  const handoff = new Handoff<number>(1);
  const taken = [handoff.take(), handoff.take()];
  handoff.close();
  assertEquals(await Promise.all(taken), [null, null]);
});

test("Handoff.close() leaves what waits to be taken, and refuses offers", async () => {
  const handoff = new Handoff<number>(4);
  handoff.offer(1);
  handoff.close();
  handoff.close();
  assert(!handoff.offer(2));
  assertEquals([await handoff.take(), await handoff.take()], [1, null]);
});

test("Handoff.hold() lets items wait although somebody asks, until release()", async () => {
  const handoff = new Handoff<number>(1);
  const taken = handoff.take();
  assert(handoff.wanted);
  handoff.hold();
  assert(handoff.offer(1));
  const second = handoff.take();
  assertEquals(await outcome(taken), "pending");
  handoff.release();
  assertEquals([await taken, handoff.size], [1, 0]);
  assert(handoff.offer(2));
  assertEquals([await second, handoff.wanted], [2, false]);
});

test("Handoff.hold() makes room for those that ask, beside the capacity", () => {
  const handoff = new Handoff<number>(1);
  void handoff.take();
  handoff.hold();
  assertEquals([1, 2, 3].map((item) => handoff.offer(item)), [true, true, false]);
  handoff.close();
});

test("Handoff.close() answers those that ask with what was held", async () => {
  const handoff = new Handoff<number>(8);
  const taken = [handoff.take(), handoff.take(), handoff.take()];
  handoff.hold();
  handoff.offer(1);
  handoff.offer(2);
  handoff.close();
  assertEquals(await Promise.all(taken), [1, 2, null]);
});

test("Handoff.takeWith() calls back at once with what waits, later with what comes, and with the end", () => {
  const handoff = new Handoff<number>(8);
  const taken: (number | null)[] = [];
  const take = (item: number | null) => void taken.push(item);
  handoff.offer(1);
  handoff.takeWith(take);
  assertEquals(taken, [1]);
  handoff.takeWith(take);
  handoff.takeWith(take);
  handoff.offer(2);
  assertEquals(taken, [1, 2]);
  handoff.close();
  handoff.takeWith(take);
  assertEquals(taken, [1, 2, null, null]);
});
