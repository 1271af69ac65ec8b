import { assertEquals, assertThrows } from "#assert";
import { Refusal } from "../../http/refusal.ts";
import { isAuthority, parseRequestLine } from "../../http/request_line.ts";
import { test } from "../support/harness.ts";

test("parseRequestLine() takes the four forms of a target", () => {
  const taken: Record<string, unknown[]> = {};
  for (
    const line of [
      "GET / HTTP/1.1",
      "GET /a/b?c=d|{} HTTP/1.0",
      "get //x%zz HTTP/1.1",
      "M-SEARCH / HTTP/1.1",
      "GET http://Example.org:80/a?b HTTP/1.1",
      "GET HTTPS://example.org?b HTTP/1.1",
      "CONNECT example.org:443 HTTP/1.1",
      "OPTIONS * HTTP/1.1",
    ]
  ) {
    const { method, path, authority = "-", minor } = parseRequestLine(line);
    taken[line] = [method, path, authority, minor];
  }
  assertEquals(taken, {
    "GET / HTTP/1.1": ["GET", "/", "-", 1],
    "GET /a/b?c=d|{} HTTP/1.0": ["GET", "/a/b", "-", 0],
    "get //x%zz HTTP/1.1": ["get", "//x%zz", "-", 1],
    "M-SEARCH / HTTP/1.1": ["M-SEARCH", "/", "-", 1],
    "GET http://Example.org:80/a?b HTTP/1.1": ["GET", "/a", "Example.org:80", 1],
    "GET HTTPS://example.org?b HTTP/1.1": ["GET", "/", "example.org", 1],
    "CONNECT example.org:443 HTTP/1.1": ["CONNECT", "", "example.org:443", 1],
    "OPTIONS * HTTP/1.1": ["OPTIONS", "*", "-", 1],
  });
});

test("parseRequestLine() refuses what is no request line with 400", () => {
  for (
    const line of [
      "",
      "GET",
      "GET /",
      "GET  / HTTP/1.1",
      "GET / HTTP/1.1 ",
      " GET / HTTP/1.1",
      "GET\t/ HTTP/1.1",
      "GET /a b HTTP/1.1",
      "GET /#a HTTP/1.1",
      "GET /\x80 HTTP/1.1",
      "GET /\x7f HTTP/1.1",
      "G@T / HTTP/1.1",
      "G\xc4T / HTTP/1.1",
      "GET / http/1.1",
      "GET / HTTP/1",
      "GET / HTTP/11.1",
      "GET / HTTP/1.10",
      "GET / HTTP/ 1.1",
      "GET / HTTPS/1.1",
      "GET a HTTP/1.1",
      "GET example.org:80 HTTP/1.1",
      "GET * HTTP/1.1",
      "GET ftp://example.org/ HTTP/1.1",
      "GET http:///a HTTP/1.1",
      "GET http://me@example.org/ HTTP/1.1",
      "CONNECT / HTTP/1.1",
      "OPTIONS ** HTTP/1.1",
      "PRI * HTTP/2.0",
    ]
  ) {
    assertEquals(assertThrows(() => parseRequestLine(line), Refusal).status, 400, line);
  }
});

test("parseRequestLine() refuses other versions with 505", () => {
  for (const version of ["0.9", "1.2", "2.0", "3.0"]) {
    const refusal = assertThrows(() => parseRequestLine(`GET / HTTP/${version}`), Refusal);
    assertEquals(refusal.status, 505, version);
  }
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
