import { assertEquals, assertMatch, assertStrictEquals } from "#assert";
import { networkError } from "../../core/errors.ts";
import { lacksPermission, listenFailure, oneLine, UsageError } from "../../program/failures.ts";
import { test } from "../support/harness.ts";

test("listenFailure() says what can be done", () => {
  const port = {
    EADDRINUSE: /in use \(EADDRINUSE\); stop what listens there, or choose another$/,
    EADDRNOTAVAIL: /; --hostname takes one of this machine, or 0\.0\.0\.0 for all of them$/,
    EINVAL: /; --hostname takes an address of this machine, or 0\.0\.0\.0 for all of them$/,
    ENOTFOUND: /; --hostname takes an address, or a name that is known$/,
    EACCES: /permission denied \(EACCES\); choose one that this user may take: those below 1024/,
  };
  const path = {
    EADDRINUSE: /; stop what listens there, .*; a file that is no socket is left alone$/,
    ENOENT: /; its folder has to exist$/,
    EACCES: /permission denied \(EACCES\); this user has to be allowed to write to its folder$/,
  };
  for (const [place, advice] of [[{ port: 80 }, port], [{ path: "x" }, path]] as const) {
    for (const [code, text] of Object.entries(advice)) {
      const failure = listenFailure(networkError("listen on it", code), place);
      assertEquals([failure instanceof Error, failure instanceof UsageError], [true, false]);
      assertMatch(oneLine(failure), text);
      assertMatch(oneLine(failure), /^Cannot listen on it: /);
    }
  }
});

test("listenFailure() takes a wrong option for a wrong argument, and leaves the rest", () => {
  for (const error of [new TypeError("a"), new RangeError("b")]) {
    const failure = listenFailure(error, {});
    assertEquals([failure instanceof UsageError, oneLine(failure)], [true, error.message]);
  }
  for (const error of [networkError("listen", "ENOMEM"), new Error("c"), null, "d"]) {
    assertStrictEquals(listenFailure(error, {}), error);
  }
});

test("oneLine() has no control character, whatever was thrown", () => {
  assertEquals(oneLine(new Error("a\r\nb\x1b[31m\u2028c\x7f\x85d")), "a b [31m c d");
  assertEquals(oneLine("text"), "text");
  assertEquals(oneLine(undefined), "undefined");
  assertEquals(oneLine(Object.create(null)), "something was thrown that cannot be looked at");
});

test("lacksPermission() tells the refusals of Deno from others", () => {
  assertEquals(lacksPermission(networkError("listen", "ENOTCAPABLE")), true);
  assertEquals(lacksPermission(Object.assign(new Error("x"), { name: "NotCapable" })), true);
  for (const error of [null, undefined, "x", new Error("x"), networkError("listen", "EACCES")]) {
    assertEquals(lacksPermission(error), false);
  }
});
