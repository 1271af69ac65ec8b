import { assert, assertEquals } from "#assert";
import { listen } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import type { NetworkError } from "../../core/errors.ts";
import type { Listener } from "../../core/listener.ts";
import { serve, type ServeOptions, serveTold } from "../../core/serve.ts";
import type { ServeContext, Served } from "../../core/served.ts";
import { Stream } from "../../core/stream.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { countListeners, gate, macrotask, microtasks, never, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const BYTES = Uint8Array.of(1);

type Handler = (connection: Connection, context: ServeContext) => unknown;

async function echo(connection: Connection): Promise<void> {
  for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
    await connection.write(chunk);
  }
}

/** What a client's next read comes to: bytes, the end, or the code of an error. */
async function next(client: Connection): Promise<string> {
  try {
    return (await client.read())?.join() ?? "end";
  } catch (error) {
    return (error as NetworkError).code;
  }
}

/** A server that is to be stopped, with a clock that the test turns. */
async function begin(handler: Handler, options: ServeOptions = {}, capacity = 1024) {
  const listener = await listen({ port: 0, capacity });
  const timers = new FakeTimers();
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const served = serve(listener, handler, { signal: stop.signal, timers, onError, ...options });
  const connect = async (exchanges = 0) => {
    const client = await listener.connect();
    await macrotask();
    for (let i = 0; i < exchanges; i++) {
      await client.write(BYTES);
      assertEquals(await next(client), "1");
    }
    await macrotask();
    return client;
  };
  /** Stops, and waits until no connection is accepted any more. */
  const drain = async () => {
    stop.abort();
    await listener.close();
    await macrotask();
  };
  /** Checks that nothing is left behind. */
  const end = async (expected: Served) => {
    assertEquals(await served, expected);
    assertEquals([timers.armed, listeners(), errors], [0, 0, []], "timers, listeners, errors");
  };
  return { listener, timers, errors, served, stop, connect, drain, end };
}

test("serve() closes idle connections when it stops, and finishes the others", async () => {
  const busy = gate();
  const { connect, drain, end, timers, served } = await begin(async (connection) => {
    const chunk = await connection.read();
    if (chunk?.[0] === 1) {
      await connection.write(chunk);
      return await echo(connection);
    }
    await busy.promise;
    await connection.write(Uint8Array.of(2));
  });
  const idle = await connect(1);
  const working = await connect();
  await working.write(Uint8Array.of(2));
  await macrotask();
  await drain();
  timers.advance(100);
  assertEquals(await next(idle), "end");
  await idle.close();
  assertEquals(await outcome(served), "pending");
  busy.resolve();
  assertEquals([await next(working), await next(working)], ["2", "end"]);
  await working.close();
  await end({ finished: 2, cut: 0 });
});

test("serve() tells the handlers that it stops, also those that come later", async () => {
  const told: boolean[] = [];
  const heeds: Handler = async (connection, { draining, signal }) => {
    if (!draining.aborted) {
      await new Promise((resolve) => draining.addEventListener("abort", resolve, { once: true }));
    }
    told.push(signal.aborted);
    await connection.write(BYTES);
  };
  const { connect, drain, end } = await begin(heeds, { limit: 1 });
  const clients = [await connect(), await connect()];
  await drain();
  for (const client of clients) {
    assertEquals([await next(client), await next(client)], ["1", "end"]);
    await client.close();
  }
  assertEquals(told, [false, false]);
  await end({ finished: 2, cut: 0 });
});

test("serve() resets what is left when the grace is over, and aborts its signal", async () => {
  const reasons: unknown[] = [];
  const waits: Handler = (_connection, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reasons.push(signal.reason);
        reject(signal.reason);
      });
    });
  const { connect, drain, end, timers, served } = await begin(waits, { grace: 500, limit: 2 });
  const clients = [await connect(), await connect(), await connect()];
  await drain();
  timers.advance(499);
  assertEquals(await outcome(served), "pending");
  timers.advance(1);
  for (const client of clients) assertEquals(await next(client), "ECONNRESET");
  assertEquals(
    reasons.map(String),
    Array(2).fill("AbortError: Cannot go on: over 500 ms since the stop"),
  );
  await end({ finished: 0, cut: 3 });
});

