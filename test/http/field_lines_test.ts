import { assertEquals, assertThrows } from "#assert";
import { FieldLines, requireText } from "../../http/field_lines.ts";
import { test } from "../support/harness.ts";

function linesOf(...fields: [string, string][]): FieldLines {
  const lines = new FieldLines();
  for (const [name, value] of fields) lines.add(name, value);
  return lines;
}

test("FieldLines keeps fields as they are given, in their order", () => {
  const { lines } = linesOf(["X-A", "b"], ["set-cookie", "1"], ["set-cookie", "2"], [
    "__proto__",
    "\xe9",
  ]);
  assertEquals(lines, "X-A: b\r\nset-cookie: 1\r\nset-cookie: 2\r\n__proto__: \xe9\r\n");
});

test("FieldLines takes out what is the connection's to say", () => {
  const { lines, length, close, dated } = linesOf(
    ["Content-Length", "5"],
    ["content-length", "5"],
    ["Transfer-Encoding", "gzip"],
    ["Keep-Alive", "timeout=5"],
    ["Connection", "x, Close"],
    ["DATE", "now"],
  );
  assertEquals([lines, length, close, dated], ["DATE: now\r\n", 5, true, true]);
  assertEquals(linesOf(["connection", "keep-alive"]).close, false);
});

test("FieldLines refuses what would split the answer, and what is no length", () => {
  for (const value of ["a\r\nb: c", "a\nb", "a\rb", "a\0b", "\u0100", "\x7f", "\x1b[0m"]) {
    assertThrows(() => linesOf(["a", value]), TypeError, "Cannot answer: the value of a is");
    assertThrows(
      () => requireText("the statusText", value),
      TypeError,
      "Cannot answer: the statusText",
    );
  }
  for (const name of ["", "a b", "a:", "a\r\n", "\xe9", "\u0141", "(a)"]) {
    assertThrows(() => linesOf([name, "a"]), TypeError, "Cannot answer: the field name is");
  }
  for (const value of ["", "-1", "1.5", "1e3", "9007199254740992"]) {
    assertThrows(
      () => linesOf(["Content-Length", value]),
      TypeError,
      "Cannot answer: the Content-Length",
    );
  }
  assertThrows(() => linesOf(["Content-Length", "1"], ["Content-Length", "2"]), TypeError);
});

test("FieldLines names Upgrade as what is about the connection", () => {
  const { lines, close } = linesOf(["Upgrade", "h2c"], ["Connection", "Upgrade, close"]);
  assertEquals([lines, close], ["Connection: Upgrade\r\nUpgrade: h2c\r\n", true]);
  assertThrows(() => linesOf(["upgrade", "a\r\nb: c"]), TypeError);
});

test("FieldLines takes no object for text, whatever that says when it is asked", () => {
  let asked = 0;
  const text = () => asked++ % 2 === 0 ? "good" : "a\r\nb: c";
  const odd = { length: 1, charCodeAt: () => 0x61, toLowerCase: () => "a", replace: text };
  for (
    const value of [{ toString: text }, { ...odd, toString: text }, new String("good"), 5, ["a"]]
  ) {
    // No type allows it.
    const given = value as string;
    assertThrows(() => linesOf([given, "a"]), TypeError, "Cannot answer: the field name is");
    for (const name of ["a", "Connection", "Transfer-Encoding", "Upgrade"]) {
      assertThrows(() => linesOf([name, given]), TypeError, "Cannot answer: the value of");
    }
    assertThrows(() => linesOf(["content-length", given]), TypeError, "the Content-Length is");
    assertThrows(() => requireText("the statusText", given), TypeError, "the statusText is");
  }
});

test("FieldLines remembers names and values, and is fooled by none", () => {
  for (const value of ["a", "b", " a", "a"]) {
    assertEquals(linesOf(["X-Known", value]).lines, `X-Known: ${value.trim()}\r\n`);
  }
  assertThrows(() => linesOf(["X-Known", "a\r\nb: c"]), TypeError);
  assertEquals(linesOf(["X-Known", "a"]).lines, "X-Known: a\r\n");
  for (let i = 0; i < 1000; i++) assertEquals(linesOf([`x-${i}`, "a"]).lines, `x-${i}: a\r\n`);
  assertEquals(linesOf(["content-TYPE", "a/b"]).typed, true);
  assertEquals(linesOf(["x-type", "a/b"]).typed, false);
});

test("FieldLines refuses what is no text, whatever was sent before", () => {
  const add = (value: unknown) => linesOf(["X-Odd", value as string]).lines;
  for (const known of ["", "a"]) {
    assertEquals(add(known), `X-Odd: ${known}\r\n`);
    for (const value of [undefined, null, 5, {}, ["a"]]) {
      assertThrows(() => add(value), TypeError, "Cannot answer: the value of X-Odd is");
    }
  }
  assertThrows(() => linesOf(["X-New", undefined as unknown as string]), TypeError);
});
