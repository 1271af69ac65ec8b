import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import {
  alpnOf,
  callbackOf,
  flagOf,
  hostnameOf,
  integerOf,
  pathOf,
  pemOf,
  requireOptions,
} from "../../core/option_checks.ts";
import { test } from "../support/harness.ts";

/** The name and the message of what `check` throws. */
function refusal(check: () => unknown): string {
  const { name, message } = assertThrows(check) as Error;
  return `${name}: ${message}`;
}

test("requireOptions() takes any object", () => {
  requireOptions("do", {});
  for (const [value, text] of [[null, "null"], [1, "1"], [undefined, "undefined"]]) {
    assertEquals(
      refusal(() => requireOptions("do", value)),
      `TypeError: Cannot do: options must be an object, got ${text}`,
    );
  }
});

test("integerOf() takes both borders, and nothing outside, between or of another type", () => {
  for (const value of [-1, 0, 3]) assertEquals(integerOf("do", "n", value, -1, 3), value);
  const refused = (value: unknown) => refusal(() => integerOf("do", "n", value, -1, 3));
  for (const value of [-2, 4, 0.5, NaN, Infinity]) {
    const text = `RangeError: Cannot do: n must be an integer from -1 to 3, got ${value}`;
    assertEquals(refused(value), text);
  }
  for (const [value, text] of [["1", '"1"'], [null, "null"], [1n, "1n"], [true, "true"]]) {
    const expected = `TypeError: Cannot do: n must be an integer from -1 to 3, got ${text}`;
    assertEquals(refused(value), expected);
  }
});

test("flagOf() has a fallback for what is not given, and for nothing else", () => {
  assertEquals([flagOf("do", "f", undefined, true), flagOf("do", "f", undefined, false)], [
    true,
    false,
  ]);
  assertEquals([flagOf("do", "f", false, true), flagOf("do", "f", true, false)], [false, true]);
  for (const [value, text] of [[null, "null"], [0, "0"], ["true", '"true"']]) {
    const expected = `TypeError: Cannot do: f must be true or false, got ${text}`;
    assertEquals(refusal(() => flagOf("do", "f", value, true)), expected);
  }
});

test("callbackOf() takes a function or nothing", () => {
  const callback = () => undefined;
  assertStrictEquals(callbackOf("do", "f", callback), callback);
  assertEquals(callbackOf("do", "f", undefined), undefined);
  const expected = "TypeError: Cannot do: f must be a function, got null";
  assertEquals(refusal(() => callbackOf("do", "f", null)), expected);
});

test("hostnameOf() is this machine by default, and takes names and addresses", () => {
  assertEquals(hostnameOf("do", undefined), "127.0.0.1");
  for (const name of ["localhost", "a-b.example", "0.0.0.0", "::", "fe80::1%eth0", "müller.test"]) {
    assertEquals(hostnameOf("do", name), name);
  }
  assertEquals([hostnameOf("do", "[::1]"), hostnameOf("do", "[fe80::1%1]")], ["::1", "fe80::1%1"]);
});

test("hostnameOf() refuses what some runtimes would cut off or look up", () => {
  for (
    const name of ["", "a b", " a", "a\0", "a\n", "a\x7f", "[::1", "::1]", "[name]", "[]", "a/b"]
      .concat("*", "a@b", "a?b", "a#b", "a\\b", "a".repeat(256))
  ) {
    const text = `TypeError: Cannot do: hostname must be an address or a host name, got ${
      JSON.stringify(name)
    }`;
    assertEquals(refusal(() => hostnameOf("do", name)), text);
  }
  assertThrows(() => hostnameOf("do", null), TypeError, "got null");
});

test("pathOf() takes 107 bytes, and one NUL, in front", () => {
  for (const path of ["a", "/run/a b.sock", "\0a", "x".repeat(107), `\0${"x".repeat(106)}`]) {
    assertEquals(pathOf("do", path), path);
  }
  for (const path of ["", "\0", "a\0", "\0a\0", "\0\0"]) {
    const text = `TypeError: Cannot do: path must be the path of a socket, got ${
      JSON.stringify(path)
    }`;
    assertEquals(refusal(() => pathOf("do", path)), text);
  }
  const text = `RangeError: Cannot do: path must be of 107 bytes at most, got 108 bytes: "${
    "é".repeat(54)
  }"`;
  assertEquals(refusal(() => pathOf("do", "é".repeat(54))), text);
});

test("pemOf() takes text with a block in it, and never shows what it refuses", () => {
  const text = "a comment\n-----BEGIN CERTIFICATE-----\n";
  assertEquals(pemOf("do", "cert", text), text);
  const refused = (value: unknown) => refusal(() => pemOf("do", "key", value));
  const start = "TypeError: Cannot do: key must be PEM text, got ";
  assertEquals(refused("secret"), `${start}a string of 6 characters`);
  assertEquals(refused(""), `${start}a string of 0 characters`);
  assertEquals(refused(new Uint8Array(3)), `${start}an object (Uint8Array)`);
  assertEquals(refused(undefined), `${start}undefined`);
});

test("alpnOf() copies the names, each of 1 to 255 bytes", () => {
  assertEquals(alpnOf("do", undefined), undefined);
  const names = ["h2", "x".repeat(255)];
  const copy = alpnOf("do", names);
  names.pop();
  assertEquals(copy, ["h2", "x".repeat(255)]);
  const start = "TypeError: Cannot do: tls.alpn must ";
  assertEquals(
    refusal(() => alpnOf("do", [])),
    `${start}be a list of protocol names, got an array`,
  );
  assertEquals(refusal(() => alpnOf("do", "h2")), `${start}be a list of protocol names, got "h2"`);
  for (const [name, text] of [["", '""'], [2, "2"], ["é".repeat(128), `"${"é".repeat(128)}"`]]) {
    const expected = `${start}hold names of 1 to 255 bytes, got ${text}`;
    assertEquals(refusal(() => alpnOf("do", ["h2", name])), expected);
  }
  const gap = `${start}hold names of 1 to 255 bytes, got undefined`;
  assertEquals(refusal(() => alpnOf("do", Object.assign(["h2"], { length: 2 }))), gap);
});

test("alpnOf() takes no more names than fit into the list", () => {
  const names = (last: number): string[] => [
    ...Array.from({ length: 255 }, () => "x".repeat(255)),
    "y".repeat(last),
  ];
  assertEquals(alpnOf("do", names(252))?.length, 256);
  assertEquals(
    refusal(() => alpnOf("do", names(253))),
    "RangeError: Cannot do: tls.alpn must be of 65533 bytes at most, got 65534 bytes",
  );
});
