import { assertEquals } from "#assert";
import { readFileSync } from "node:fs";
import { listen } from "../../adapters/deno.ts";
import { secureServer } from "../../adapters/deno_tls.ts";
import { endsOf } from "../../adapters/deno_transport.ts";
import { deno, type DenoConn } from "../../adapters/deno_types.ts";
import { resolveTimeouts } from "../../core/timeouts.ts";
import type { Connection } from "../../core/connection.ts";
import { macrotask } from "../support/gates.ts";
import { runtime, test as testEverywhere, type TestContext } from "../support/harness.ts";

/** These are the means of Deno. */
const test: typeof testEverywhere = (...args) => {
  if (runtime === "deno") testEverywhere(...args);
};

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
const tls = { cert: pem("server.crt"), key: pem("server.key") };

/** Both ends of a connection with TLS; what the client sends takes a while. */
async function slow(t: TestContext): Promise<{
  server: Connection;
  client: Connection;
  /** How many bytes the system has taken from the client. */
  sent(): number;
  /** The types of the records that the client has sent. */
  records: number[];
}> {
  const listener = await listen({ port: 0, tls });
  t.defer(() => listener.close());
  const { hostname, port } = listener.addr;
  const raw = await deno().connect({ hostname, port, signal: new AbortController().signal });
  let sent = 0;
  const records: number[] = [];
  const conn: DenoConn = {
    localAddr: raw.localAddr,
    remoteAddr: raw.remoteAddr,
    read: (buffer) => raw.read(buffer),
    write: async (bytes) => {
      records.push(bytes[0] ?? -1);
      await macrotask();
      const count = await raw.write(bytes);
      sent += count;
      return count;
    },
    closeWrite: () => raw.closeWrite(),
    close: () => raw.close(),
  };
  const timeouts = resolveTimeouts("connect", {});
  const options = { ca: pem("ca.crt"), sni: "localhost", alpn: undefined, certificate: undefined };
  const { finished } = secureServer({ conn, ends: endsOf(raw) }, options, {
    action: "connect",
    timeouts,
  });
  const [client, { value: server }] = await Promise.all([finished, listener.incoming().next()]);
  if (server === undefined) throw new Error("incoming() has ended");
  t.defer(() => {
    client.abort();
    server.abort();
  });
  return { server, client, records, sent: () => sent };
}

test("a write over TLS is finished when all its records are sent, whatever comes meanwhile", async (t) => {
  const { server, client, sent } = await slow(t);
  const size = 28_768;
  const coming = (async () => {
    for (let i = 0; i < 200; i++) await server.write(new Uint8Array(100));
  })();
  const read = (async () => {
    for (let count = 0; count < 20_000;) count += (await client.read())?.length ?? Infinity;
  })();
  const early: number[] = [];
  let before = sent();
  for (let i = 0; i < 40; i++) {
    await client.write(new Uint8Array(size));
    const now = sent();
    if (now - before < size) early.push(now - before);
    before = now;
  }
  assertEquals(early, []);
  await Promise.all([coming, read]);
});

test("the end of what is sent over TLS is told by TLS itself, also to a peer that has finished", async (t) => {
  const { server, client, records } = await slow(t);
  await server.closeWrite();
  assertEquals(await client.read(), null);
  await client.write(new Uint8Array(1));
  const before = records.length;
  await client.close();
  // One record of application data, as it seems from outside: the alert.
  assertEquals(records.slice(before), [23]);
  assertEquals((await server.read())?.length, 1);
  assertEquals(await server.read(), null);
});
