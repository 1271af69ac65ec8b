import { assert, assertEquals, assertStrictEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { type DirectReader, directReaderOf, isDirectWriter } from "../../core/direct_reader.ts";
import { connectionError, type NetworkError } from "../../core/errors.ts";
import { PromisedReader } from "../../core/promised_reader.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const BYTES = new Uint8Array([1, 2, 3]);

function codeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return (error as NetworkError).code;
  }
}

/** Counts its calls. */
function counting() {
  const told = { times: 0, notify: () => void told.times++ };
  return told;
}

/** A read by `readNow`, waited for. */
async function readNow(direct: DirectReader): Promise<Uint8Array | null> {
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const chunk = direct.readNow(resolve);
    if (chunk !== undefined) return chunk;
    await promise;
  }
}

test("directReaderOf() is the connection itself, if it has the face", () => {
  const { connection } = fakeConnection();
  assertStrictEquals(directReaderOf(connection), connection);
  connection.abort();
});

test("directReaderOf() goes by way of a read() that is not ours, or that somebody has put in front", async () => {
  const { connection, events } = fakeConnection();
  const read = connection.read.bind(connection);
  const wrappers: DirectReader[] = [];
  let reads = 0;
  const counted = () => {
    reads++;
    return read();
  };
  const get = (inner: Connection, name: keyof Connection) =>
    name === "read" ? counted : inner[name];
  wrappers.push(directReaderOf(new Proxy<Connection>(connection, { get: get as () => unknown })));
  wrappers.push(directReaderOf({ read: counted }));
  class Own extends TransportConnection {}
  assertEquals(Own.prototype.read, connection.read, "a subclass that leaves it alone has the face");
  connection.read = counted;
  wrappers.push(directReaderOf(connection));
  for (const direct of wrappers) {
    assert(direct instanceof PromisedReader);
    const chunk = readNow(direct);
    events.received(BYTES);
    assertStrictEquals(await chunk, BYTES);
  }
  assertEquals(reads, wrappers.length);
  connection.abort();
});

test("isDirectWriter() is true of the connection itself, while nobody has put his own in front", () => {
  const { connection } = fakeConnection();
  const write = (bytes: Uint8Array) => connection.write(bytes);
  const get = (inner: Connection, name: keyof Connection) => name === "write" ? write : inner[name];
  const proxy = new Proxy<Connection>(connection, { get: get as () => unknown });
  assertEquals([proxy, { write }, connection].map(isDirectWriter), [false, false, true]);
  connection.write = write;
  assertEquals(isDirectWriter(connection), false);
  connection.abort();
});

test("readNow() takes what is there; when nothing is, it tells once, within the event", () => {
  const { connection, transport, events } = fakeConnection();
  const told = counting();
  assertEquals(connection.readNow(told.notify), undefined);
  assertEquals([transport.calls, told.times], [["resume"], 0]);
  assertEquals(events.received(BYTES), false, "nobody has taken it: one is held");
  assertEquals(told.times, 1);
  assertStrictEquals(connection.readNow(told.notify), BYTES);
  assertEquals(transport.calls, ["resume", "resume"], "and the next one is read ahead");
  assertEquals(events.received(BYTES), false);
  assertStrictEquals(connection.readNow(told.notify), BYTES);
  assertEquals(told.times, 1, "it had not waited");
  connection.abort();
});

test("readNow() within the event leaves the transport running", () => {
  const { connection, transport, events } = fakeConnection();
  const taken: unknown[] = [];
  const take = (): void => {
    for (let chunk = connection.readNow(take); chunk; chunk = connection.readNow(take)) {
      taken.push(chunk);
    }
  };
  take();
  for (let i = 0; i < 3; i++) assertEquals(events.received(BYTES), true);
  assertEquals([taken, transport.calls], [[BYTES, BYTES, BYTES], ["resume"]]);
  events.ended();
  connection.abort();
});

