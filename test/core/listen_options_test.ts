import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { NotSupported } from "../../core/errors.ts";
import { resolveListenOptions } from "../../core/listen_options.ts";
import type { ListenOptions } from "../../core/listener.ts";
import { test } from "../support/harness.ts";

test("resolveListenOptions() fills in the defaults", () => {
  assertEquals(resolveListenOptions({ port: 0 }), {
    port: 0,
    hostname: "127.0.0.1",
    backlog: undefined,
    reusePort: false,
    ipv6Only: false,
    noDelay: true,
    signal: undefined,
    maxPending: 1024,
    onAcceptError: undefined,
  });
});

test("resolveListenOptions() keeps what is given, and takes the brackets off an address", () => {
  const { signal } = new AbortController();
  const onAcceptError = () => undefined;
  const given = {
    port: 65_535,
    hostname: "::1",
    backlog: 1,
    reusePort: true,
    ipv6Only: true,
    noDelay: false,
    signal,
    maxPending: 1,
    onAcceptError,
  };
  const resolved = resolveListenOptions({ ...given, hostname: "[::1]" });
  assertEquals(Object.keys(resolved).sort(), Object.keys(given).sort());
  for (const key of Object.keys(given) as (keyof typeof given)[]) {
    assertStrictEquals(resolved[key], given[key], key);
  }
  assertEquals(resolveListenOptions({ port: 1, maxPending: Infinity }).maxPending, Infinity);
  assertEquals(
    resolveListenOptions({ port: 1, hostname: "fe80::1%eth0" }).hostname,
    "fe80::1%eth0",
  );
});

test("resolveListenOptions() says what is wrong, with the value", () => {
  const cases: [unknown, string, string][] = [
    [undefined, "TypeError", "Cannot listen: options must be an object, got undefined"],
    [7878, "TypeError", "Cannot listen: options must be an object, got 7878"],
    [{}, "TypeError", "Cannot listen: port must be an integer from 0 to 65535, got undefined"],
    [
      { port: "80" },
      "TypeError",
      'Cannot listen: port must be an integer from 0 to 65535, got "80"',
    ],
    [
      { port: 65_536 },
      "RangeError",
      "Cannot listen: port must be an integer from 0 to 65535, got 65536",
    ],
    [
      { port: 1, hostname: "[::1" },
      "TypeError",
      'Cannot listen: hostname must be an address or a host name, got "[::1"',
    ],
    [
      { port: 1, hostname: "a/b" },
      "TypeError",
      'Cannot listen: hostname must be an address or a host name, got "a/b"',
    ],
    [
      { port: 1, backlog: 65_536 },
      "RangeError",
      "Cannot listen: backlog must be an integer from 1 to 65535, got 65536",
    ],
    [{ port: 1, noDelay: 1 }, "TypeError", "Cannot listen: noDelay must be true or false, got 1"],
    [{ port: 1, signal: 1 }, "TypeError", "Cannot listen: signal must be an AbortSignal, got 1"],
    [
      { port: 1, onAcceptError: 1 },
      "TypeError",
      "Cannot listen: onAcceptError must be a function, got 1",
    ],
    [
      { port: 1, maxPending: -1 },
      "RangeError",
      "Cannot listen: maxPending must be an integer from 1 to 2147483648, got -1",
    ],
  ];
  for (const [options, name, message] of cases) {
    const error = assertThrows(() => resolveListenOptions(options as ListenOptions)) as Error;
    assertEquals([error.name, error.message], [name, message]);
  }
});

test("resolveListenOptions() refuses what no adapter can do yet", () => {
  assertThrows(
    () => resolveListenOptions({ port: 0, path: "/run/x" }),
    NotSupported,
    "the option path",
  );
  assertThrows(() => resolveListenOptions({ port: 0, tls: {} }), NotSupported, "the option tls");
});

test("resolveListenOptions() throws the reason of a signal that has aborted", () => {
  const reason = { why: "enough" };
  let thrown: unknown;
  try {
    resolveListenOptions({ port: 0, signal: AbortSignal.abort(reason) });
  } catch (error) {
    thrown = error;
  }
  assertStrictEquals(thrown, reason);
});
