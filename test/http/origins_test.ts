import { assertEquals, assertThrows } from "#assert";
import { Origins } from "../../http/origins.ts";
import { Refusal } from "../../http/refusal.ts";
import { test, type TestContext } from "../support/harness.ts";
import { messageOf } from "./decoding.ts";

const HERE = {
  alpn: undefined,
  localAddr: { transport: "tcp", hostname: "::1", port: 80 },
} as const;

function message(host: string, target = "/") {
  return messageOf(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
}

test("Origins.of() tells where a request goes to, whatever was asked before", () => {
  const origins = new Origins(undefined);
  for (let round = 0; round < 2; round++) {
    assertEquals(origins.of(message("a"), HERE), "http://a");
    assertEquals(origins.of(message("A:80"), HERE), "http://a");
    assertEquals(origins.of(message("b:81"), HERE), "http://b:81");
    assertEquals(origins.of(message("a"), { ...HERE, alpn: "http/1.1" }), "https://a");
    assertEquals(origins.of(message("a"), HERE), "http://a");
    assertEquals(origins.of(message("b", "http://B:80/c"), HERE), "http://b");
    for (const bad of [message(""), message("a b"), message("c", "http://b/")]) {
      assertEquals(assertThrows(() => origins.of(bad, HERE), Refusal).status, 400);
    }
  }
  assertEquals(new Origins("https").of(message("a"), HERE), "https://a");
});

test("Origins.of() takes the own address when HTTP/1.0 names none", () => {
  const origins = new Origins("http");
  const old = messageOf("GET / HTTP/1.0\r\n\r\n");
  assertEquals(origins.of(old, HERE), "http://[::1]");
  const unix = { alpn: undefined, localAddr: { transport: "unix", path: "/a" } } as const;
  assertEquals(origins.of(old, unix), "http://localhost");
  const linkLocal = { transport: "tcp", hostname: "fe80::1%eth0", port: 81 } as const;
  assertEquals(
    origins.of(old, { alpn: undefined, localAddr: linkLocal }),
    "http://[fe80::1]:81",
  );
});

test("Origins.of() forgets made-up hosts, and still knows the others", () => {
  const origins = new Origins(undefined);
  for (let i = 0; i < 1000; i++) assertEquals(origins.of(message(`h${i}`), HERE), `http://h${i}`);
  assertEquals(origins.of(message("h1"), HERE), "http://h1");
});

test("Origins.of() remembers 64 hosts at most: the next one has them all looked at again", (t) => {
  const looked = countUrls(t);
  const origins = new Origins(undefined);
  const ask = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      assertEquals(origins.of(message(`h${i}`), HERE), `http://h${i}`);
    }
    return looked();
  };
  assertEquals(ask(0, 64), 64);
  assertEquals(ask(0, 64), 0, "all are known");
  assertEquals(ask(64, 65), 1);
  assertEquals(ask(0, 63), 63, "none is known any more, but the last");
  for (const bad of ["a b", "", "a:b", "[::"]) {
    assertThrows(() => origins.of(message(bad), HERE), Refusal);
  }
  looked();
  assertEquals(ask(0, 63), 0, "what is no host takes nobody's place");
});

/** How many URLs were made since the last call. */
function countUrls(t: TestContext): () => number {
  const Platform = URL;
  let count = 0;
  const construct: ProxyHandler<typeof URL>["construct"] = (target, args, newTarget) => {
    count++;
    return Reflect.construct(target, args, newTarget) as object;
  };
  globalThis.URL = new Proxy(Platform, { construct });
  t.defer(() => globalThis.URL = Platform);
  return () => {
    const before = count;
    count = 0;
    return before;
  };
}
