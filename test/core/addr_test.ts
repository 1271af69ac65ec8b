import { assertEquals } from "#assert";
import { type Addr, formatAddr, isWildcard } from "../../core/addr.ts";
import { test } from "../support/harness.ts";

test("formatAddr() puts an IPv6 address into brackets, and nothing else", () => {
  assertEquals(formatAddr({ hostname: "127.0.0.1", port: 80 }), "127.0.0.1:80");
  assertEquals(formatAddr({ hostname: "localhost", port: 0 }), "localhost:0");
  assertEquals(formatAddr({ hostname: "::1", port: 7878 }), "[::1]:7878");
  const addr: Addr = { transport: "memory", hostname: "memory", port: 3 };
  assertEquals(formatAddr(addr), "memory:3");
});

test("formatAddr() names a unix socket by its path, an abstract one with @ for its NUL", () => {
  const unix = (path: string): Addr => ({ transport: "unix", path });
  assertEquals(formatAddr(unix("/run/app.sock")), "unix:/run/app.sock");
  assertEquals(formatAddr(unix("\0app")), "unix:@app");
  assertEquals(formatAddr({ path: "" }), "unix:");
});

test("isWildcard() knows the names of all addresses at once, and no other", () => {
  for (const all of ["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0", "::FFFF:0.0.0.0"]) {
    assertEquals(isWildcard(all), true, all);
  }
  for (
    const one of ["127.0.0.1", "::1", "10.0.0.0", "::ffff:127.0.0.1", "localhost", "fe80::", ""]
  ) {
    assertEquals(isWildcard(one), false, one);
  }
});
