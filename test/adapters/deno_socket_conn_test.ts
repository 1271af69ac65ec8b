/** SocketConn: a socket of node:net with the methods of Deno's connections. */

import { assert, assertEquals } from "#assert";
import { SocketConn } from "../../adapters/deno_socket_conn.ts";
import type { Connection } from "../../core/connection.ts";
import { macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { acceptedPair } from "../parallel/launched.ts";

async function pair(t: TestContext): Promise<{ client: Connection; conn: SocketConn }> {
  const { client, socket } = await acceptedPair(t);
  t.defer(() => void socket.destroy());
  return { client, conn: new SocketConn(socket) };
}

test("SocketConn reads what comes, no more than fits, and null at the end", async (t) => {
  const { client, conn } = await pair(t);
  const waiting = conn.read(new Uint8Array(8));
  assertEquals(await outcome(waiting), "pending");
  await client.write(Uint8Array.of(1, 2, 3, 4, 5));
  assertEquals(await waiting, 5);
  await client.write(Uint8Array.of(6, 7, 8));
  const small = new Uint8Array(2);
  assertEquals([await conn.read(small), [...small]], [2, [6, 7]]);
  assertEquals([await conn.read(small), small[0]], [1, 8]);
  await client.closeWrite();
  assertEquals([await conn.read(small), await conn.read(small)], [null, null]);
  // The other half is there still.
  assertEquals(await conn.write(Uint8Array.of(9)), 1);
  assertEquals(await client.read(), Uint8Array.of(9));
  await conn.closeWrite();
  assertEquals(await client.read(), null);
  conn.close();
});

test("SocketConn has the addresses of its socket", async (t) => {
  const { client, conn } = await pair(t);
  const { localAddr, remoteAddr } = client;
  assert(localAddr.transport === "tcp" && remoteAddr.transport === "tcp", localAddr.transport);
  conn.setNoDelay(true);
  assertEquals([conn.remoteAddr.port, conn.localAddr.port], [localAddr.port, remoteAddr.port]);
  assertEquals([conn.remoteAddr.hostname, conn.localAddr.hostname], ["127.0.0.1", "127.0.0.1"]);
});

test("SocketConn reads no further than a little ahead", async (t) => {
  const { client, conn } = await pair(t);
  const sent = new Uint8Array(2 ** 24).map((_, at) => at * 7);
  const writing = client.write(sent).then(() => client.closeWrite());
  const into = new Uint8Array(65_536);
  const first = await conn.read(into) ?? 0;
  // A time: that nothing more is read is no event. One that is too short only looks too early.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(await outcome(writing), "pending");
  let [read, right] = [0, true];
  for (let count: number | null = first; count !== null; count = await conn.read(into)) {
    for (let at = 0; at < count; at += 997) right &&= into[at] === ((read + at) * 7) % 256;
    read += count;
  }
  await writing;
  assertEquals([read, right], [sent.length, true]);
});

test("SocketConn rejects when the peer resets, and after its own close it is at its end", async (t) => {
  const { client, conn } = await pair(t);
  const reading = conn.read(new Uint8Array(8));
  client.abort();
  // Deno cannot send a reset: there it is the end.
  const end = await reading.catch((error: { code?: string }) => error.code);
  assert(end === "ECONNRESET" || end === null, String(end));
  conn.close();
  assertEquals(await conn.read(new Uint8Array(8)).catch(() => null), null);
  for (let turns = 0; turns < 5; turns++) await macrotask();
  assert(await reasonOf(conn.write(Uint8Array.of(1))) instanceof Error);
  assert(await reasonOf(conn.closeWrite()) instanceof Error);
});

test("SocketConn gives up what is being written when it is closed", async (t) => {
  const { conn } = await pair(t);
  const writing = conn.write(new Uint8Array(2 ** 25));
  assertEquals(await outcome(writing), "pending");
  const given = [reasonOf(writing), reasonOf(conn.closeWrite())];
  conn.close();
  for (const reason of given) assert(await reason instanceof Error);
});
