import { assertEquals, assertRejects } from "#assert";
import { serveEcho } from "../../examples/echo.ts";
import { serveProxy } from "../../examples/tcp_proxy.ts";
import { type Connection, listen } from "../../mod.ts";
import { gate } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";
import { served, TextClient, toldErrors } from "./client.ts";

test(`tcp_proxy passes on what comes, both ways, and half-close, on ${runtime}`, async (t) => {
  const { addr } = await served(t, serveEcho) as { addr: { port: number } };
  const proxy = await served(t, (listener) => serveProxy(listener, { port: addr.port }));
  const client = await TextClient.connected(t, proxy);
  const text = "0123456789".repeat(100_000);
  const sent = client.send(text).then(() => client.end());
  assertEquals(await client.rest() === text, true);
  await sent;
});

test(`tcp_proxy passes on a reset, on ${runtime}`, async (t) => {
  const [accepted, broken] = [gate<Connection>(), gate()];
  const server = await listen({ port: 0 });
  const served_ = server.incoming().forEachConcurrent(async (connection) => {
    accepted.resolve(connection);
    await connection.read().catch(() => broken.resolve());
    broken.resolve();
    await connection.close();
  });
  t.defer(async () => {
    await server.close();
    await served_;
  });
  const proxy = await served(t, (listener) => serveProxy(listener, { port: server.addr.port }));
  const client = await TextClient.connected(t, proxy);
  await accepted.promise;
  client.reset();
  await broken.promise;
});

test(`tcp_proxy costs a client its connection when there is no server, on ${runtime}`, async (t) => {
  // A port that was free a moment ago.
  const gone = await listen({ port: 0 });
  await gone.close();
  const errors = toldErrors(t);
  const proxy = await served(t, (listener) => serveProxy(listener, { port: gone.addr.port }));
  const client = await TextClient.connected(t, proxy);
  if (runtime === "deno") assertEquals(await client.rest(), "");
  else await assertRejects(() => client.rest());
  assertEquals(errors, [
    `NetworkError: Cannot connect to 127.0.0.1:${gone.addr.port}: nobody listens there (ECONNREFUSED)`,
  ]);
});
