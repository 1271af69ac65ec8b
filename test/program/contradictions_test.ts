import { assertEquals, assertThrows } from "#assert";
import { readArguments } from "../../program/arguments.ts";
import { refuseContradictions } from "../../program/contradictions.ts";
import { UsageError } from "../../program/failures.ts";
import type { Arguments } from "../../program/flags.ts";
import { test } from "../support/harness.ts";

test("refuseContradictions() names two flags that exclude each other", () => {
  const excluded: [Arguments, string][] = [
    [{ unix: "x", port: 0 }, "--unix and --port"],
    [{ unix: "x", hostname: "::" }, "--unix and --hostname"],
    [{ root: ".", spa: true, listing: true }, "--spa and --listing"],
    [{ quiet: true, log: "json" }, "--quiet and --log"],
  ];
  for (const [args, named] of excluded) {
    const { message } = assertThrows(() => refuseContradictions(args), UsageError);
    const what = `${named} exclude each other: leave one of them out`;
    assertEquals(message, `Cannot read the arguments: ${what}`);
  }
});

test("refuseContradictions() names the flag that another one needs", () => {
  const needed: [Arguments, string][] = [
    [{ cert: "x" }, "--cert needs --key as well"],
    [{ key: "x" }, "--key needs --cert as well"],
    [{ mode: 0o600 }, "--mode needs --unix as well"],
    [{ spa: true }, "--spa needs --root as well"],
    [{ listing: true }, "--listing needs --root as well"],
  ];
  for (const [args, named] of needed) {
    const { message } = assertThrows(() => refuseContradictions(args), UsageError);
    assertEquals(message, `Cannot read the arguments: ${named}`);
  }
});

test("refuseContradictions() lets the others stand together", () => {
  refuseContradictions({});
  refuseContradictions({ quiet: true, log: "none", cert: "c", key: "k", workers: 2 });
  refuseContradictions({ unix: "x", mode: 0, root: ".", spa: true });
});

test("readArguments() shows the help whatever else is said", () => {
  assertEquals(readArguments(["--mode", "600", "--help"]), { mode: 0o600, help: true });
});
