import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { resolveCertificate, resolveListenOptions } from "../../core/listen_options.ts";
import type { ListenOptions } from "../../core/listener.ts";
import { DEFAULT_TIMEOUTS } from "../../core/timeouts.ts";
import { test } from "../support/harness.ts";

const CERT = "-----BEGIN CERTIFICATE-----";
const KEY = "-----BEGIN PRIVATE KEY-----";

const DEFAULTS = {
  backlog: undefined,
  signal: undefined,
  maxPending: 1024,
  maxConnections: undefined,
  onAcceptError: undefined,
  tls: undefined,
  timeouts: DEFAULT_TIMEOUTS,
  proxyProtocol: undefined,
};

test("resolveListenOptions() fills in the defaults of a TCP listener", () => {
  assertEquals(resolveListenOptions({ port: 0 }), {
    ...DEFAULTS,
    fd: undefined,
    port: 0,
    hostname: "127.0.0.1",
    reusePort: false,
    ipv6Only: false,
    noDelay: true,
  });
});

test("resolveListenOptions() fills in the defaults of a unix listener", () => {
  const path = "/run/app.sock";
  assertEquals(resolveListenOptions({ path }), { ...DEFAULTS, path, mode: undefined });
});

test("resolveListenOptions() keeps what is given", () => {
  const { signal } = new AbortController();
  const onAcceptError = () => undefined;
  const common = { backlog: 1, signal, maxPending: 1, maxConnections: 2, onAcceptError };
  const tcp = { ...common, port: 65_535, hostname: "::1", reusePort: true, ipv6Only: true };
  const unix = { ...common, path: "\0abstract" };
  for (const given of [{ ...tcp, noDelay: false }, unix, { ...unix, path: "a", mode: 0o600 }]) {
    const resolved: Record<string, unknown> = { ...resolveListenOptions(given) };
    for (const [name, value] of Object.entries(given)) {
      assertStrictEquals(resolved[name], value, name);
    }
  }
});

test("resolveListenOptions() takes the brackets off an address, and leaves a zone", () => {
  for (
    const [given, expected] of [["[::1]", "::1"], ["::1", "::1"], ["fe80::1%eth0", "fe80::1%eth0"]]
  ) {
    const resolved = resolveListenOptions({ port: 1, hostname: given });
    assertEquals(resolved.path === undefined ? resolved.hostname : "", expected);
  }
});

test("resolveListenOptions() takes Infinity for no limit", () => {
  const resolved = resolveListenOptions({
    port: 1,
    maxPending: Infinity,
    maxConnections: Infinity,
    timeouts: { handshake: Infinity, idle: 1.5 },
  });
  assertEquals([resolved.maxPending, resolved.maxConnections], [Infinity, Infinity]);
  assertEquals(resolved.timeouts, { ...DEFAULT_TIMEOUTS, handshake: Infinity, idle: 1.5 });
});

test("resolveListenOptions() fills in the defaults of TLS", () => {
  const plain = { cert: CERT, key: KEY };
  assertEquals(resolveListenOptions({ port: 0, tls: plain }).tls, {
    ...plain,
    alpn: undefined,
    ca: undefined,
    requestCert: false,
  });
  const full = { ...plain, alpn: ["h2", "http/1.1"], ca: CERT, requestCert: true };
  assertEquals(resolveListenOptions({ path: "a", tls: full }).tls, full);
});

const FILE_TEXT = "cert.pem";
const LONG_PATH = `/${"é".repeat(54)}`;

