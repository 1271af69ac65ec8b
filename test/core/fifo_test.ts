import { assert, assertEquals } from "#assert";
import { Fifo } from "../../core/fifo.ts";
import { test } from "../support/harness.ts";
import { forEachSeed } from "../support/seeded.ts";

/** All that wait, in order; none waits afterwards. */
function drain<T>(fifo: Fifo<T>): T[] {
  const values: T[] = [];
  while (!fifo.isEmpty) values.push(fifo.shift() as T);
  return values;
}

test("Fifo.shift() takes out in the order of push()", () => {
  const fifo = new Fifo<string>();
  for (const value of ["a", "b", "c"]) fifo.push(value);
  assertEquals(drain(fifo), ["a", "b", "c"]);
});

test("Fifo.first and Fifo.shift() are undefined when nobody waits", () => {
  const fifo = new Fifo<string>();
  assertEquals([fifo.first, fifo.shift(), fifo.isEmpty], [undefined, undefined, true]);
  fifo.push("a");
  assertEquals([fifo.first, fifo.isEmpty, fifo.shift()], ["a", false, "a"]);
  assertEquals([fifo.first, fifo.shift(), fifo.isEmpty], [undefined, undefined, true]);
});

test("Fifo takes undefined for a value like any other", () => {
  const fifo = new Fifo<undefined>();
  fifo.push(undefined);
  assert(!fifo.isEmpty);
  assertEquals(drain(fifo), [undefined]);
});

for (const [which, out] of [["first", 0], ["middle", 1], ["last", 2]] as const) {
  test(`Fifo.push() gives a function that takes out the ${which} one, once`, () => {
    const fifo = new Fifo<number>();
    const leave = [0, 1, 2].map((value) => fifo.push(value));
    leave[out]?.();
    leave[out]?.();
    fifo.push(3);
    leave[out]?.();
    assertEquals(drain(fifo), [0, 1, 2, 3].filter((value) => value !== out));
  });
}

test("Fifo can be filled again after the only one has left", () => {
  const fifo = new Fifo<number>();
  fifo.push(1)();
  assert(fifo.isEmpty);
  fifo.push(2);
  assertEquals(drain(fifo), [2]);
});

test("Fifo takes nobody out for one whose turn has come already", () => {
  const fifo = new Fifo<number>();
  const leave = fifo.push(1);
  fifo.push(2);
  assertEquals(fifo.shift(), 1);
  leave();
  assertEquals(drain(fifo), [2]);
  leave();
  fifo.push(3);
  leave();
  assertEquals(drain(fifo), [3]);
});

test("Fifo does as an array does, in any order of events", async () => {
  await forEachSeed(300, (chance) => {
    const fifo = new Fifo<number>();
    let expected: number[] = [];
    const leave: (() => void)[] = [];
    for (let step = 0; step < 60; step++) {
      const choice = chance.below(4);
      if (choice < 2) {
        expected.push(leave.length);
        leave.push(fifo.push(leave.length));
      } else if (choice === 2) {
        assertEquals(fifo.shift(), expected.shift());
      } else {
        const out = chance.below(leave.length + 1);
        leave[out]?.();
        expected = expected.filter((value) => value !== out);
      }
      assertEquals([fifo.first, fifo.isEmpty], [expected[0], expected.length === 0]);
    }
    assertEquals(drain(fifo), expected);
    return Promise.resolve();
  });
});
