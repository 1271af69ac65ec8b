import { assertEquals, assertMatch } from "#assert";
import * as sync from "../examples/1_sync.ts";
import * as async from "../examples/2_async.ts";
import * as slow from "../examples/3_slow.ts";
import * as concurrent from "../examples/4_concurrent.ts";
import { listen, type Listener } from "../mod.ts";
import { bytes, MockConnection, oneByOne } from "./http/mock_connection.ts";
import { get, RawClient } from "./main/raw_client.ts";
import { pathOf, RUN, ServerProcess } from "./main/server_process.ts";
import { gate, macrotask, outcome } from "./support/gates.ts";
import { runtime, test } from "./support/harness.ts";

const HELLO = page("200 OK", "<h1>Hello!</h1>");
const LOST = page("404 Not Found", "<h1>There is nothing here.</h1>");

function page(status: string, text: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`;
}

/** Serves on a free port while `use` runs, and waits for the end. */
async function serving(
  serve: (listener: Listener) => Promise<void>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const listener = await listen({ port: 0 });
  const served = serve(listener);
  try {
    await use(listener.addr.port);
  } finally {
    await listener.close();
    await served;
  }
}

/** What has become of `promise` after many turns of the event loop: an answer needs but a few. */
async function outcomeInTime(promise: Promise<unknown>): Promise<string> {
  for (let turn = 0; turn < 50; turn++) await macrotask();
  return await outcome(promise);
}

for (const [name, { serve }] of Object.entries({ "1_sync": sync, "2_async": async })) {
  test(`${name} serves one connection after the other on ${runtime}`, async () => {
    await serving(serve, async (port) => {
      assertEquals([await get(port, "/"), await get(port, "/x")], [HELLO, LOST]);

      const order: string[] = [];
      const first = await new RawClient(port).send("GET / HT");
      const second = await new RawClient(port).get("/");
      const answers = [
        first.answer.finally(() => order.push("first")),
        second.answer.finally(() => order.push("second")),
      ];
      assertEquals(await outcomeInTime(second.answer), "pending");
      await first.send("TP/1.1\r\n\r\n");
      assertEquals(await Promise.all(answers), [HELLO, HELLO]);
      assertEquals(order, ["first", "second"]);
    });
  });
}

test("2_async has a handler that is tested without a socket", async () => {
  for (const input of [[bytes("GET / HTTP/1.1\r\n\r\n")], oneByOne("GET / HTTP/1.1\r\n\r\n")]) {
    const connection = new MockConnection(input);
    await async.handleConnection(connection);
    assertEquals(connection.written, HELLO);
  }
});

test(`3_slow lets a slow request block the others on ${runtime}`, async () => {
  const [asleep, slept] = [gate(), gate()];
  const sleep = () => {
    asleep.resolve();
    return slept.promise;
  };
  await serving((listener) => slow.serve(listener, sleep), async (port) => {
    const order: string[] = [];
    const sleeper = get(port, "/sleep").finally(() => order.push("/sleep"));
    await asleep.promise;
    const others = Array.from({ length: 10 }, () => get(port, "/").finally(() => order.push("/")));
    assertEquals(await outcomeInTime(Promise.race(others)), "pending");
    slept.resolve();
    assertEquals(await sleeper, HELLO);
    assertEquals(new Set(await Promise.all(others)), new Set([HELLO]));
    assertEquals([order[0], order.length], ["/sleep", 11]);
  });
});

test(`4_concurrent answers the others while a slow request sleeps on ${runtime}`, async () => {
  const [asleep, slept] = [gate(), gate()];
  const sleep = () => {
    asleep.resolve();
    return slept.promise;
  };
  await serving((listener) => concurrent.serve(listener, sleep), async (port) => {
    const order: string[] = [];
    const sleeper = get(port, "/sleep").finally(() => order.push("/sleep"));
    await asleep.promise;
    const others = Array.from({ length: 100 }, () => get(port, "/").finally(() => order.push("/")));
    assertEquals(new Set(await Promise.all(others)), new Set([HELLO]));
    assertEquals([order.length, order.includes("/sleep")], [100, false]);
    slept.resolve();
    assertEquals(await sleeper, HELLO);
  });
});

for (const name of ["1_sync", "2_async", "3_slow", "4_concurrent"]) {
  test(`${name} runs as a program on ${runtime}`, async (t) => {
    const server = new ServerProcess([], [...RUN[runtime], pathOf(`examples/${name}.ts`)]);
    t.defer(() => server.kill("SIGKILL"));
    const [, port] = await server.said(/^Listening on http:\/\/127\.0\.0\.1:([0-9]+)\/\n$/);
    assertEquals(await get(Number(port), "/"), HELLO);
    // And it outlives a client that leaves.
    (await new RawClient(Number(port)).send("GET")).reset();
    assertEquals(await get(Number(port), "/x"), LOST);
    assertMatch(server.stderr, /^(NetworkError: Cannot [^\n]+\n)?$/);
  });
}
