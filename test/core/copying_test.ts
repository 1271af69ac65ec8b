import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { connect, listen } from "../../adapters/current.ts";
import { connectionPair } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { copy } from "../../core/copy.ts";
import { Copying } from "../../core/copying.ts";
import { NetworkError } from "../../core/errors.ts";
import { pipe } from "../../core/pipe_connections.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { gate, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { ChunkReader, text } from "../support/readers.ts";
import { forEachSeed } from "../support/seeded.ts";

/** A connection over a fake transport that remembers what was given back. */
function lender() {
  const given: Uint8Array[] = [];
  const fake = fakeConnection();
  Object.assign(fake.transport, { giveBack: (chunk: Uint8Array) => void given.push(chunk) });
  return { ...fake, given };
}

const CHUNK = Uint8Array.of(1, 2, 3);

test("Copying gives a chunk back when the writer has taken it, not before", async () => {
  const [from, to] = [lender(), fakeConnection()];
  to.transport.takes = false;
  const copying = new Copying({ reader: from.connection, writer: to.connection });
  const copied = copying.run();
  from.events.received(CHUNK);
  await macrotask();
  assertEquals([to.transport.calls, from.given, copying.writing], [["write 3"], [], true]);
  to.events.written();
  await macrotask();
  assertEquals([from.given.length, copying.writing, copying.count], [1, false, 3]);
  assertStrictEquals(from.given[0], CHUNK);
  from.events.ended();
  assertEquals(await copied, 3);
  from.connection.abort();
  to.connection.abort();
});

test("Copying gives nothing back that a writer of another kind was given", async () => {
  const wrapped = fakeConnection().connection;
  const inner = wrapped.write.bind(wrapped);
  wrapped.write = (chunk) => inner(chunk);
  for (const writer of [{ write: () => Promise.resolve() }, wrapped]) {
    const from = lender();
    const copied = new Copying({ reader: from.connection, writer }).run();
    from.events.received(CHUNK);
    await macrotask();
    from.events.ended();
    assertEquals([await copied, from.given], [3, []]);
    from.connection.abort();
  }
  wrapped.abort();
});

test("Copying gives nothing back when a write has failed", async () => {
  const [from, to] = [lender(), fakeConnection()];
  to.transport.takes = false;
  const copied = new Copying({ reader: from.connection, writer: to.connection }).run();
  from.events.received(CHUNK);
  to.connection.abort();
  assertEquals((await reasonOf(copied) as NetworkError).code, "ECLOSED");
  assertEquals(from.given, []);
  from.connection.abort();
});

test("Copying reads of a connection without a promise, and alone", async () => {
  const from = lender();
  const to = fakeConnection();
  const controller = new AbortController();
  const copied = copy(from.connection, to.connection, { signal: controller.signal });
  const code = async () => (await reasonOf(from.connection.read()) as NetworkError).code;
  assertEquals(await code(), "EBUSY");
  from.events.received(CHUNK);
  assertEquals([to.transport.calls, from.given.length], [["write 3"], 1], "within the event");
  assertEquals(await code(), "EBUSY");
  controller.abort();
  assertEquals((await reasonOf(copied) as Error).name, "AbortError");
  assertEquals(await code(), "EBUSY", "its read goes on");
  from.events.received(CHUNK);
  assertStrictEquals(await from.connection.read(), CHUNK, "and leaves what has come");
  assertEquals([to.transport.calls.length, from.given.length], [1, 1]);
  from.connection.abort();
  to.connection.abort();
});

test("Copying.stop() ends it while it writes: nothing is given back or read after that", async () => {
  const [from, to] = [lender(), fakeConnection()];
  to.transport.takes = false;
  const copying = new Copying({ reader: from.connection, writer: to.connection });
  const copied = copying.run();
  from.events.received(CHUNK);
  copying.stop(new Error("enough"));
  assertEquals((await reasonOf(copied) as Error).message, "enough");
  from.events.received(CHUNK);
  to.events.written();
  await macrotask();
  assertEquals([to.transport.calls, from.given], [["write 3"], []]);
  from.connection.abort();
  to.connection.abort();
});

test("Copying rejects with what a writer throws, and when there is one byte too many", async () => {
  const thrown = new Error("thrown");
  const write = (): Promise<void> => {
    throw thrown;
  };
  const run = (limit: number, writer: { write(chunk: Uint8Array): Promise<void> }) =>
    new Copying({ reader: new ChunkReader(["ab", "c"]), writer, limit }).run();
  assertStrictEquals(await reasonOf(run(3, { write })), thrown);
  const [near, far] = connectionPair();
  assertEquals(await run(3, near), 3);
  const error = await assertRejects(() => run(2, near), NetworkError, "more than 2 bytes came");
  assertEquals([error.code, text(await far.read()), text(await far.read())], [
    "EMSGSIZE",
    "ab",
    "c",
  ]);
  await Promise.all([near.close(), far.close()]);
});