test("resolveListenOptions() says what is wrong, with the value", () => {
  const cases: [unknown, string, string][] = [
    [undefined, "TypeError", "options must be an object, got undefined"],
    [null, "TypeError", "options must be an object, got null"],
    [7878, "TypeError", "options must be an object, got 7878"],
    [{}, "TypeError", "port must be an integer from 0 to 65535, got undefined"],
    [{ port: "80" }, "TypeError", 'port must be an integer from 0 to 65535, got "80"'],
    [{ port: 65_536 }, "RangeError", "port must be an integer from 0 to 65535, got 65536"],
    [{ port: -1 }, "RangeError", "port must be an integer from 0 to 65535, got -1"],
    [
      { port: 1, hostname: "[::1" },
      "TypeError",
      'hostname must be an address or a host name, got "[::1"',
    ],
    [
      { port: 1, hostname: "a/b" },
      "TypeError",
      'hostname must be an address or a host name, got "a/b"',
    ],
    [
      { port: 1, backlog: 65_536 },
      "RangeError",
      "backlog must be an integer from 1 to 65535, got 65536",
    ],
    [{ port: 1, reusePort: 0 }, "TypeError", "reusePort must be true or false, got 0"],
    [{ port: 1, ipv6Only: null }, "TypeError", "ipv6Only must be true or false, got null"],
    [{ port: 1, noDelay: 1 }, "TypeError", "noDelay must be true or false, got 1"],
    [{ port: 1, signal: 1 }, "TypeError", "signal must be an AbortSignal, got 1"],
    [{ port: 1, onAcceptError: 1 }, "TypeError", "onAcceptError must be a function, got 1"],
    [
      { port: 1, maxPending: -1 },
      "RangeError",
      "maxPending must be an integer from 1 to 2147483648, got -1",
    ],
    [
      { port: 1, maxConnections: 1.5 },
      "RangeError",
      "maxConnections must be an integer from 1 to 2147483648, got 1.5",
    ],
    [
      { port: 1, maxConnections: "9" },
      "TypeError",
      'maxConnections must be an integer from 1 to 2147483648, got "9"',
    ],
    [{ port: 1, timeouts: 1 }, "TypeError", "timeouts must be an object, got 1"],
    [
      { port: 1, timeouts: { send: 0 } },
      "RangeError",
      "timeouts.send must be a positive number of at most 2147483647, or Infinity, got 0",
    ],
    [{ port: 1, tls: null }, "TypeError", "tls must be an object, got null"],
    [{ port: 1, tls: true }, "TypeError", "tls must be an object, got true"],
    [{ port: 1, tls: {} }, "TypeError", "tls.cert must be PEM text, got undefined"],
    [
      { port: 1, tls: { cert: FILE_TEXT } },
      "TypeError",
      "tls.cert must be PEM text, got a string of 8 characters",
    ],
    [{ port: 1, tls: { cert: CERT } }, "TypeError", "tls.key must be PEM text, got undefined"],
    [
      { port: 1, tls: { cert: CERT, key: KEY, ca: 1 } },
      "TypeError",
      "tls.ca must be PEM text, got 1",
    ],
    [
      { port: 1, tls: { cert: CERT, key: KEY, alpn: [] } },
      "TypeError",
      "tls.alpn must be a list of protocol names, got an array",
    ],
    [
      { port: 1, tls: { cert: CERT, key: KEY, alpn: ["h2", ""] } },
      "TypeError",
      'tls.alpn must hold names of 1 to 255 bytes, got ""',
    ],
    [
      { port: 1, tls: { cert: CERT, key: KEY, requestCert: "yes" } },
      "TypeError",
      'tls.requestCert must be true or false, got "yes"',
    ],
    [{ path: "" }, "TypeError", 'path must be the path of a socket, got ""'],
    [{ path: null }, "TypeError", "path must be the path of a socket, got null"],
    [{ path: "a\0b" }, "TypeError", 'path must be the path of a socket, got "a\\u0000b"'],
    [
      { path: LONG_PATH },
      "RangeError",
      `path must be of 107 bytes at most, got 109 bytes: "${LONG_PATH}"`,
    ],
    [{ fd: "3" }, "TypeError", 'fd must be an integer from 0 to 2147483647, got "3"'],
    [{ fd: -1 }, "RangeError", "fd must be an integer from 0 to 2147483647, got -1"],
    ...["port", "hostname", "reusePort", "ipv6Only"].map(
      (name): [unknown, string, string] => [
        { fd: 3, [name]: false },
        "TypeError",
        `${name} must be left out with a descriptor, got false`,
      ],
    ),
    ...["port", "hostname", "reusePort", "ipv6Only", "noDelay", "fd"].map(
      (name): [unknown, string, string] => [
        { path: "a", [name]: false },
        "TypeError",
        `${name} must be left out with a path, got false`,
      ],
    ),
    [{ path: "a", mode: 0o1000 }, "RangeError", "mode must be an integer from 0 to 511, got 512"],
    [{ path: "a", mode: "600" }, "TypeError", 'mode must be an integer from 0 to 511, got "600"'],
    [{ path: "\0a", mode: 0 }, "TypeError", "mode must be left out without a file, got 0"],
  ];
  for (const [options, name, reason] of cases) {
    const error = assertThrows(() => resolveListenOptions(options as ListenOptions)) as Error;
    assertEquals([error.name, error.message], [name, `Cannot listen: ${reason}`]);
  }
});

test("resolveListenOptions() never shows a key", () => {
  const secret = "BEGIN of a secret";
  for (const tls of [{ cert: CERT, key: secret }, { cert: secret, key: KEY }]) {
    const error = assertThrows(() => resolveListenOptions({ port: 0, tls })) as Error;
    assertEquals([error.message.includes("secret"), error.message.includes("17")], [false, true]);
  }
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

test("resolveListenOptions() tells of a wrong option rather than of the signal", () => {
  const signal = AbortSignal.abort("enough");
  assertThrows(() => resolveListenOptions({ port: -1, signal }), RangeError, "port must be");
});

test("resolveCertificate() takes a certificate with its key, and names what is done with it", () => {
  const certificate = { cert: CERT, key: KEY };
  assertEquals(resolveCertificate("set the certificate", { ...certificate }), certificate);
  const cases: [unknown, string][] = [
    [undefined, "options must be an object, got undefined"],
    [{ key: KEY }, "tls.cert must be PEM text, got undefined"],
    [{ cert: CERT, key: 7 }, "tls.key must be PEM text, got 7"],
  ];
  for (const [given, reason] of cases) {
    const resolve = () => resolveCertificate("set the certificate", given as typeof certificate);
    const error = assertThrows(resolve, TypeError);
    assertEquals(error.message, `Cannot set the certificate: ${reason}`);
  }
});
