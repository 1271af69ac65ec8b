import { assertEquals } from "#assert";
import type { FieldLine } from "../../http/message.ts";
import { headersOf } from "../../http/request_headers.ts";
import { test } from "../support/harness.ts";
import { messageOf } from "./decoding.ts";

/** Asked for one, and in a list: the same, in the order of the names. */
function read(...fields: FieldLine[]): string[] {
  const headers = headersOf(fields);
  const listed = [...headers].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  for (const [name, value] of listed) {
    if (name !== "set-cookie") assertEquals(headers.get(name), value);
  }
  let told = 0;
  headers.forEach(() => told++);
  assertEquals(told, listed.length);
  return listed.map(([name, value]) => `${name}=${value}`);
}

test("headersOf() joins the values of a name, cookies as cookies, but no set-cookie", () => {
  assertEquals(read(["A", "b"], ["Host", "c"], ["a", "d, e"]), ["a=b, d, e", "host=c"]);
  assertEquals(read(["Cookie", "a=1; b=2"], ["cookie", "c=3"], ["COOKIE", "d"], ["Accept", "x"]), [
    "accept=x",
    "cookie=a=1; b=2; c=3; d",
  ]);
  assertEquals(read(["Set-Cookie", "a"], ["set-cookie", ""], ["Set-Cookie", "c"]), [
    "set-cookie=a",
    "set-cookie=",
    "set-cookie=c",
  ]);
});

test("headersOf() keeps empty values", () => {
  assertEquals(read(["a", ""], ["b", "c"]), ["a=", "b=c"]);
  assertEquals(read(["a", "x"], ["a", ""], ["a", "y"], ["b", ""]), ["a=x, , y", "b="]);
  assertEquals(read(["Cookie", ""], ["Cookie", "a"]), ["cookie=; a"]);
});

test("headersOf() takes every byte and every name as data", () => {
  assertEquals(read(["X", "\xe4\xff\xc3\xa4"], ["__proto__", "a"], ["constructor", "b"]), [
    "__proto__=a",
    "constructor=b",
    "x=\xe4\xff\xc3\xa4",
  ]);
  assertEquals(read(["toString", "c"], ["!#$%&'*+-.^_`|~", "d"]), [
    "!#$%&'*+-.^_`|~=d",
    "tostring=c",
  ]);
});

test("headersOf() says what HttpInfo.header() says of every field", () => {
  const fields = ["A: a", "Cookie: a", "a:", "A: b", "cookie: c; d", "Cookie: e", "E:", "F: \xff"];
  const message = messageOf(`GET / HTTP/1.1\r\nHost: h\r\n${fields.join("\r\n")}\r\n\r\n`);
  for (const [name, value] of headersOf(message.fields)) assertEquals(message.field(name), value);
});
