import { assertEquals, assertRejects } from "#assert";
import { mayBeLeft } from "../../http/may_be_left.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("mayBeLeft() gives what is promised, and a failure to who waits for it alone", async () => {
  assertEquals(await mayBeLeft(() => Promise.resolve(1)), 1);
  const fail = () => mayBeLeft(() => Promise.reject(new RangeError("wrong")));
  await assertRejects(fail, RangeError, "wrong");
  void fail();
  // The runtime would tell the process of it in a later turn.
  for (let turn = 0; turn < 4; turn++) await macrotask();
});
