import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { type ProxyProtocolOptions, resolveProxyProtocol } from "../../core/proxy_protocol.ts";
import { test } from "../support/harness.ts";

const tcp = (hostname: string) => ({ transport: "tcp", hostname, port: 1 }) as const;

test("resolveProxyProtocol() fills in the defaults, and keeps what is given", () => {
  assertStrictEquals(resolveProxyProtocol("listen", undefined), undefined);
  const plain = resolveProxyProtocol("listen", { trust: ["::1"] });
  assertEquals([plain?.timeout, plain?.maxHeaderSize], [5_000, 4_096]);
  const given = { trust: ["::1"], timeout: Infinity, maxHeaderSize: 232 };
  const kept = resolveProxyProtocol("listen", given);
  assertEquals([kept?.timeout, kept?.maxHeaderSize], [Infinity, 232]);
});

test("resolveProxyProtocol() trusts whom the list names, and nobody else", () => {
  const some = resolveProxyProtocol("listen", { trust: ["127.0.0.1", "10.0.0.0/8", "fe80::/10"] });
  for (const address of ["127.0.0.1", "::ffff:127.0.0.1", "10.9.8.7", "fe80::1%eth0"]) {
    assertEquals(some?.trusts(tcp(address)), true, address);
  }
  for (const address of ["127.0.0.2", "11.0.0.1", "::1", "", "localhost"]) {
    assertEquals(some?.trusts(tcp(address)), false, address);
  }
  assertEquals(some?.trusts({ transport: "unix", path: "" }), false);
  const unix = resolveProxyProtocol("listen", { trust: ["unix"] });
  assertEquals(unix?.trusts({ transport: "unix", path: "" }), true);
  assertEquals(unix?.trusts(tcp("127.0.0.1")), false);
  assertEquals(unix?.trusts({ transport: "memory", hostname: "memory", port: 1 }), false);
});

test("resolveProxyProtocol() says what is wrong, with the value", () => {
  const list = "proxyProtocol.trust must be a list of addresses";
  const entry = 'proxyProtocol.trust must hold addresses, networks and "unix"';
  const cases: [unknown, string, string][] = [
    [true, "TypeError", "proxyProtocol must be an object, got true"],
    [null, "TypeError", "proxyProtocol must be an object, got null"],
    [{}, "TypeError", `${list}, got undefined`],
    [{ trust: [] }, "TypeError", `${list}, got an array`],
    [{ trust: "::1" }, "TypeError", `${list}, got "::1"`],
    [{ trust: ["::1", "localhost"] }, "TypeError", `${entry}, got "localhost"`],
    [{ trust: [1] }, "TypeError", `${entry}, got 1`],
    [
      { trust: ["::1"], timeout: 0 },
      "RangeError",
      "proxyProtocol.timeout must be a positive number of at most 2147483647, or Infinity, got 0",
    ],
    [
      { trust: ["::1"], maxHeaderSize: 231 },
      "RangeError",
      "proxyProtocol.maxHeaderSize must be an integer from 232 to 65551, got 231",
    ],
  ];
  for (const [options, name, reason] of cases) {
    const error = assertThrows(() => {
      resolveProxyProtocol("listen", options as ProxyProtocolOptions);
    }) as Error;
    assertEquals([error.name, error.message], [name, `Cannot listen: ${reason}`]);
  }
});
