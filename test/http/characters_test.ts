import { assertEquals } from "#assert";
import { is, latin1, latin1Bytes, TARGET, TOKEN, VALUE } from "../../http/characters.ts";
import { test } from "../support/harness.ts";

/** The bytes of a kind, as Latin-1. */
function all(kind: number): string {
  return Array.from({ length: 256 }, (_, byte) => is(byte, kind) ? String.fromCharCode(byte) : "")
    .join("");
}

test("is() knows what a token, a target and a value are made of", () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  assertEquals(all(TOKEN), `!#$%&'*+-.0123456789${letters}^_\`${letters.toLowerCase()}|~`);
  const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join("");
  assertEquals(all(TARGET), visible.replace("#", ""));
  const high = Array.from({ length: 128 }, (_, i) => String.fromCharCode(0x80 + i)).join("");
  assertEquals(all(VALUE), `\t ${visible}${high}`);
});

test("latin1() and latin1Bytes() are each other's inverse, for every byte and any length", () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i % 256);
  const text = latin1(bytes);
  assertEquals([text.length, text.charCodeAt(128), text.charCodeAt(9999)], [10_000, 128, 15]);
  assertEquals(latin1Bytes(text), bytes);
  assertEquals(latin1(bytes.subarray(0, 128), true), latin1(bytes.subarray(0, 128)));
  assertEquals(latin1(latin1Bytes("a", Uint8Array.of(0xff), "b")), "a\u00ffb");
});
