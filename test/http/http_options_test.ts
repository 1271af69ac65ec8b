import { assertEquals, assertThrows } from "#assert";
import { type HttpOptions, resolveHttpOptions } from "../../http/http_options.ts";
import { test } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";

test("resolveHttpOptions() has a limit for everything when nothing is said", () => {
  const { limits, timeouts } = resolveHttpOptions("test", {});
  assertEquals(limits, {
    maxHeaderSize: 16_384,
    maxHeaderCount: 100,
    maxRequestLineSize: 8192,
    maxRequestBodySize: 134_217_728,
    maxChunkLineSize: 4096,
    maxChunkExtensionsSize: 16_384,
    maxTrailerSize: 16_384,
    maxUnreadBodySize: 262_144,
    maxRequestsPerConnection: 10_000,
    minBodyRate: 240,
  });
  assertEquals(timeouts, { headers: 15_000, receive: 30_000, send: 30_000, idle: 10_000 });
});

test("the time limits are what docs/http.md says", () => {
  const rows = textOf("docs/http.md").matchAll(/^\| `(\w+)` +\| ([0-9]+) s /gm);
  const told = Object.fromEntries([...rows].map(([, name, s]) => [name, 1000 * Number(s)]));
  assertEquals(told, { ...resolveHttpOptions("test", {}).timeouts });
});

test("the time limits are what HttpTimeouts says of each", () => {
  const comment = /Default ([0-9,]+)\. \*\/\n +readonly (\w+)\?: number/g;
  const rows = [...textOf("http/http_options.ts").matchAll(comment)];
  const told = rows.map(([, ms = "", name]) => [name, Number(ms.replace(",", ""))]);
  assertEquals(Object.fromEntries(told), { ...resolveHttpOptions("test", {}).timeouts });
});

test("resolveHttpOptions() takes each limit by its name; Infinity turns one off", () => {
  const { limits, timeouts } = resolveHttpOptions("test", {
    limits: { maxHeaderSize: 5, maxHeaderCount: Infinity, maxTrailerSize: undefined },
    timeouts: { idle: 0.5, send: Infinity },
  });
  const { maxHeaderSize, maxHeaderCount, maxTrailerSize } = limits;
  assertEquals([maxHeaderSize, maxHeaderCount, maxTrailerSize], [5, Infinity, 16_384]);
  assertEquals(timeouts, { headers: 15_000, receive: 30_000, send: Infinity, idle: 0.5 });
});

test("resolveHttpOptions() refuses what makes no sense, with the value, for each limit", () => {
  const { limits, timeouts } = resolveHttpOptions("test", {});
  const refused = (group: string, name: string, value: unknown) => {
    const options = { [group]: { [name]: value } } as HttpOptions;
    const error = assertThrows(() => resolveHttpOptions("test", options), RangeError);
    assertEquals(error.message.startsWith(`Cannot test: ${group}.${name} must be`), true);
    assertEquals(error.message.includes(String(value)), true);
  };
  for (const name of Object.keys(limits)) {
    for (const value of [0, -1, NaN, 1.5, "1", null, -Infinity]) refused("limits", name, value);
  }
  for (const name of Object.keys(timeouts)) {
    for (const value of [0, -1, NaN, 2 ** 31, "1", -Infinity]) refused("timeouts", name, value);
  }
  const wrong = [null, { limits: 1 }, { timeouts: null }, { scheme: "ftp" }, { signal: {} }];
  for (const options of [...wrong, { onRequestError: 1 }, { adoptGlobals: 1 }]) {
    assertThrows(() => resolveHttpOptions("test", options as HttpOptions), TypeError);
  }
});