test("readNow() gives the end again and again, and what had come before a failure", () => {
  for (const how of ["end", "failure"]) {
    const { connection, events } = fakeConnection();
    const told = counting();
    assertEquals(connection.readNow(told.notify), undefined);
    events.received(BYTES);
    if (how === "end") events.ended();
    else events.failed(connectionError({ code: "ECONNRESET" }));
    assertStrictEquals(connection.readNow(told.notify), BYTES);
    const expected = how === "end" ? null : "ECONNRESET";
    for (let i = 0; i < 2; i++) {
      assertEquals(codeOf(() => connection.readNow(told.notify)), expected);
    }
    assertEquals(told.times, 1);
    connection.abort();
  }
});

test("readNow(): who waits is told of the end, a failure, the time limit, and an own close", () => {
  const ends: [string, unknown, (fake: ReturnType<typeof fakeConnection>) => void][] = [
    ["end", null, ({ events }) => events.ended()],
    ["failure", "ECONNRESET", ({ events }) => events.failed(connectionError({ code: "EPIPE" }))],
    ["close by the system", "ECONNRESET", ({ events }) => events.closed()],
    ["receive", "ETIMEDOUT", ({ timers }) => timers.advance(1000)],
    ["idle", "ETIMEDOUT", ({ timers, connection }) => {
      connection.setTimeouts({ idle: 10, receive: Infinity });
      timers.advance(10);
    }],
    ["abort", "ECLOSED", ({ connection }) => connection.abort()],
    ["close", "ECLOSED", ({ connection }) => void connection.close()],
    ["cancel", "ECLOSED", ({ connection }) => void connection.readable.cancel()],
  ];
  for (const [what, expected, end] of ends) {
    const fake = fakeConnection({ receive: 1000 });
    const { connection } = fake;
    const seen: unknown[] = [];
    const notify = () => void seen.push(codeOf(() => connection.readNow(notify)));
    assertEquals(connection.readNow(notify), undefined);
    end(fake);
    assertEquals(seen, [expected], what);
    connection.abort();
  }
});

test("readNow(): who is told of a failure finds it complete, and may do anything", () => {
  const acts: ((connection: Connection) => void)[] = [
    (connection) => connection.abort(),
    (connection) => void connection.close(),
    (connection) => void connection.write(BYTES),
    (connection) => void connection.closeWrite(),
    (connection) => connection.setTimeouts({ idle: 5 }),
    (connection) => void connection.readable.cancel(),
  ];
  for (const act of acts) {
    for (const released of [false, true]) {
      for (const event of ["failed", "closed", "ended", "received"] as const) {
        const { connection, transport, events, timers } = fakeConnection({ receive: 1000 });
        const { signal } = connection;
        if (released) transport.onRelease = () => events.closed();
        let aborted: boolean | undefined;
        connection.readNow(() => {
          aborted = signal.aborted;
          act(connection);
        });
        if (event === "failed") events.failed(connectionError({ code: "EPIPE" }));
        else if (event === "received") events.received(BYTES);
        else events[event]();
        assertEquals(aborted, event === "failed" || event === "closed");
        connection.abort();
        events.closed();
        assertEquals(timers.armed, 0);
        const releases = transport.calls.filter((call) => call === "shutdown");
        assert(releases.length <= 1, transport.calls.join());
      }
    }
  }
});

test("readNow() is replaced by the next read of either kind, and refused while read() waits", async () => {
  const { connection, transport, events } = fakeConnection();
  const [first, second] = [counting(), counting()];
  assertEquals(connection.readNow(first.notify), undefined);
  assertEquals(connection.readNow(second.notify), undefined);
  events.received(BYTES);
  assertEquals([first.times, second.times], [0, 1]);
  assertStrictEquals(connection.readNow(second.notify), BYTES);
  assertEquals(connection.readNow(second.notify), undefined);
  const reading = connection.read();
  assertEquals(codeOf(() => connection.readNow(first.notify)), "EBUSY");
  assertEquals(((await reasonOf(connection.read())) as NetworkError).code, "EBUSY");
  events.received(BYTES);
  assertStrictEquals(await reading, BYTES);
  assertEquals([first.times, second.times], [0, 1], "replaced");
  assertEquals(transport.calls, ["resume", "resume"]);
  connection.abort();
  assertEquals([first.times, second.times], [0, 1], "for good");
});

