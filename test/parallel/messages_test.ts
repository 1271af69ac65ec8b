/** What callers and workers tell each other, on its way. */

import { assert, assertEquals } from "#assert";
import { Buffer } from "node:buffer";
import { pack, packError, unpack, unpackError } from "../../parallel/messages.ts";
import { NetworkError } from "../../core/errors.ts";
import { test } from "../support/harness.ts";

test("unpack() gives what pack() was given, through JSON", () => {
  const values: unknown[] = [
    undefined,
    null,
    Infinity,
    10n,
    "text \u{1f980} \ud800",
    new Map([[1, new Set(["a"])]]),
    new Date(5),
    { bytes: new Uint8Array([1, 2, 3]), numbers: new Float64Array([1.5, -0]) },
    Array.from({ length: 300 }, (_, at) => new Uint8Array([at, at + 1])),
    new Uint8Array(100_000).map((_, at) => at * 7),
  ];
  for (const value of values) {
    // Some bytes of a pool are in use, and so the next ones do not begin at its beginning.
    Buffer.from("YWJj", "base64");
    assertEquals(unpack(JSON.parse(JSON.stringify(pack(value)))), value);
  }
});

test("pack() throws what cannot be cloned", () => {
  for (const value of [() => undefined, { inside: Symbol("a") }]) {
    let thrown: unknown;
    try {
      pack(value);
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof Error, String(thrown));
  }
});

test("an error that was sent has its name, message, code and stack", () => {
  for (
    const error of [
      new RangeError("too far"),
      new NetworkError("Cannot read: gone", { code: "ECONNRESET" }),
      Object.assign(new Error("numbered"), { code: 5 }),
    ]
  ) {
    const { code } = error as { code?: unknown };
    const there = unpackError(JSON.parse(JSON.stringify(packError(error))));
    assert(there instanceof Error, "it is no error");
    assertEquals([there.name, there.message, there.stack], [
      error.name,
      error.message,
      error.stack,
    ]);
    assertEquals(
      "code" in there ? there.code : undefined,
      typeof code === "string" ? code : undefined,
    );
  }
});

test("packError() takes whatever was thrown", () => {
  const hostile = {
    toString(): string {
      throw new Error("not even that");
    },
  };
  const dead = new Error("dead");
  Object.defineProperty(dead, "message", {
    get(): string {
      throw new Error("nor that");
    },
  });
  const messages = [5, undefined, null, "text", hostile, dead, Object.create(null)].map((thrown) =>
    unpackError(packError(thrown)).message
  );
  const unknown = "something was thrown that cannot be looked at";
  assertEquals(messages, ["5", "undefined", "null", "text", unknown, unknown, unknown]);
});
