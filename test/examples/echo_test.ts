import { assertEquals } from "#assert";
import { serveEcho } from "../../examples/echo.ts";
import { runtime, test } from "../support/harness.ts";
import { served, TextClient } from "./client.ts";

test(`echo sends back what comes, also after the end of file, on ${runtime}`, async (t) => {
  const listener = await served(t, serveEcho);
  const client = await TextClient.connected(t, listener);
  const text = "0123456789".repeat(100_000);
  const sent = client.send(text).then(() => client.end());
  assertEquals(await client.rest() === text, true);
  await sent;
});

test(`echo serves many, and outlives those that leave, on ${runtime}`, async (t) => {
  const listener = await served(t, serveEcho);
  const clients = await Promise.all(
    Array.from({ length: 100 }, () => TextClient.connected(t, listener)),
  );
  await Promise.all(clients.map(async (client, index) => {
    await client.send(`hello ${index}\n`);
    assertEquals(await client.until("\n"), `hello ${index}\n`);
  }));
  for (const client of clients.slice(1)) client.reset();
  await clients[0]?.send("still there?\n");
  assertEquals(await clients[0]?.until("\n"), "still there?\n");
});