test("readNow(): who breaks the connection when told of a chunk stops the input", () => {
  for (const end of ["abort", "close"] as const) {
    const { connection, events } = fakeConnection();
    connection.readNow(() => void connection[end]());
    assertEquals(events.received(BYTES), end === "close", "what comes before the end is dropped");
    connection.abort();
  }
  const other = fakeConnection();
  other.connection.readNow(() => {
    other.connection.readNow(() => undefined);
    other.events.failed(connectionError({ code: "EPIPE" }));
  });
  assertEquals(other.events.received(BYTES), false);
});

test("readNow(): the time limit of a read counts from when it begins to wait", () => {
  const { connection, events, timers } = fakeConnection({ receive: 1000 });
  const told = counting();
  timers.advance(600);
  assertEquals(connection.readNow(told.notify), undefined);
  timers.advance(999);
  events.received(BYTES);
  timers.advance(5000);
  assertStrictEquals(connection.readNow(told.notify), BYTES);
  assertEquals(connection.readNow(told.notify), undefined);
  timers.advance(999);
  assertEquals(told.times, 1);
  timers.advance(1);
  assertEquals(told.times, 2);
  assertEquals(codeOf(() => connection.readNow(told.notify)), "ETIMEDOUT");
  connection.abort();
});

/** Reads all, each chunk in the way that chance says. */
async function readAll(connection: Connection, chance: Seeded): Promise<number[]> {
  const direct = directReaderOf(connection);
  const bytes: number[] = [];
  for (;;) {
    const chunk = await (chance.once(2) ? connection.read() : readNow(direct));
    if (chunk === null) return bytes;
    bytes.push(...chunk);
    if (chance.once(4)) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

test("any interleaving of read() and readNow() gives the same bytes", async () => {
  await forEachSeed(60, async (chance) => {
    const [client, server] = connectionPair({
      capacity: 1 + chance.below(40),
      clogged: chance.once(3),
    });
    const sent = Array.from({ length: 1 + chance.below(300) }, () => chance.below(256));
    const received = readAll(server, chance);
    for (let at = 0; at < sent.length;) {
      const length = 1 + chance.below(30);
      const written = client.write(Uint8Array.from(sent.slice(at, at + length)));
      if (chance.once(2)) await written;
      at += length;
    }
    await client.closeWrite();
    assertEquals(await received, sent);
    client.abort();
    server.abort();
  });
});

test("readNow() of one who is to be alone refuses all others until it is told", async () => {
  const { connection, events } = fakeConnection();
  const told = counting();
  const alone = Object.assign(told.notify, { alone: true });
  assertEquals(connection.readNow(alone), undefined);
  assertEquals(codeOf(() => connection.readNow(() => undefined)), "EBUSY");
  assertEquals((await reasonOf(connection.read()) as NetworkError).code, "EBUSY");
  events.received(BYTES);
  assertEquals(told.times, 1);
  assertStrictEquals(await connection.read(), BYTES);
  connection.readNow(alone);
  connection.abort();
  assertEquals([told.times, codeOf(() => connection.readNow(alone))], [2, "ECLOSED"]);
});

test("giveBack() passes a chunk on to a transport that has use for it", () => {
  const { connection, transport } = fakeConnection();
  connection.giveBack(BYTES);
  const given: unknown[] = [];
  Object.assign(transport, { giveBack: (chunk: Uint8Array) => void given.push(chunk) });
  connection.giveBack(BYTES);
  assertEquals(given, [BYTES]);
  connection.abort();
});
