import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { Input } from "../../http/input.ts";
import { watchPeer } from "../../http/peer_watch.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";

/** What is told of a peer that does this, before and after the watch has ended. */
async function told(what: "abort" | "closeWrite", watched: boolean): Promise<string[]> {
  const [client, server] = connectionPair();
  const [input, reasons]: [Input, string[]] = [new Input(server), []];
  const stop = watchPeer(server, input, (reason) => reasons.push((reason as Error).name));
  if (!watched) stop();
  await client[what]();
  await macrotask();
  stop();
  watchPeer(server, input, (reason) => reasons.push(`late ${(reason as Error).name}`))();
  client.abort();
  server.abort();
  await Promise.all([client.close(), server.close()]);
  return [...new Set(reasons)];
}

test("watchPeer() tells of a reset, and of an end, while it is asked to and afterwards", async () => {
  assertEquals(await told("abort", true), ["NetworkError", "late NetworkError"]);
  assertEquals(await told("closeWrite", true), ["AbortError", "late AbortError"]);
  assertEquals(await told("abort", false), ["late NetworkError"]);
  assertEquals(await told("closeWrite", false), ["late AbortError"]);
});

test("watchPeer() reads ahead as long as it is asked to", async () => {
  const [client, server] = connectionPair();
  const input = new Input(server);
  const stop = watchPeer(server, input, () => undefined);
  const held: number[] = [];
  for (const chunk of ["a", "b", "c", "d"]) {
    if (chunk === "c") stop();
    await client.write(bytes(chunk));
    await macrotask();
    held.push(input.length);
  }
  assertEquals(held, [1, 2, 3, 3], "the read that was under way has brought one more");
  client.abort();
  await Promise.all([client.close(), server.close()]);
});
