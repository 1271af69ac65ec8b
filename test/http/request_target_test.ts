import { assertEquals } from "#assert";
import { Refusal } from "../../http/refusal.ts";
import { isAuthority, originOf, parseTarget, urlOf } from "../../http/request_target.ts";
import { test } from "../support/harness.ts";

function parse(method: string, target: string): unknown {
  try {
    const { path, authority } = parseTarget(method, target);
    return [path, authority];
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

test("parseTarget() takes the four forms, each for its methods", () => {
  assertEquals(parse("GET", "/a/../b?c"), ["/a/../b?c", undefined]);
  assertEquals(parse("GET", "//a"), ["//a", undefined]);
  assertEquals(parse("OPTIONS", "*"), ["*", undefined]);
  assertEquals(parse("GET", "http://a:80/b?c"), ["/b?c", "a:80"]);
  assertEquals(parse("GET", "HTTPS://a"), ["/", "a"]);
  assertEquals(parse("GET", "http://a?b"), ["/?b", "a"]);
  assertEquals(parse("CONNECT", "[::1]:443"), ["", "[::1]:443"]);
});

test("parseTarget() refuses everything else", () => {
  const pairs = [
    ["GET", "*"],
    ["GET", "a"],
    ["GET", "a:1"],
    ["GET", "?a"],
    ["GET", "ftp://a/"],
    ["GET", "http:///a"],
    ["GET", "http://u@a/"],
    ["GET", "http://[::1/"],
    ["CONNECT", "/"],
    ["CONNECT", "a"],
    ["CONNECT", "a:"],
    ["CONNECT", ":1"],
    ["CONNECT", "http://a/"],
  ] as const;
  for (const [method, target] of pairs) assertEquals(parse(method, target), 400, target);
});

test("originOf() gives the start of a URL, or null for what is no host", () => {
  assertEquals(originOf("http", "A.example:80"), "http://a.example");
  assertEquals(originOf("http", "[::1]:8080"), "http://[::1]:8080");
  assertEquals(originOf("https", "a:443"), "https://a");
  for (const host of ["a b", "a/b", "u@a", "a:99999", "[::1", "a:b", "a?b", "%zz", ":80", ""]) {
    assertEquals(originOf("http", host), null, host);
  }
});

test("urlOf() writes what the URL parser writes", () => {
  const paths = [
    "/",
    "/a.b/c?d=e",
    "/../a",
    "/a/./b",
    "/.a",
    "/a/..",
    "//a",
    "/%2e%2e/a",
    "/a|'b?c'd",
  ];
  for (const path of [...paths, "/a%20b?%", "/`{}", "/a\\b", "/?a?b"]) {
    assertEquals(urlOf("http://a", path), new URL(`http://a${path}`).href, path);
  }
  assertEquals([urlOf("http://a", "*"), urlOf("http://a", "")], ["http://a/*", "http://a/"]);
});

test("urlOf() and originOf() write the same on every runtime, whose parsers differ here", () => {
  assertEquals(urlOf("http://a", "/^/%5e?^"), "http://a/%5E/%5e?^");
  for (const host of ["xn--a", "xn--", "XN--A", "b.xn--a-yoc:80", "xn--zca.xn--b"]) {
    assertEquals(originOf("http", host), null, host);
  }
  const ups = ["/c:/..", "//C|/../a", "/a/c|\\.%2E/b/.", "/c:/%2e%2E?/c:/..", "/c:/./../.."];
  assertEquals(ups.map((path) => urlOf("http://a", path)), [
    "http://a/",
    "http://a//a",
    "http://a/a/b/",
    "http://a/?/c:/..",
    "http://a/",
  ]);
  assertEquals(originOf("http", "xn--zca:80"), "http://xn--zca");
  assertEquals(originOf("http", "a.XN--ls8h:1"), "http://a.xn--ls8h:1");
});

test("isAuthority() takes a host with an optional port", () => {
  for (
    const text of [
      "",
      "a",
      "a.b-c_d:80",
      "127.0.0.1:",
      "[::1]",
      "[::1]:80",
      "[fe80::1%25en0]",
      "%41",
    ]
  ) {
    assertEquals(isAuthority(text), true, text);
  }
  for (
    const text of [
      "::1",
      "a:b",
      "a:80:80",
      "a b",
      "a/b",
      "me@a",
      "[::1",
      "[x]",
      "{",
      "\xff",
      "%4",
      "a#",
    ]
  ) {
    assertEquals(isAuthority(text), false, text);
  }
});
