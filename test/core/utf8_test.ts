import { assertEquals, assertThrows } from "#assert";
import { NetworkError } from "../../core/errors.ts";
import { decodeUtf8 } from "../../core/utf8.ts";
import { test } from "../support/harness.ts";
import { bytes } from "../support/readers.ts";

const BAD = Uint8Array.of(0x61, 0xff, 0x62);

test("decodeUtf8() gives the text, a byte order mark included", () => {
  for (const fatal of [true, false]) {
    for (const text of ["", "a", "ü€😀", "\uFEFFa", "\0"]) {
      assertEquals(decodeUtf8("read", bytes(text), fatal), text);
    }
  }
});

test("decodeUtf8() refuses what is no UTF-8, or replaces it; the next call is not disturbed", () => {
  const error = assertThrows(() => decodeUtf8("read it", BAD, true), NetworkError);
  assertEquals([error.code, error.cause instanceof TypeError], ["EILSEQ", true]);
  assertEquals(error.message, "Cannot read it: its 3 bytes are not UTF-8 (EILSEQ)");
  assertEquals(decodeUtf8("read", BAD, false), "a\uFFFDb");
  assertEquals(decodeUtf8("read", bytes("ü"), true), "ü");
});
