import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { type ConnectOptions, resolveConnectOptions } from "../../core/connect_options.ts";
import { DEFAULT_TIMEOUTS } from "../../core/timeouts.ts";
import { test } from "../support/harness.ts";

const CERT = "-----BEGIN CERTIFICATE-----";
const KEY = "-----BEGIN PRIVATE KEY-----";

const DEFAULTS = {
  signal: undefined,
  timeout: Infinity,
  tls: undefined,
  timeouts: DEFAULT_TIMEOUTS,
};

test("resolveConnectOptions() fills in the defaults of TCP", () => {
  const expected = { ...DEFAULTS, port: 80, hostname: "127.0.0.1", noDelay: true };
  assertEquals(resolveConnectOptions({ port: 80 }), expected);
});

test("resolveConnectOptions() fills in the defaults of a unix socket", () => {
  assertEquals(resolveConnectOptions({ path: "\0app" }), { ...DEFAULTS, path: "\0app" });
});

test("resolveConnectOptions() keeps what is given", () => {
  const { signal } = new AbortController();
  const common = { signal, timeout: 0.5 };
  const tcp = { ...common, port: 65_535, hostname: "example.test", noDelay: false };
  for (const given of [tcp, { ...common, path: "/run/app.sock" }]) {
    const resolved: Record<string, unknown> = { ...resolveConnectOptions(given) };
    for (const [name, value] of Object.entries(given)) {
      assertStrictEquals(resolved[name], value, name);
    }
  }
  const timeouts = { idle: 1, receive: 2, send: 3, handshake: 4 };
  assertEquals(resolveConnectOptions({ port: 1, timeouts }).timeouts, timeouts);
});

test("resolveConnectOptions() takes the brackets off an address", () => {
  const resolved = resolveConnectOptions({ port: 1, hostname: "[::1]", tls: true });
  assertEquals(resolved.path === undefined ? resolved.hostname : "", "::1");
  assertEquals(resolved.tls?.sni, "::1");
});

test("resolveConnectOptions() takes true for TLS without options, and false for plain", () => {
  const tls = { ca: undefined, sni: "127.0.0.1", alpn: undefined, certificate: undefined };
  assertEquals(resolveConnectOptions({ port: 1, tls: true }).tls, tls);
  assertEquals(resolveConnectOptions({ port: 1, tls: {} }).tls, tls);
  assertEquals(resolveConnectOptions({ path: "a", tls: true }).tls, { ...tls, sni: undefined });
  assertEquals(resolveConnectOptions({ port: 1, tls: false }).tls, undefined);
});

test("resolveConnectOptions() keeps what is given of TLS", () => {
  const given = { ca: CERT, sni: "a-b.example_1.test", alpn: ["h2"], cert: CERT, key: KEY };
  assertEquals(resolveConnectOptions({ port: 1, tls: given }).tls, {
    ca: CERT,
    sni: given.sni,
    alpn: ["h2"],
    certificate: { cert: CERT, key: KEY },
  });
  assertEquals(resolveConnectOptions({ path: "a", tls: { sni: "b" } }).tls?.sni, "b");
});

test("resolveConnectOptions() says what is wrong, with the value", () => {
  const cases: [unknown, string, string][] = [
    [undefined, "TypeError", "options must be an object, got undefined"],
    ["localhost:80", "TypeError", 'options must be an object, got "localhost:80"'],
    [{}, "TypeError", "port must be an integer from 1 to 65535, got undefined"],
    [{ port: 0 }, "RangeError", "port must be an integer from 1 to 65535, got 0"],
    [{ port: 65_536 }, "RangeError", "port must be an integer from 1 to 65535, got 65536"],
    [{ port: "80" }, "TypeError", 'port must be an integer from 1 to 65535, got "80"'],
    [
      { port: 1, hostname: "a b" },
      "TypeError",
      'hostname must be an address or a host name, got "a b"',
    ],
    [{ port: 1, noDelay: "" }, "TypeError", 'noDelay must be true or false, got ""'],
    [{ port: 1, signal: {} }, "TypeError", "signal must be an AbortSignal, got an object (Object)"],
    ...[0, -1, NaN, 2 ** 31, "1"].map((timeout): [unknown, string, string] => [
      { port: 1, timeout },
      "RangeError",
      `timeout must be a positive number of at most 2147483647, or Infinity, got ${
        JSON.stringify(timeout) === "null" ? "NaN" : JSON.stringify(timeout)
      }`,
    ]),
    [{ port: 1, timeouts: null }, "TypeError", "timeouts must be an object, got null"],
    [{ port: 1, tls: null }, "TypeError", "tls must be an object or true, got null"],
    [{ port: 1, tls: 1 }, "TypeError", "tls must be an object or true, got 1"],
    [
      { port: 1, tls: { ca: "ca.crt" } },
      "TypeError",
      "tls.ca must be PEM text, got a string of 6 characters",
    ],
    [
      { port: 1, tls: { sni: "a b" } },
      "TypeError",
      'tls.sni must be a host name, got "a b"',
    ],
    [{ port: 1, tls: { sni: "" } }, "TypeError", 'tls.sni must be a host name, got ""'],
    [{ port: 1, tls: { cert: CERT } }, "TypeError", "tls.key must be PEM text, got undefined"],
    [{ port: 1, tls: { key: KEY } }, "TypeError", "tls.cert must be PEM text, got undefined"],
    [
      { port: 1, tls: { alpn: "h2" } },
      "TypeError",
      'tls.alpn must be a list of protocol names, got "h2"',
    ],
    [{ path: "" }, "TypeError", 'path must be the path of a socket, got ""'],
    ...["port", "hostname", "noDelay"].map((name): [unknown, string, string] => [
      { path: "a", [name]: 0 },
      "TypeError",
      `${name} must be left out with a path, got 0`,
    ]),
  ];
  for (const [options, name, reason] of cases) {
    const error = assertThrows(() => resolveConnectOptions(options as ConnectOptions)) as Error;
    assertEquals([error.name, error.message], [name, `Cannot connect: ${reason}`]);
  }
});

test("resolveConnectOptions() never shows a key", () => {
  const tls = { cert: CERT, key: "BEGIN of a secret" };
  const error = assertThrows(() => resolveConnectOptions({ port: 1, tls })) as Error;
  assertEquals(
    error.message,
    "Cannot connect: tls.key must be PEM text, got a string of 17 characters",
  );
});

test("resolveConnectOptions() throws the reason of a signal that has aborted, when all else is right", () => {
  const reason = { why: "enough" };
  const signal = AbortSignal.abort(reason);
  let thrown: unknown;
  try {
    resolveConnectOptions({ port: 1, signal });
  } catch (error) {
    thrown = error;
  }
  assertStrictEquals(thrown, reason);
  assertThrows(() => resolveConnectOptions({ port: 0, signal }), RangeError, "port must be");
});