test("serve() waits 10 s by default", async () => {
  const handled = gate();
  const { connect, drain, end, timers, served } = await begin(() => handled.promise);
  const client = await connect();
  await drain();
  timers.advance(9_999);
  assertEquals(await outcome(served), "pending");
  timers.advance(1);
  assertEquals(await next(client), "ECONNRESET");
  handled.resolve();
  await end({ finished: 0, cut: 1 });
});

test("serve() cuts at once without a grace", async () => {
  const { connect, drain, end } = await begin(echo, { grace: 0 });
  const clients = [await connect(1), await connect()];
  await drain();
  for (const client of clients) assertEquals(await next(client), "ECONNRESET");
  await end({ finished: 0, cut: 2 });
});

test("serve() waits for ever when the grace is Infinity", async () => {
  const handled = gate();
  const { connect, drain, end, timers, served } = await begin(() => handled.promise, {
    grace: Infinity,
  });
  const client = await connect();
  await drain();
  assertEquals(timers.armed, 0);
  timers.advance(2 ** 31);
  assertEquals(await outcome(served), "pending");
  handled.resolve();
  assertEquals(await next(client), "end");
  await client.close();
  await end({ finished: 1, cut: 0 });
});

test("serve() leaves a handler to itself that goes on for a second after it was cut", async () => {
  const { connect, drain, end, timers, served } = await begin(never, { grace: 500, limit: 1 });
  const client = await connect();
  await drain();
  timers.advance(500);
  assertEquals([await next(client), await outcome(served)], ["ECONNRESET", "pending"]);
  timers.advance(999);
  assertEquals(await outcome(served), "pending");
  timers.advance(1);
  await end({ finished: 0, cut: 1 });
});

test("serve() reports what fails when the grace is over, unless it only says so", async () => {
  const failures = [new Error("a fault"), Object.assign(new Error("so"), { name: "AbortError" })];
  const { connect, drain, served, timers, errors } = await begin((_connection, { signal }) => {
    const failure = failures.pop();
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(failure));
    });
  }, { grace: 1 });
  const clients = [await connect(), await connect()];
  await drain();
  timers.advance(1);
  for (const client of clients) await next(client);
  assertEquals(await served, { finished: 0, cut: 2 });
  assertEquals(errors.map(String), ["Error: a fault"]);
});

test("serve() reports nothing of a handler that gives up because it is told to stop", async () => {
  const { connect, drain, end } = await begin((_connection, { draining }) =>
    new Promise((_resolve, reject) => {
      draining.addEventListener("abort", () => reject(draining.reason));
    })
  );
  const client = await connect();
  await drain();
  assertEquals(await next(client), "ECONNRESET");
  await end({ finished: 1, cut: 0 });
});

test("serve() reports also what cannot be looked at", async () => {
  const fault = Object.create(null, {
    name: {
      get: () => {
        throw new Error("no");
      },
    },
  });
  const { connect, drain, served, errors } = await begin(async (connection) => {
    await connection.read();
    throw fault;
  });
  const client = await connect();
  await drain();
  await client.write(BYTES);
  assertEquals(await next(client), "ECONNRESET");
  assertEquals(await served, { finished: 1, cut: 0 });
  assert(errors.length === 1 && errors[0] === fault);
});

test("serve() reports an AbortError while nothing is aborted", async () => {
  const failure = Object.assign(new Error("so"), { name: "AbortError" });
  const { connect, drain, served, errors } = await begin(() => Promise.reject(failure));
  await next(await connect());
  await drain();
  assertEquals([await served, errors], [{ finished: 0, cut: 0 }, [failure]]);
});

