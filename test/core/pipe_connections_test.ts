import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import { pipe, type PipeOptions } from "../../core/pipe_connections.ts";
import { countListeners, gate, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes, text } from "../support/readers.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

/** A client and a server with a proxy between them. */
function proxied(clogged: boolean, options?: PipeOptions) {
  const [client, front] = connectionPair({ clogged });
  const [back, server] = connectionPair({ clogged });
  const piped = pipe(front, back, options);
  // A test that fails elsewhere has no use for what becomes of it.
  piped.catch(() => undefined);
  return { client, server, piped, front, back };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, NetworkError)).code;
}

async function readAll(connection: Connection): Promise<string> {
  let all = "";
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    all += text(chunk);
  }
  return all;
}

/** Both proxied connections are released: nothing can be done with them. */
async function assertReleased(...connections: Connection[]): Promise<void> {
  for (const connection of connections) {
    assertEquals(await codeOf(connection.read()), "ECLOSED");
    await connection.close();
  }
}

for (const clogged of [false, true]) {
  const kind = clogged ? "clogged connections" : "connections";

  test(`pipe() of ${kind}: half-close passes through in both directions`, async () => {
    for (const clientFirst of [true, false]) {
      const { client, server, piped, front, back } = proxied(clogged);
      const [first, second] = clientFirst ? [client, server] : [server, client];
      const sent = first.write(bytes("question"));
      await Promise.all([
        sent,
        sent.then(() => first.closeWrite()),
        readAll(second).then((asked) => {
          assertEquals(asked, "question");
        }),
      ]);
      assertEquals(await outcome(piped), "pending", "the other direction goes on");
      const answered = second.write(bytes("a longer answer")).then(() => second.closeWrite());
      assertEquals(await readAll(first), "a longer answer");
      await answered;
      assertEquals(await piped, clientFirst ? { aToB: 8, bToA: 15 } : { aToB: 15, bToA: 8 });
      await assertReleased(front, back);
      await Promise.all([client.close(), server.close()]);
    }
  });

  test(`pipe() of ${kind}: large payloads in both directions at once arrive whole`, async () => {
    const { client, server, piped } = proxied(clogged);
    const payload = "0123456789abcdef".repeat(65_536);
    const send = (connection: Connection) =>
      connection.write(bytes(payload)).then(() => connection.closeWrite());
    const [, , got, back] = await Promise.all([
      send(client),
      send(server),
      readAll(server),
      readAll(client),
    ]);
    assert(got === payload && back === payload);
    assertEquals(await piped, { aToB: payload.length, bToA: payload.length });
    await Promise.all([client.close(), server.close()]);
  });

  test(`pipe() of ${kind}: who does not read holds the sender back`, async () => {
    const { client, server, piped } = proxied(clogged);
    const size = 10_000_000;
    const sent = client.write(new Uint8Array(size));
    for (let i = 0; i < 50; i++) await macrotask();
    assertEquals(await outcome(sent), "pending");
    let count = 0;
    while (count < size) count += (await server.read())?.length ?? NaN;
    await sent;
    await Promise.all([client.closeWrite(), server.closeWrite()]);
    assertEquals(await piped, { aToB: size, bToA: 0 });
    await Promise.all([client.close(), server.close()]);
  });

  test(`pipe() of ${kind}: a reset of one side resets the other, and comes out`, async () => {
    for (const resetter of ["client", "server"] as const) {
      const ends = proxied(clogged);
      const other = ends[resetter === "client" ? "server" : "client"];
      const waiting = other.read();
      await macrotask();
      ends[resetter].abort();
      assertEquals([await codeOf(ends.piped), await codeOf(waiting)], ["ECONNRESET", "ECONNRESET"]);
      await assertReleased(ends.front, ends.back);
      await other.close();
    }
  });

  test(`pipe() of ${kind}: a reset is noticed while the other side does not read`, async () => {
    const { client, server, piped, front, back } = proxied(clogged);
    const sent = reasonOf(client.write(new Uint8Array(1_000_000)));
    for (let i = 0; i < 50; i++) await macrotask();
    client.abort();
    assertEquals(await codeOf(piped), "ECONNRESET");
    assertEquals((await sent as NetworkError).code, "ECLOSED");
    await assertReleased(front, back);
    await Promise.all([server.close(), client.close()]);
  });

  test(`pipe() of ${kind}: a reset after one's own end of file is noticed`, async () => {
    const { client, server, piped, front, back } = proxied(clogged);
    await client.closeWrite();
    assertEquals(await server.read(), null);
    const waiting = server.read();
    client.abort();
    assertEquals([await codeOf(piped), await waiting], ["ECONNRESET", null]);
    await assertReleased(front, back);
    await reasonOf(server.write(bytes("anybody?")));
    await server.close();
  });

  test(`pipe() of ${kind}: its signal aborts both, whatever they wait for`, async () => {
    for (const stuck of [false, true]) {
      const controller = new AbortController();
      const listeners = countListeners(controller.signal);
      const { signal } = controller;
      const { client, server, piped, front, back } = proxied(clogged, { signal });
      assertEquals(listeners(), 1);
      const sent = stuck ? reasonOf(client.write(new Uint8Array(1_000_000))) : undefined;
      for (let i = 0; i < 50; i++) await macrotask();
      const reason = new Error("enough");
      controller.abort(reason);
      assertStrictEquals(await reasonOf(piped), reason);
      assertEquals(listeners(), 0);
      await sent;
      await assertReleased(front, back);
      await Promise.all([client.close(), server.close()]);
    }
  });
}

