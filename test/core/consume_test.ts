import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { consume } from "../../core/consume.ts";
import {
  gate,
  macrotask,
  ManualSource,
  naturals,
  never,
  outcome,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");
const fine = (): void => undefined;

test("consume() visits each item with its position, to the end", async () => {
  const source = new ReadySource("abc");
  const visited: [string, number][] = [];
  const result = await consume("read", source, fine, (letter, index) => {
    visited.push([letter, index]);
    return false;
  });
  assertStrictEquals(result, undefined);
  assertEquals(visited, [["a", 0], ["b", 1], ["c", 2]]);
  assertEquals([source.pulls, source.closes], [4, 0]);
});

test("consume() awaits a visit before it asks for the next item", async () => {
  const source = new ManualSource<number>();
  const visit = gate<boolean>();
  const done = consume("read", source, fine, () => visit.promise);
  await source.push(1);
  assertEquals(source.pulls, 1);
  visit.resolve(false);
  await macrotask();
  assertEquals(source.pulls, 2);
  await source.end();
  await done;
});

const stops: Record<string, () => boolean | Promise<boolean>> = {
  now: () => true,
  later: () => Promise.resolve(true),
};

for (const [name, stop] of Object.entries(stops)) {
  test(`consume() that is told to stop ${name} closes the source, and waits for that`, async () => {
    const source = new ManualSource<number>();
    const closed = gate();
    source.onReturn = () => closed.promise;
    const done = consume("read", source, fine, stop);
    await source.push(1);
    assertEquals([source.pulls, source.closes, await outcome(done)], [1, 1, "pending"]);
    closed.resolve();
    await done;
  });
}

test("consume() that is told to stop rejects with what closing throws", async () => {
  const source = new ManualSource<number>();
  source.onReturn = () => Promise.reject(error);
  const done = reasonOf(consume("read", source, fine, () => true));
  await source.push(1);
  assertStrictEquals(await done, error);
});

for (const how of ["throws", "rejects"]) {
  test(`consume() whose visit ${how} closes the source once, and rejects with that`, async () => {
    const source = new ManualSource<number>();
    source.onReturn = () => Promise.reject(new Error("also"));
    const done = reasonOf(consume("read", source, fine, () => {
      if (how === "throws") throw error;
      return Promise.reject(error);
    }));
    await source.push(1);
    assertStrictEquals(await done, error);
    assertEquals([source.pulls, source.closes], [1, 1]);
  });
}

test("consume() whose visit fails waits for the source to be closed", async () => {
  const source = new ManualSource<number>();
  const closed = gate();
  source.onReturn = () => closed.promise;
  const done = consume("read", source, fine, () => Promise.reject(undefined));
  const failed = done.then(() => "fine", (reason) => [reason]);
  await source.push(1);
  assertEquals(await outcome(failed), "pending");
  closed.resolve();
  assertEquals(await failed, [undefined]);
});

test("consume() rejects with a failure of the source, which is not closed then", async () => {
  const source = new ManualSource<number>();
  const done = reasonOf(consume("read", source, fine, () => false));
  await source.fail(error);
  assertStrictEquals(await done, error);
  assertEquals(source.closes, 0);
});

test("consume() rejects when next() throws, or answers no object", async () => {
  const bad = (next: () => unknown) => ({ [Symbol.asyncIterator]: () => ({ next }) });
  const thrown = bad(() => {
    throw error;
  }) as AsyncIterable<number>;
  assertStrictEquals(await reasonOf(consume("read", thrown, fine, () => false)), error);
  const none = bad(() => 1) as AsyncIterable<number>;
  await assertRejects(() => consume("read", none, fine, () => false), TypeError, "got 1");
});

test("consume() takes a source that has no return()", async () => {
  const next = () => Promise.resolve({ done: false, value: 1 });
  await consume("read", { [Symbol.asyncIterator]: () => ({ next }) }, fine, () => true);
});

test("consume() checks before anything is asked for, and closes the source", async () => {
  const source = new ReadySource([1]);
  const refused = consume("read", source, () => {
    throw error;
  }, never);
  assertStrictEquals(await reasonOf(refused), error);
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("consume() rejects, it does not throw, when the source cannot be iterated", async () => {
  const refused = consume("read", 1 as unknown as number[], fine, never);
  const reason = await reasonOf(refused);
  assert(reason instanceof TypeError);
  assertEquals(reason.message, "Cannot read: the source must be iterable, got 1");
});

test("consume() starves no timer with an endless source, sync or async", async () => {
  for (const source of [naturals(), new ReadySource(naturals())]) {
    let [stop, most] = [false, 0];
    const done = consume<number>("read", source, fine, (n) => {
      most = n;
      return stop;
    });
    await macrotask();
    stop = true;
    await done;
    assert(most > 2);
  }
});
