import { assertEquals } from "#assert";
import * as bun from "../../adapters/bun.ts";
import { connect, listen } from "../../adapters/current.ts";
import * as deno from "../../adapters/deno.ts";
import * as node from "../../adapters/node.ts";
import type { Adapter } from "../../core/adapter.ts";
import { runtime, test } from "../support/harness.ts";

test("listen() is that of the runtime that runs it", async () => {
  // Each adapter refuses an option of its own, in its own words; Node refuses none of these.
  const words = await listen({ port: 0, hostname: "::1", backlog: 10, ipv6Only: true })
    .then((listener) => listener.close().then(() => "node"), (error: Error) => error.message);
  const own = {
    bun: /Bun has no option backlog/,
    deno: /Deno has no option ipv6Only/,
    node: /node/,
  };
  assertEquals(own[runtime].test(words), true, words);
});

test("every adapter can be imported on every runtime", () => {
  const adapters: readonly Adapter[] = [bun, deno, node];
  for (const { listen, connect } of adapters) {
    assertEquals([typeof listen, typeof connect], ["function", "function"]);
  }
});

test("listen() rejects, and never throws, on a bad option", async () => {
  const error = await listen({ port: -1 }).catch((error: unknown) => error);
  assertEquals(error instanceof RangeError, true);
});

test("connect() reaches what listen() has bound, and rejects on a bad option", async () => {
  const listener = await listen({ port: 0 });
  const [client, { value: server }] = await Promise.all([
    connect({ port: listener.addr.port }),
    listener.incoming().next(),
  ]);
  assertEquals(client.remoteAddr, server?.localAddr);
  client.abort();
  server?.abort();
  await listener.close();
  const error = await connect({ port: 0 }).catch((error: unknown) => error);
  assertEquals(error instanceof RangeError, true);
});