test("pipe() passes on what came before a reset", async () => {
  const { client, server, piped } = proxied(false);
  await server.write(bytes("last words"));
  server.abort();
  assertEquals(await codeOf(piped), "ECONNRESET");
  assertEquals(text(await client.read()), "last words");
  assertEquals(await codeOf(client.read()), "ECONNRESET");
  await client.close();
});

test("pipe() leaves no listener on its signal when all went well", async () => {
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const { client, server, piped } = proxied(false, { signal });
  await Promise.all([client.close(), server.close()]);
  assertEquals([await piped, listeners()], [{ aToB: 0, bToA: 0 }, 0]);
});

test("pipe() closes both also when it was aborted before, and when an option is refused", async () => {
  const reason = new Error("too late");
  const refused = { signal: 7 as never };
  for (const options of [{ signal: AbortSignal.abort(reason) }, refused]) {
    const { client, server, piped, front, back } = proxied(false, options);
    const error = await reasonOf(piped);
    if (options === refused) assert(error instanceof TypeError, String(error));
    else assertStrictEquals(error, reason);
    await assertReleased(front, back);
    await Promise.all([client.close(), server.close()]);
  }
});

test("pipe() of a connection that is broken or closed already aborts the other", async () => {
  for (const how of ["abort", "close"] as const) {
    const [client, front] = connectionPair();
    const [back, server] = connectionPair();
    if (how === "abort") client.abort();
    else await Promise.all([front.close(), client.close()]);
    await macrotask();
    assertEquals(await codeOf(pipe(front, back)), how === "abort" ? "ECONNRESET" : "ECLOSED");
    assertEquals(await codeOf(server.read()), "ECONNRESET");
    await Promise.all([client.close(), server.close()]);
  }
});

test("pipe() rejects with the first failure, and waits for both to be released", async () => {
  const { client, server, piped, back } = proxied(true);
  const sent = reasonOf(server.write(new Uint8Array(300_000)));
  await macrotask();
  client.abort();
  assertEquals(await codeOf(piped), "ECONNRESET");
  await assertReleased(back);
  assertEquals((await sent as NetworkError).code, "ECONNRESET");
  await server.close();
});

/** A connection that resets while a chunk is on its way to the reader: the chunk still comes first. */
function resetting(connection: Connection) {
  const [chunk, broken] = [gate<Uint8Array>(), new AbortController()];
  const reset = new NetworkError("Cannot go on: reset (ECONNRESET)", { code: "ECONNRESET" });
  let reads = 0;
  connection.read = () => reads++ === 0 ? chunk.promise : Promise.reject(reset);
  Object.defineProperty(connection, "signal", { value: broken.signal });
  return async (last: string) => {
    broken.abort(reset);
    await macrotask();
    chunk.resolve(bytes(last));
  };
}

test("pipe() sends what a reset connection still gives, and then resets the other", async () => {
  const [client, front] = connectionPair();
  const [back, server] = connectionPair();
  const reset = resetting(back);
  const failed = codeOf(pipe(front, back));
  await reset("last words");
  assertEquals(await failed, "ECONNRESET");
  assertEquals([text(await client.read()), await codeOf(client.read())], [
    "last words",
    "ECONNRESET",
  ]);
  await Promise.all([client.close(), server.close()]);
});

test("pipe() does not wait for the other side to take what a reset connection still gives", async () => {
  const [client, front] = connectionPair({ clogged: true });
  const [back, server] = connectionPair();
  const reset = resetting(back);
  const failed = codeOf(pipe(front, back));
  await reset("last words");
  assertEquals([await failed, await codeOf(client.read())], ["ECONNRESET", "ECONNRESET"]);
  await Promise.all([client.close(), server.close()]);
});

test("pipe() is settled when both connections are released, not before", async () => {
  for (const slow of ["front", "back"] as const) {
    const ends = proxied(false);
    const { promise, resolve } = gate();
    const close = ends[slow].close.bind(ends[slow]);
    ends[slow].close = () => promise.then(close);
    await Promise.all([ends.client.closeWrite(), ends.server.closeWrite()]);
    assertEquals(await outcome(ends.piped), "pending");
    resolve();
    assertEquals(await ends.piped, { aToB: 0, bToA: 0 });
    await Promise.all([ends.client.close(), ends.server.close()]);
  }
});

/** Sends pieces of random size with random pauses, then the end; gives what it has sent. */
async function babble(connection: Connection, chance: Seeded): Promise<string> {
  let all = "";
  for (let left = chance.below(8); left > 0; left--) {
    const piece = String.fromCharCode(97 + chance.below(26)).repeat(chance.below(3000));
    all += piece;
    await connection.write(bytes(piece));
    if (chance.once(3)) await macrotask();
  }
  await connection.closeWrite();
  return all;
}

/** Reads to the end with random pauses. */
async function listenTo(connection: Connection, chance: Seeded): Promise<string> {
  let all = "";
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    all += text(chunk);
    if (chance.once(3)) await macrotask();
  }
  return all;
}

test("pipe() passes on all bytes and both ends, whatever the order of events", async () => {
  await forEachSeed(40, async (chance) => {
    const options = chance.once(2) ? { clogged: true } : { capacity: 1 + chance.below(5000) };
    const [client, front] = connectionPair(options);
    const [back, server] = connectionPair(options);
    const piped = pipe(front, back);
    const [asked, answered, heard, got] = await Promise.all([
      babble(client, chance),
      babble(server, chance),
      listenTo(server, chance),
      listenTo(client, chance),
    ]);
    assertEquals([heard === asked, got === answered], [true, true]);
    assertEquals(await piped, { aToB: asked.length, bToA: answered.length });
    await Promise.all([client.close(), server.close()]);
  });
});
