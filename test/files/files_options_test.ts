import { assertEquals, assertThrows } from "#assert";
import { resolveFilesOptions, type ServeFilesOptions } from "../../files/files_options.ts";
import { test } from "../support/harness.ts";

test("resolveFilesOptions() fills in the defaults", () => {
  const { report, cacheControl, ...rest } = resolveFilesOptions({});
  assertEquals(rest, {
    index: "index.html",
    home: "index.html",
    notFound: "404.html",
    listing: false,
    spa: false,
    memory: 16 << 20,
  });
  assertEquals([cacheControl("/a"), typeof report], ["no-cache", "function"]);
  const given = resolveFilesOptions({
    index: null,
    notFound: null,
    memory: 0,
    spa: true,
    listing: true,
  });
  assertEquals([given.index, given.home, given.notFound, given.memory], [null, null, null, 0]);
  const home = resolveFilesOptions({ home: "hello.html" });
  assertEquals([home.home, home.index], ["hello.html", "index.html"]);
  const byPath = resolveFilesOptions({ cacheControl: (path) => `x=${path}` });
  assertEquals(byPath.cacheControl("/a"), "x=/a");
});

test("resolveFilesOptions() names the option that is wrong, with its value", () => {
  const cases: [unknown, string][] = [
    [null, "options must be an object, got null"],
    [
      { index: "a/b" },
      'index must be the name of a file, without a path and no dot file, got "a/b"',
    ],
    [{ index: "" }, 'index must be the name of a file, without a path and no dot file, got ""'],
    [{ index: ".htaccess" }, "index must be the name of a file"],
    [{ index: ".." }, "index must be the name of a file"],
    [{ index: 1 }, "index must be the name of a file, without a path and no dot file, got 1"],
    [{ home: null }, "home must be the name of a file"],
    [{ home: "a\\b" }, "home must be the name of a file"],
    [{ notFound: "a\0" }, "notFound must be the name of a file"],
    [{ listing: 1 }, "listing must be true or false, got 1"],
    [{ spa: "yes" }, 'spa must be true or false, got "yes"'],
    [{ cacheControl: "a\r\nb" }, "cacheControl must be the value of a field, or a function"],
    [{ cacheControl: "" }, "cacheControl must be the value of a field, or a function"],
    [{ memory: "1" }, "memory must be an integer"],
    [{ onError: {} }, "onError must be a function"],
  ];
  for (const [options, message] of cases) {
    // What JavaScript may give, which the types exclude.
    const wrong = options as ServeFilesOptions;
    assertThrows(() => resolveFilesOptions(wrong), TypeError, `Cannot serve files: ${message}`);
  }
  for (const memory of [-1, 1.5, NaN, Infinity]) {
    assertThrows(() => resolveFilesOptions({ memory }), RangeError, "memory must be an integer");
  }
});

test("resolveFilesOptions() reports once, and outlives an onError that throws", () => {
  const told: unknown[] = [];
  const request = new Request("http://a/");
  resolveFilesOptions({ onError: (...given) => told.push(given) }).report("x", request);
  assertEquals(told, [["x", request]]);
  resolveFilesOptions({
    onError: () => {
      throw new Error("in onError");
    },
  }).report("x", request);
  resolveFilesOptions({}).report("x", request);
});
