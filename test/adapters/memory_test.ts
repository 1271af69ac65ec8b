import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "#assert";
import { connectionPair, listen } from "../../adapters/memory.ts";
import { NetworkError, NotSupported } from "../../core/errors.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Whether `promise` is settled when everything that is ready has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let yes = false;
  const mark = () => yes = true;
  promise.then(mark, mark);
  await turn();
  return yes;
}

test("connectionPair() gives two ends that name each other", () => {
  const [a, b] = connectionPair();
  assertStrictEquals(a.localAddr, b.remoteAddr);
  assertStrictEquals(b.localAddr, a.remoteAddr);
  const portOf = ({ localAddr: addr }: typeof a) => addr.transport === "memory" ? addr.port : 0;
  assert(portOf(a) !== portOf(b) && portOf(a) > 0);
});

test("connectionPair({ capacity }) takes that much, and then waits for the reader", async () => {
  const [a, b] = connectionPair({ capacity: 4 });
  assertEquals(await settled(a.write(new Uint8Array(4))), true);
  const second = a.write(new Uint8Array(1));
  assertEquals(await settled(second), false);
  await b.read();
  await second;
  a.abort();
});

test("connectionPair({ clogged }) takes nothing before the other end reads", async () => {
  const [a, b] = connectionPair({ clogged: true });
  const writing = a.write(new Uint8Array(1));
  assertEquals(await settled(writing), false);
  await b.read();
  await writing;
  a.abort();
});

test("connectionPair() refuses a capacity that is none", () => {
  for (const capacity of [0, -1, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => connectionPair({ capacity }), RangeError);
    assertEquals(
      error.message,
      `Cannot make a pair: capacity must be a positive integer, got ${capacity}`,
    );
  }
});

test("connectionPair({ timers }) is the clock of the lingering close", async () => {
  const timers = new FakeTimers();
  const [a] = connectionPair({ timers });
  const closing = a.close();
  assertEquals(await settled(closing), false);
  timers.advance(2000);
  await closing;
});

test("a memory connection that is released with unread input resets its peer, as sockets do", async () => {
  const timers = new FakeTimers();
  const [a, b] = connectionPair({ timers });
  void b.write(new Uint8Array(1_000_000));
  await a.write(new Uint8Array(10));
  void a.close();
  await turn();
  timers.advance(2000);
  await turn();
  const error = await b.write(new Uint8Array(1)).catch((error: NetworkError) => error.code);
  assertEquals(error, "ECONNRESET");
});

test("writing to a memory connection that was released is ECONNRESET", async () => {
  const timers = new FakeTimers();
  const [a, b] = connectionPair({ timers });
  void a.close();
  await turn();
  timers.advance(2000);
  assertEquals(await b.read(), null);
  const error = await assertRejects(() => b.write(new Uint8Array(1)), NetworkError);
  assertEquals(error.code, "ECONNRESET");
  await b.close();
});

test("two memory ends that answer each other for ever let timers run", async () => {
  const [a, b] = connectionPair();
  let over = false;
  const echo = async (from: typeof a) => {
    for (let chunk = await from.read(); chunk !== null && !over; chunk = await from.read()) {
      await from.write(chunk);
    }
  };
  const echoes = [echo(a), echo(b)];
  await a.write(new Uint8Array(1));
  await turn();
  over = true;
  a.abort();
  await Promise.allSettled(echoes);
});

test("listen() of memory connects by its own connect(), until it is closed", async () => {
  const listener = await listen({ port: 7 });
  assertEquals(listener.addr, { transport: "memory", hostname: "memory", port: 7 });
  const client = await listener.connect();
  const { value: server } = await listener.incoming().next();
  assertStrictEquals(server?.localAddr, listener.addr);
  assertStrictEquals(server?.remoteAddr, client.localAddr);
  await listener.close();
  const error = await assertRejects(() => listener.connect(), NetworkError);
  assertEquals(
    error.message,
    "Cannot connect to memory:7: nobody listens there (ECONNREFUSED)",
  );
  client.abort();
});

test("listen({ maxConnections, timeouts }) of memory holds for the ends it hands out", async () => {
  const timers = new FakeTimers();
  const listener = await listen({ port: 0, timers, maxConnections: 1, timeouts: { receive: 50 } });
  const incoming = listener.incoming();
  const [first, { value: server }] = [await listener.connect(), await incoming.next()];
  const refused = await listener.connect();
  assertEquals(await refused.read().catch((error: NetworkError) => error.code), "ECONNRESET");
  assertEquals(listener.stats.refused, 1);
  const reading = server?.read().catch((error: NetworkError) => error.code);
  timers.advance(60);
  assertEquals(await reading, "ETIMEDOUT");
  first.abort();
  server?.abort();
  await listener.close();
});

test("listen() of memory chooses a port, and refuses what it cannot honour", async () => {
  const [first, second] = [await listen({ port: 0 }), await listen({ port: 0 })];
  assert(first.addr.port > 0 && first.addr.port !== second.addr.port);
  await assertRejects(() => listen({ port: 0, backlog: 1 }), NotSupported, "memory has no option");
  await assertRejects(() => listen({ path: "/s" }), NotSupported, "option path, got /s");
  const pem = "-----BEGIN NOTHING-----";
  const error = await assertRejects(
    () => listen({ port: 0, tls: { cert: pem, key: pem } }),
    NotSupported,
    "memory has no option tls",
  );
  assert(!error.message.includes(pem));
  await assertRejects(() => listen({ port: 0, capacity: 0 }), RangeError, "Cannot make a pair");
  await Promise.all([first.close(), second.close()]);
});
