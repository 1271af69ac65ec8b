import { assertEquals, assertMatch } from "#assert";
import { missingPermissions, runtimeName } from "../../program/runtime.ts";
import { runtime, test } from "../support/harness.ts";

test("runtimeName() is the runtime that runs this, with its version", () => {
  assertMatch(runtimeName(), /^(Node|Deno|Bun) \d+\.\d+\.\d+/);
  assertEquals(runtimeName().split(" ")[0]?.toLowerCase(), runtime);
});

test("missingPermissions() names what the arguments need, when all of it is there", () => {
  // All is granted here, or there are no permissions: then it does not know better.
  const named = (args: object) => missingPermissions(args).replace("Cannot start: Deno needs ", "");
  assertEquals(named({}), "--allow-net --allow-read for it");
  assertEquals(named({ workers: 1 }), "--allow-net --allow-read for it");
  assertEquals(named({ unix: "x" }), "--allow-net --allow-read --allow-write for it");
  assertEquals(
    named({ workers: 2 }),
    "--allow-net --allow-read --allow-env --allow-run for it",
  );
});
