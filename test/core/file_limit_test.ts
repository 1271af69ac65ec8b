import { assertEquals } from "#assert";
import { maxConnectionsOf } from "../../core/file_limit.ts";
import { test } from "../support/harness.ts";

function limits(files: number | string): () => string {
  return () =>
    "Limit                     Soft Limit           Hard Limit           Units     \n" +
    "Max processes             11                   22                   processes \n" +
    `Max open files            ${files}                 1048576              files     \n`;
}

test("maxConnectionsOf() takes what is given, without a look at the limit", () => {
  const readLimits = () => {
    throw new Error("nobody is to read it");
  };
  assertEquals(maxConnectionsOf(7, readLimits), 7);
  assertEquals(maxConnectionsOf(Infinity, readLimits), Infinity);
});

test("maxConnectionsOf() leaves 32 open files, or a twentieth of all, for the rest", () => {
  const found = [80, 640, 1024, 1_000_000].map((files) =>
    maxConnectionsOf(undefined, limits(files))
  );
  assertEquals(found, [48, 608, 972, 950_000]);
  assertEquals(maxConnectionsOf(undefined, () => 1024), 972);
});

test("maxConnectionsOf() allows one at least", () => {
  assertEquals(maxConnectionsOf(undefined, limits(20)), 1);
});

test("maxConnectionsOf() knows no limit where it is unlimited or cannot be read", () => {
  assertEquals(maxConnectionsOf(undefined, limits("unlimited")), Infinity);
  assertEquals(maxConnectionsOf(undefined, () => ""), Infinity);
  assertEquals(maxConnectionsOf(undefined, () => NaN), Infinity);
  const denied = () => {
    throw new Error("denied");
  };
  assertEquals(maxConnectionsOf(undefined, denied), Infinity);
});