test("Copying in a hurry does not wait for the writer", async () => {
  const { promise, resolve } = gate();
  let isHurried = false;
  const copying = new Copying({
    reader: new ChunkReader(["ab", "c"]),
    writer: { write: () => promise },
    hurries: () => isHurried,
  });
  const copied = copying.run();
  assertEquals([await outcome(copied), copying.count], ["pending", 0]);
  isHurried = true;
  resolve();
  assertEquals(await copied, 3);
});

/** Two sockets and a way from one to the other; all are closed at the end. */
async function sockets(t: TestContext, count: number): Promise<[Connection, Connection][]> {
  const listener = await listen({ port: 0 });
  t.defer(() => listener.close());
  const incoming = listener.incoming();
  const pairs: [Connection, Connection][] = [];
  for (let at = 0; at < count; at++) {
    const [client, { value }] = await Promise.all([
      connect({ port: listener.addr.port }),
      incoming.next(),
    ]);
    assert(value !== undefined);
    pairs.push([client, value]);
    t.defer(() => client.abort());
    t.defer(() => value.abort());
  }
  return pairs;
}

/** Bytes in which every place can be told from those near it. */
function pattern(size: number): Uint8Array {
  return new Uint8Array(size).map((_, at) => at * 7 + (at >> 11));
}

test("copy() and pipe() between sockets change no byte, whatever the sizes and the pauses", async (t) => {
  const sent = pattern(3_000_000);
  await forEachSeed(4, async (chance) => {
    const [[client, front], [back, server]] = await sockets(t, 2) as [
      [Connection, Connection],
      [Connection, Connection],
    ];
    const piped = pipe(front, back);
    const echoed = copy(server, server).then(() => server.closeWrite());
    const send = async () => {
      for (let at = 0; at < sent.length;) {
        const size = chance.once(3) ? 1 + chance.below(2000) : chance.below(200_000);
        await client.write(sent.subarray(at, at + size));
        at += size;
        if (chance.once(4)) await macrotask();
      }
      await client.closeWrite();
    };
    const receive = async () => {
      let [at, right] = [0, true];
      for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) {
        for (const byte of chunk) right &&= byte === sent[at++];
        if (chance.once(4)) await macrotask();
      }
      assertEquals([at, right], [sent.length, true]);
    };
    await Promise.all([send(), receive(), echoed]);
    assertEquals(await piped, { aToB: sent.length, bToA: sent.length });
  });
});

test("copy() that ends early leaves what it has written as it is, and what it has not read", async (t) => {
  const [[client, front], [back, server]] = await sockets(t, 2) as [
    [Connection, Connection],
    [Connection, Connection],
  ];
  const sent = pattern(12_000_000);
  const controller = new AbortController();
  const copied = copy(front, back, { signal: controller.signal });
  const sending = client.write(sent).then(() => client.closeWrite());
  // The other side does not read: a write is under way, and a chunk is ahead of it.
  for (let at = 0; at < 50; at++) await macrotask();
  controller.abort();
  assertEquals((await reasonOf(copied) as Error).name, "AbortError");
  // What is read from now on is read into other memory than what is being written.
  const rest: Uint8Array[] = [];
  const readRest = async () => {
    for (let chunk = await front.read(); chunk !== null; chunk = await front.read()) {
      rest.push(chunk);
    }
  };
  const [, , first] = await Promise.all([
    sending,
    readRest(),
    (async () => {
      let [at, right] = [0, true];
      const finished = back.closeWrite();
      for (let chunk = await server.read(); chunk !== null; chunk = await server.read()) {
        for (const byte of chunk) right &&= byte === sent[at++];
      }
      await finished;
      assert(right, "what was written was changed");
      return at;
    })(),
  ]);
  let [at, right] = [first, true];
  for (const chunk of rest) for (const byte of chunk) right &&= byte === sent[at++];
  assertEquals([at, right], [sent.length, true]);
});

test("a chunk that copy() has given back is nobody's any more: what is read later is not changed", async (t) => {
  const [[client, server]] = await sockets(t, 1) as [[Connection, Connection]];
  const sent = pattern(3_000_000);
  const limit = 300_000;
  const echoed = reasonOf(copy(server, server, { limit }));
  let got = 0;
  const [, kept] = await Promise.all([
    client.write(sent).then(() => client.closeWrite()),
    (async () => {
      while (got < limit) got += (await client.read())?.length ?? NaN;
      assertEquals((await echoed as NetworkError).code, "EMSGSIZE");
      const chunks: Uint8Array[] = [];
      for (let chunk = await server.read(); chunk !== null; chunk = await server.read()) {
        chunks.push(chunk);
      }
      return chunks;
    })(),
  ]);
  const size = kept.reduce((sum, { length }) => sum + length, 0);
  let [at, right] = [sent.length - size, true];
  for (const chunk of kept) for (const byte of chunk) right &&= byte === sent[at++];
  assert(right && size > 0, `${size}`);
});
