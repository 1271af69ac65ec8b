import { assertEquals } from "#assert";
import {
  asciiInto,
  is,
  isName,
  isText,
  latin1,
  latin1Into,
  methodOf,
  TARGET,
  TOKEN,
  VALUE,
} from "../../http/characters.ts";
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

test("latin1() and latin1Into() are each other's inverse, for every byte and any length", () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i % 256);
  const text = latin1(bytes);
  assertEquals([text.length, text.charCodeAt(128), text.charCodeAt(9999)], [10_000, 128, 15]);
  const into = new Uint8Array(10_003);
  assertEquals(latin1Into(text, into, 2), 10_000);
  assertEquals(into.subarray(2, 10_002), bytes);
});

test("latin1() takes no bytes for UTF-8", () => {
  for (const text of ["", "a", "\xe9", "\xc3\xa9", "\xef\xbb\xbfa", "\xef\xbf\xbd", "\x80\x80"]) {
    assertEquals(latin1(Uint8Array.from(text, (character) => character.charCodeAt(0))), text);
  }
});

test("asciiInto() writes ASCII alone", () => {
  const into = new Uint8Array(8);
  assertEquals([asciiInto("ab", into, 1), latin1(into.subarray(0, 4))], [true, "\0ab\0"]);
  for (const text of ["\xe9", "a\u20ac", "\ud800"]) assertEquals(asciiInto(text, into, 0), false);
});

test("isName() and isText() compare bytes; methodOf() knows the method", () => {
  const bytes = Uint8Array.from("(X-A_9)", (character) => character.charCodeAt(0));
  assertEquals(isName(bytes, 1, 6, "x-a_9"), true);
  for (const name of ["x-a_", "x-a_99", "x-b_9", "x\ra_9", "x-a\x7f9"]) {
    assertEquals(isName(bytes, 1, 6, name), false, name);
  }
  assertEquals([isText(bytes, 1, 4, "X-A"), isText(bytes, 1, 4, "x-a")], [true, false]);
  for (const method of ["GET", "POST", "HEAD", "get", "BREW", "HEAP"]) {
    const all = Uint8Array.from(` ${method} `, (character) => character.charCodeAt(0));
    assertEquals(methodOf(all, 1, 1 + method.length), method);
  }
});
