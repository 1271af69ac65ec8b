import { assert, assertEquals, assertStrictEquals } from "#assert";
import { listen, type MemoryListener } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import { serve, type ServeOptions } from "../../core/serve.ts";
import type { ServeContext } from "../../core/served.ts";
import { countListeners, gate, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const BYTES = Uint8Array.of(1);

/** What a client's next read comes to: bytes, the end, or the code of an error. */
async function next(client: Connection): Promise<string> {
  try {
    return (await client.read())?.join() ?? "end";
  } catch (error) {
    return (error as NetworkError).code;
  }
}

/** Serves until the listener is closed. */
async function begin(
  handler: (connection: Connection, context: ServeContext) => unknown,
  options: ServeOptions = {},
) {
  const listener = await listen({ port: 0 });
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const served = serve(listener, handler, { onError, ...options });
  const connect = async () => {
    const client = await listener.connect();
    await macrotask();
    return client;
  };
  const end = async () => {
    await listener.close();
    return await served;
  };
  return { listener, served, errors, connect, end };
}

async function code(listener: MemoryListener): Promise<string> {
  return ((await reasonOf(listener.connect())) as NetworkError).code;
}

test("serve() closes a connection when its handler returns, and sends what was written", async () => {
  const { connect, end, errors, listener } = await begin((connection) => {
    void connection.write(BYTES);
  });
  const client = await connect();
  assertEquals([await next(client), await next(client)], ["1", "end"]);
  await client.close();
  await macrotask();
  assertEquals([errors, listener.stats.open], [[], 0]);
  assertEquals(await end(), { finished: 0, cut: 0 });
});

test("serve() resets the connection of a handler that fails, reports it, and serves on", async () => {
  for (const asynchronous of [true, false]) {
    const fault = new Error("a fault");
    const { connect, end, errors } = await begin((connection) => {
      if (connection.remoteAddr === undefined) return;
      if (asynchronous) return Promise.reject(fault);
      throw fault;
    });
    for (let i = 0; i < 3; i++) assertEquals(await next(await connect()), "ECONNRESET");
    assertEquals(errors, [fault, fault, fault]);
    await end();
  }
});

test("serve() gives onError the connection, and awaits it", async () => {
  const told = gate();
  let given: Connection | undefined;
  let seen: Connection | undefined;
  const { connect, end, listener } = await begin((connection) => {
    given = connection;
    throw undefined;
  }, {
    onError: (_error, connection) => {
      seen = connection;
      return told.promise;
    },
  });
  const client = await connect();
  assertEquals(await next(client), "ECONNRESET", "reset before");
  await listener.close();
  const ended = end();
  assertEquals(await outcome(ended), "pending");
  told.resolve();
  await ended;
  assert(given !== undefined);
  assertStrictEquals(given, seen);
});

test("serve() outlives an onError that fails, and needs none", async () => {
  const fails = () => {
    throw new Error("mine, too");
  };
  for (const onError of [fails, () => Promise.reject(new Error("mine, too")), undefined]) {
    const { connect, end } = await begin(() => Promise.reject(new Error("a fault")), { onError });
    for (let i = 0; i < 2; i++) assertEquals(await next(await connect()), "ECONNRESET");
    await end();
  }
});

test("serve() does not report what peers do", async () => {
  const read = async (connection: Connection) => void await connection.read();
  const { connect, end, errors } = await begin(read, { timeouts: { receive: 5 } });
  (await connect()).abort();
  assertEquals(await next(await connect()), "ECONNRESET", "it was too slow");
  const [client, other] = [await connect(), await connect()];
  client.abort();
  other.abort();
  await end();
  assertEquals(errors, []);
});

test("serve() does report a time limit that is not the connection's, and a read after its close", async () => {
  const failure = new NetworkError("Cannot connect: nobody answers", { code: "ETIMEDOUT" });
  const handlers = [
    () => Promise.reject(failure),
    async (connection: Connection) => {
      void connection.close();
      await connection.read();
    },
  ];
  const { connect, end, errors } = await begin((connection) => handlers.shift()?.(connection));
  for (const client of [await connect(), await connect()]) {
    await next(client);
    client.abort();
  }
  await end();
  assertEquals(errors.map((error) => (error as NetworkError).code), ["ETIMEDOUT", "ECLOSED"]);
});

test("serve() does report a NetworkError that is not the connection's", async () => {
  const failure = new NetworkError("Cannot connect: nobody is there", { code: "ECONNREFUSED" });
  const { connect, end, errors } = await begin(() => Promise.reject(failure));
  assertEquals(await next(await connect()), "ECONNRESET");
  await end();
  assertEquals(errors, [failure]);
});

test("serve() has no more connections than the limit; the others wait", async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  const { connect, end, listener } = await begin(() => {
    const handled = gate();
    gates.push(handled);
    return handled.promise;
  }, { limit: 2 });
  const clients = [await connect(), await connect(), await connect()];
  assertEquals([gates.length, listener.stats.pending], [2, 1]);
  gates[1]?.resolve();
  for (const client of clients) void client.close();
  await macrotask();
  await macrotask();
  assertEquals([gates.length, listener.stats.pending], [3, 0]);
  for (const { resolve } of gates) resolve();
  await end();
});

