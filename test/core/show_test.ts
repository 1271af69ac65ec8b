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
    ["x".repeat(300), `"${"x".repeat(300)}"`],
    ["x".repeat(301), `"${"x".repeat(300)}"… (301 characters)`],
  ];
  for (const [value, expected] of cases) assertEquals(show(value), expected);
});

test("show() does not show PEM text, which may be a key", () => {
  assertEquals(show("\n-----BEGIN PRIVATE KEY-----\nsecret"), "a string of 35 characters");
});

test("show() does not fail for a name that is none or that throws", () => {
  const fails = (): never => {
    throw new Error("not for you");
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const cases: [unknown, string][] = [
    [{ constructor: { name: Symbol("s") } }, "an object (no class)"],
    [Object.defineProperty({}, "constructor", { get: fails }), "an object (no class)"],
    [proxy, "an object (no class)"],
    [Object.defineProperty(() => 1, "name", { value: Symbol("s") }), "function (anonymous)"],
    [Object.defineProperty(() => 1, "name", { get: fails }), "function (anonymous)"],
  ];
  for (const [value, expected] of cases) assertEquals(show(value), expected);
});