test("serve() takes an answer that is not taken for cut, one that is for finished", async () => {
  const writes: Handler = (connection) => void connection.write(new Uint8Array(8));
  const { connect, drain, end, timers } = await begin(writes, { grace: 500 }, 8);
  const [done, stuck] = [await connect(), await connect()];
  void stuck.write(BYTES);
  await next(done);
  await drain();
  timers.advance(500);
  await end({ finished: 2, cut: 0 });
  for (const client of [done, stuck]) client.abort();
  const slow: Handler = (connection) => void connection.write(new Uint8Array(80));
  const other = await begin(slow, { grace: 500 }, 8);
  const client = await other.connect();
  await other.drain();
  other.timers.advance(500);
  await other.end({ finished: 0, cut: 1 });
  client.abort();
});

test("serve() gives one that has sent nothing 250 ms, and what comes by then an answer", async () => {
  const { connect, drain, end, timers } = await begin(echo);
  const [silent, late] = [await connect(), await connect()];
  await drain();
  timers.advance(249);
  await late.write(BYTES);
  assertEquals(await next(late), "1");
  await macrotask();
  timers.advance(1);
  assertEquals(await next(silent), "end");
  await silent.close();
  timers.advance(99);
  assertEquals(await next(late), "end");
  await late.close();
  await end({ finished: 2, cut: 0 });
});

test("serve() gives one that comes up after the stop 250 ms, too", async () => {
  const handled = gate();
  let first = true;
  const { connect, drain, end, timers, served } = await begin((connection) => {
    if (!first) return echo(connection);
    first = false;
    return handled.promise;
  }, { limit: 1 });
  const [busy, silent] = [await connect(), await connect()];
  await drain();
  timers.advance(250);
  handled.resolve();
  assertEquals(await next(busy), "end");
  await busy.close();
  await macrotask();
  assertEquals(await outcome(served), "pending");
  timers.advance(250);
  assertEquals(await next(silent), "end");
  await silent.close();
  await end({ finished: 2, cut: 0 });
});

test("serve() loses nothing of an answer that is not read yet when it closes", async () => {
  const { connect, drain, end, timers } = await begin(echo);
  const client = await connect();
  await client.write(BYTES);
  await macrotask();
  await drain();
  timers.advance(100);
  await macrotask();
  assertEquals([await next(client), await next(client)], ["1", "end"]);
  await client.close();
  await end({ finished: 1, cut: 0 });
});

test("serve() lets a request that is under way be answered before it closes", async () => {
  const { connect, drain, end, timers } = await begin(echo);
  const client = await connect(1);
  await drain();
  for (let i = 0; i < 20; i++) {
    timers.advance(4);
    await client.write(BYTES);
    assertEquals(await next(client), "1");
    await macrotask();
  }
  timers.advance(100);
  assertEquals(await next(client), "end");
  await client.close();
  await end({ finished: 1, cut: 0 });
});

test("serve() does not take a handler for idle that writes while it reads", async () => {
  const chat: Handler = async (connection, { draining }) => {
    draining.addEventListener("abort", () => void connection.close(), { once: true });
    const reading = echo(connection);
    await connection.write(BYTES);
    await reading.catch(() => undefined);
  };
  const { connect, drain, end, timers } = await begin(chat);
  const client = await connect();
  assertEquals(await next(client), "1");
  await drain();
  assertEquals(timers.armed, 1, "the grace alone");
  assertEquals(await next(client), "end");
  await client.close();
  await end({ finished: 1, cut: 0 });
});

test("serve() closes what its handlers leave reading", async () => {
  const { connect, end, drain } = await begin((connection) => {
    void connection.read().catch(() => undefined);
  });
  const client = await connect();
  assertEquals(await next(client), "end");
  await client.close();
  await macrotask();
  await drain();
  await end({ finished: 0, cut: 0 });
});

