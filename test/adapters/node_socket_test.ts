import { assert, assertEquals, assertRejects } from "#assert";
import { connect as connectSocket, type Socket } from "node:net";
import { connect, listen } from "../../adapters/node.ts";
import type { Connection } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

const codeOf = async (promise: Promise<unknown>) =>
  (await assertRejects(() => promise, NetworkError)).code;

/** A connection that was accepted, and the socket at its other end. */
async function accepted(t: TestContext): Promise<[Connection, Socket]> {
  const listener = await listen({ port: 0 });
  t.defer(() => listener.close());
  const taken = listener.incoming().next();
  const peer = connectSocket({ port: listener.addr.port, host: "127.0.0.1" });
  peer.on("error", () => undefined);
  t.defer(() => peer.destroy());
  const { value: connection } = await taken;
  if (connection === undefined) throw new Error("nothing was accepted");
  t.defer(() => connection.abort());
  return [connection, peer];
}

/** Resolves with the first chunk that comes to `peer`; it reads no more then. */
function firstChunk(peer: Socket): Promise<string> {
  return new Promise((resolve) => {
    peer.once("data", (chunk) => {
      peer.pause();
      resolve(String(chunk));
    });
  });
}

test("write() rejects when the system refuses it at once: a reset that no read has noticed", async (t) => {
  // Bun tells of the close before the reset has gone out.
  if (runtime === "bun") return;
  const [connection, peer] = await accepted(t);
  const bytes = new TextEncoder().encode("x");
  // What is held ahead: nothing more is read.
  const greeted = firstChunk(peer);
  await new Promise<void>((resolve) => peer.write("x", () => resolve()));
  await connection.write(bytes);
  assertEquals(await greeted, "x");
  const closed = new Promise((resolve) => peer.once("close", resolve));
  peer.resetAndDestroy();
  await closed;
  assertEquals(await codeOf(connection.write(bytes)), "ECONNRESET");
  assertEquals(await codeOf(connection.write(bytes)), "ECONNRESET");
  assertEquals(connection.signal.aborted, true);
});

test("write() rejects when the system refuses the rest of it", async (t) => {
  const [connection, peer] = await accepted(t);
  const greeted = firstChunk(peer);
  const bytes = new Uint8Array(32 << 20).fill(120);
  await new Promise<void>((resolve) => peer.write("x", () => resolve()));
  const writing = connection.write(bytes);
  await greeted;
  peer.resetAndDestroy();
  assertEquals(await codeOf(writing), "ECONNRESET");
});

test("write() takes writes in turn, whether the system takes them at once or in parts", async (t) => {
  const [connection, peer] = await accepted(t);
  const sizes = [1, 8 << 20, 3, 64, 4 << 20, 2];
  let received = "";
  const ended = new Promise((resolve) => peer.once("end", resolve));
  const writes = sizes.map((size, index) =>
    connection.write(new Uint8Array(size).fill(97 + index))
  );
  peer.setEncoding("latin1").on("data", (text: string) => received += text);
  await Promise.all(writes);
  await connection.closeWrite();
  await ended;
  const expected = sizes.map((size, index) => "abcdef".charAt(index).repeat(size)).join("");
  assertEquals(received.length, expected.length);
  assert(received === expected);
});

test("connect() makes a connection that writes, too, with what is left when the peer has finished", async (t) => {
  const listener = await listen({ port: 0 });
  t.defer(() => listener.close());
  const taken = listener.incoming().next();
  const client = await connect({ port: listener.addr.port });
  t.defer(() => client.abort());
  const { value: server } = await taken;
  await server?.closeWrite();
  assertEquals(await client.read(), null);
  await client.write(new TextEncoder().encode("late"));
  await client.closeWrite();
  assertEquals(new TextDecoder().decode(await server?.read() ?? undefined), "late");
  assertEquals(await server?.read(), null);
  await server?.close();
  await client.close();
});
