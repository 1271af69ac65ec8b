import { assertEquals } from "#assert";
import { show } from "../../core/show.ts";
import { test } from "../support/harness.ts";

test("show() gives any value in a few words on one line", () => {
  const cases: [unknown, string][] = [
    ["a\nb", '"a\\nb"'],
    [1, "1"],
    [NaN, "NaN"],
    [-0, "0"],
    [10n, "10n"],
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [Symbol("s"), "Symbol(s)"],
    [[1, 2], "an array"],
    [{}, "an object (Object)"],
    [new Map(), "an object (Map)"],
    [Object.create(null), "an object (no class)"],
    [function named() {}, "function named"],
    [() => 1, "function (anonymous)"],
  ];
  for (const [value, expected] of cases) assertEquals(show(value), expected);
});