test("serve() hands out what had connected before the stop", async () => {
  const { listener, end, drain } = await begin(echo);
  const clients = await Promise.all(Array.from({ length: 20 }, () => listener.connect()));
  for (const client of clients) await client.write(BYTES);
  const draining = drain();
  for (const client of clients) {
    assertEquals(await next(client), "1");
    await client.closeWrite();
    assertEquals(await next(client), "end");
    await client.close();
  }
  await draining;
  await end({ finished: 20, cut: 0 });
});

test("serve() rejects with the failure of a listener of another kind, after its connections", async () => {
  const inner = await listen({ port: 0 });
  const fault = new Error("the listener is broken");
  const handled = gate();
  const incoming = inner.incoming();
  let count = 0;
  const failing: Listener = {
    addr: inner.addr,
    stats: inner.stats,
    incoming: () =>
      new Stream({
        [Symbol.asyncIterator]: () => ({
          next: () => count++ === 0 ? incoming.next() : Promise.reject(fault),
          return: () => incoming.return(),
        }),
      }),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
  const served = serve(failing, () => handled.promise);
  const client = await inner.connect();
  assertEquals(await outcome(served), "pending");
  handled.resolve();
  assertEquals(await next(client), "end");
  await client.close();
  let failure: unknown;
  await served.catch((error) => failure = error);
  assert(failure === fault);
});

test("serve() rejects with the failure of a listener of another kind to close", async () => {
  const inner = await listen({ port: 0 });
  const fault = new Error("it does not close");
  const stop = new AbortController();
  const close = async () => {
    await inner.close();
    throw fault;
  };
  const failing: Listener = {
    addr: inner.addr,
    stats: inner.stats,
    incoming: () => inner.incoming(),
    close,
    [Symbol.asyncDispose]: close,
  };
  const served = serve(failing, echo, { signal: stop.signal });
  await macrotask();
  stop.abort();
  let failure: unknown;
  await served.catch((error) => failure = error);
  await macrotask();
  assert(failure === fault);
});

test("serve() cuts also a connection that is being handed out in that very moment", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const { end, listener, served, stop } = await begin(echo, { grace: 0 });
    await macrotask();
    const connecting = listener.connect();
    await microtasks(turns);
    stop.abort();
    assertEquals(await outcome(served), "fulfilled", `after ${turns} turns`);
    assertEquals(await next(await connecting), "ECONNRESET");
    await end({ finished: 0, cut: (await served).cut });
  }
});

test("serveTold() gives the listener's own connections, and closes none that is idle", async () => {
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  const timers = new FakeTimers();
  const seen: Connection[] = [];
  const served = serveTold(listener, async (connection, { draining }) => {
    seen.push(connection);
    draining.addEventListener("abort", () => void connection.close(), { once: true });
    await echo(connection).catch(() => undefined);
  }, { signal: stop.signal, timers });
  const client = await listener.connect();
  await client.write(BYTES);
  assertEquals(await next(client), "1");
  assert(seen[0] instanceof TransportConnection);
  stop.abort();
  await listener.close();
  await macrotask();
  assertEquals(timers.armed, 1, "the grace alone");
  assertEquals(await next(client), "end");
  await client.close();
  assertEquals(await served, { finished: 1, cut: 0 });
});

test("serveTold() cuts what runs when the grace is over, and refuses what serve() refuses", async () => {
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  const served = serveTold(listener, echo, { signal: stop.signal, grace: 0 });
  const client = await listener.connect();
  await macrotask();
  stop.abort();
  assertEquals(await next(client), "ECONNRESET");
  assertEquals(await served, { finished: 0, cut: 1 });
  const failure = await serveTold(await listen({ port: 0 }), echo, { grace: -1 })
    .then(() => undefined, (error: unknown) => error);
  assert(failure instanceof RangeError);
});
