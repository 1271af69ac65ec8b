import { assertEquals, assertThrows } from "#assert";
import { readReply, requireStatus } from "../../http/read_reply.ts";
import { test } from "../support/harness.ts";

test("readReply() takes fields in any form, and names the type of text that has none", () => {
  const type = "Content-Type: text/plain;charset=UTF-8\r\n";
  assertEquals(readReply({ body: "" }).lines, type);
  assertEquals(readReply({ body: new Uint8Array(1) }).lines, "");
  const pairs: [string, string][] = [["a", "1"], ["a", "2"]];
  for (const headers of [pairs, new Map([["a", "1, 2"]]), { a: "1, 2" }]) {
    const { lines } = readReply({ headers, body: "x" });
    assertEquals(lines.replaceAll("\r\na: ", ", "), `a: 1, 2\r\n${type}`);
  }
  assertEquals(
    readReply({ headers: { "CONTENT-type": "a/b" }, body: "x" }).lines,
    "CONTENT-type: a/b\r\n",
  );
});

test("requireStatus() takes 200 to 599", () => {
  for (const status of [200, 599]) requireStatus(status);
  for (const status of [199, 600, NaN, "200", undefined]) {
    assertThrows(() => requireStatus(status), RangeError);
  }
});
