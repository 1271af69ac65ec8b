import { assertEquals, assertThrows } from "#assert";
import { Refusal } from "../../http/refusal.ts";
import { checkHost, parseField } from "../../http/request_fields.ts";
import { parseRequestLine } from "../../http/request_line.ts";
import { test } from "../support/harness.ts";

test("parseField() gives the name in lower case and the value without white space around it", () => {
  assertEquals([...parseField("Host:example.org")], ["host", "example.org"]);
  assertEquals([...parseField("X-A: \t a \t b \t ")], ["x-a", "a \t b"]);
  assertEquals([...parseField("__proto__:")], ["__proto__", ""]);
  assertEquals([...parseField("x: \xff:")], ["x", "\xff:"]);
});

test("parseField() refuses folding, spaces before the colon and names that are no token", () => {
  for (
    const line of [
      "",
      "a",
      ":",
      ": a",
      " a: b",
      "\ta: b",
      "a : b",
      "a\t: b",
      "a b: c",
      "a(: b",
      "\xe4: b",
    ]
  ) {
    assertEquals(assertThrows(() => parseField(line), Refusal).status, 400, line);
  }
});

/** What a request with `line` and these Host fields is answered; 200 when it is not refused. */
function statusOf(line: string, ...hosts: string[]): number {
  const fields = [["accept", "*/*"], ...hosts.map((host) => ["host", host])] as [string, string][];
  try {
    checkHost(parseRequestLine(line), fields);
    return 200;
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

test("checkHost() wants one Host field that fits the target", () => {
  assertEquals(statusOf("GET / HTTP/1.1"), 400, "none");
  assertEquals(statusOf("GET / HTTP/1.0"), 200, "none, in HTTP/1.0");
  assertEquals(statusOf("GET / HTTP/1.1", "a"), 200, "one");
  assertEquals(statusOf("GET / HTTP/1.1", ""), 200, "an empty one");
  assertEquals(statusOf("GET / HTTP/1.1", "a", "a"), 400, "two");
  assertEquals(statusOf("GET / HTTP/1.0", "a", "b"), 400, "two, in HTTP/1.0");
  assertEquals(statusOf("GET / HTTP/1.1", "a/b"), 400, "malformed");
  assertEquals(statusOf("GET http://A:80/ HTTP/1.1", "a:80"), 200, "the same as the target's");
  assertEquals(statusOf("GET http://a/ HTTP/1.1", "b"), 400, "another than the target's");
  assertEquals(statusOf("GET http://a/ HTTP/1.1"), 400, "only the target's");
});
