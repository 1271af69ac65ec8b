import { assertEquals } from "#assert";
import { systemTimers } from "../../core/timers.ts";
import { test } from "../support/harness.ts";

test("systemTimers.set() calls once, and clear() forgets", async () => {
  const calls: string[] = [];
  const cleared = systemTimers.set(() => calls.push("cleared"), 1);
  systemTimers.clear(cleared);
  await new Promise<void>((resolve) => {
    systemTimers.set(() => {
      calls.push("set");
      resolve();
    }, 5);
  });
  assertEquals(calls, ["set"]);
  systemTimers.clear(undefined);
});
