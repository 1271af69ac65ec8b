import { assert, assertEquals, assertThrows } from "#assert";
import { between, lengthIn, listOf, requireChunked } from "../../http/framing.ts";
import { Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";

test("lengthIn() reads digits alone, up to 2^53", () => {
  const read = (value: string) => lengthIn(bytes(`:${value};`), 1, 1 + value.length);
  assertEquals(["0", "7", "007", "9007199254740991"].map(read), [0, 7, 7, Number.MAX_SAFE_INTEGER]);
  for (const value of ["", " 1", "1 ", "+1", "1a", "a1", "9007199254740992", "0".repeat(21)]) {
    assertEquals(assertThrows(() => read(value), Refusal).status, 400, value);
  }
});

test("requireChunked() wants chunked alone: 501 for more, 400 when it is not last", () => {
  requireChunked("Chunked");
  assertEquals(assertThrows(() => requireChunked("gzip, chunked"), Refusal).status, 501);
  for (const codings of ["", "gzip", "chunked,gzip", "chunked,chunked", "\xa0chunked"]) {
    assertEquals(assertThrows(() => requireChunked(codings), Refusal).status, 400, codings);
  }
});

test("listOf() takes a list apart; only space and HTAB are white space", () => {
  assertEquals(listOf(" A ,\tb\t,,\xa0c"), ["a", "b", "", "\xa0c"]);
  assertEquals(listOf(""), [""]);
  assertEquals(listOf(" \t , a\t b \t"), ["", "a\t b"]);
  // What looks at each of them from each of them takes half a minute.
  const long = `a${" \t".repeat(100_000)}b`;
  const began = performance.now();
  assertEquals(listOf(`${long}, c`), [long, "c"]);
  assert(performance.now() - began < 5000, "it takes too long");
});

test("between() tells what joins values: a semicolon for cookies, else a comma", () => {
  assertEquals(["cookie", "accept", "set-cookie", "cookie2"].map(between), [
    "; ",
    ", ",
    ", ",
    ", ",
  ]);
});