test("serve() sets the time limits on each connection", async () => {
  const failed = gate<unknown>();
  const { connect, end } = await begin(async (connection) => {
    failed.resolve(await reasonOf(connection.read()));
    await connection.write(BYTES);
  }, { timeouts: { receive: 5 } });
  const client = await connect();
  assertEquals((await failed.promise as NetworkError).code, "ETIMEDOUT");
  assertEquals([await next(client), await next(client)], ["1", "end"]);
  await client.close();
  await end();
});

test("serve() ends with its listener, when the handlers have", async () => {
  const handled = gate();
  const { connect, end, listener } = await begin(() => handled.promise);
  const client = await connect();
  const ended = end();
  await listener.close();
  assertEquals(await outcome(ended), "pending");
  handled.resolve();
  assertEquals(await next(client), "end");
  await client.close();
  assertEquals(await ended, { finished: 0, cut: 0 });
});

test("serve() leaves nothing on its signal", async () => {
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const { end } = await begin(() => undefined, { signal });
  assertEquals(listeners(), 1);
  await end();
  assertEquals(listeners(), 0);
});

test("serve() gives every handler signals of its own", async () => {
  const contexts: ServeContext[] = [];
  const { connect, end } = await begin((_connection, context) => {
    contexts.push(context);
    assertStrictEquals(context.draining, context.draining);
    assertStrictEquals(context.signal, context.signal);
  });
  const clients = [await connect(), await connect()];
  for (const client of clients) await client.close();
  await end();
  assertEquals(new Set(contexts.map(({ draining }) => draining)).size, 2);
  assert(contexts.every(({ draining, signal }) => !draining.aborted && !signal.aborted));
});

test("serve() rejects what is no option, and closes the listener", async () => {
  const wrong: [options: object, named: string][] = [
    [{ limit: 0 }, "RangeError: Cannot serve: limit must be a positive integer"],
    [{ grace: -1 }, "RangeError: Cannot serve: grace must be a number from 0 to"],
    [{ grace: NaN }, "RangeError: Cannot serve: grace must be"],
    [{ grace: "1" }, "RangeError: Cannot serve: grace must be"],
    [{ grace: 2 ** 31 }, "RangeError: Cannot serve: grace must be"],
    [{ signal: {} }, "TypeError: Cannot serve: signal must be an AbortSignal"],
    [{ onError: 1 }, "TypeError: Cannot serve: expected a function, got 1"],
    [{ timeouts: { idle: 0 } }, "RangeError: Cannot serve: timeouts.idle must be"],
    [{ timeouts: 5 }, "TypeError: Cannot serve: timeouts must be an object"],
  ];
  for (const [options, named] of wrong) {
    const listener = await listen({ port: 0 });
    const error = await reasonOf(serve(listener, () => undefined, options));
    assertEquals(String(error).slice(0, named.length), named);
    assertEquals(await code(listener), "ECONNREFUSED");
  }
  const listener = await listen({ port: 0 });
  const error = await reasonOf(serve(listener, 1 as unknown as () => void));
  assertEquals([String(error), await code(listener)], [
    "TypeError: Cannot serve: expected a function, got 1",
    "ECONNREFUSED",
  ]);
});

test("serve() is refused a listener whose connections are somebody else's", async () => {
  const listener = await listen({ port: 0 });
  const incoming = listener.incoming();
  const error = await reasonOf(serve(listener, () => undefined));
  assertEquals((error as NetworkError).code, "EBUSY");
  const client = await listener.connect();
  const { value } = await incoming.next();
  await Promise.all([client.close(), value?.close(), incoming.return()]);
});
