import { assert, assertEquals } from "#assert";
import { Turns } from "../../files/turns.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("Turns.current is the same within a turn of the event loop, and another one after it", async () => {
  const turns = new Turns();
  const first = turns.current;
  await Promise.resolve();
  assertEquals(turns.current, first);
  await macrotask();
  await macrotask();
  const second = turns.current;
  assert(second !== first && second !== 0 && first !== 0);
  assertEquals(turns.current, second);
});
