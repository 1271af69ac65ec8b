import { assertEquals, assertThrows } from "#assert";
import { Origins } from "../../http/origins.ts";
import { Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";
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
});

test("Origins.of() forgets made-up hosts, and still knows the others", () => {
  const origins = new Origins(undefined);
  for (let i = 0; i < 1000; i++) assertEquals(origins.of(message(`h${i}`), HERE), `http://h${i}`);
  assertEquals(origins.of(message("h1"), HERE), "http://h1");
});
