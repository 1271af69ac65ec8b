import { assert, assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { resolveHttpOptions } from "../../http/http_options.ts";
import { Input } from "../../http/input.ts";
import { StreamWatch } from "../../http/stream_watch.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { get, statuses, Talk } from "./talk.ts";

function watched(idle?: number) {
  const timers = new FakeTimers();
  const [client, server] = connectionPair();
  const options = resolveHttpOptions("test", { timers, timeouts: { idle } });
  const [input, output, sent] = [new Input(server), { busy: false }, { bytes: 0 }];
  const watch = new StreamWatch(server, input, output, options);
  const told: unknown[] = [];
  const begin = () =>
    watch.begin(sent, (reason) => {
      told.push(reason);
      watch.end();
    });
  const pass = async (ms: number) => {
    await macrotask();
    timers.advance(ms);
    await macrotask();
    return told.length;
  };
  const close = () => Promise.all([client.close(), server.close()]);
  return { timers, client, input, output, sent, watch, told, begin, pass, close };
}

test("StreamWatch tells at once that the connection is broken, once", async () => {
  const { client, timers, told, begin, watch, pass, close } = watched();
  begin();
  assertEquals([await pass(1e6), watch.end()], [0, true]);
  begin();
  client.abort();
  assertEquals([await pass(0), told[0] instanceof Error, watch.end()], [1, true, false]);
  begin();
  assertEquals([told.length, timers.armed], [2, 0], "it was broken before");
  await close();
});

test("StreamWatch takes a client for gone that has finished, when nothing was sent for 10 s", async () => {
  const { client, timers, sent, output, told, begin, pass, close } = watched();
  begin();
  await client.closeWrite();
  for (let part = 1; part < 5; part++) {
    assertEquals(await pass(9999), 0);
    sent.bytes = part;
  }
  output.busy = true;
  assertEquals(await pass(60_000), 0, "it is not the body that is late");
  output.busy = false;
  assertEquals([await pass(10_000), timers.armed], [1, 0]);
  assert(told[0] instanceof Error && told[0].name === "AbortError");
  await close();
});

test("StreamWatch counts anew for each answer", async () => {
  const { client, sent, watch, begin, pass, close } = watched();
  begin();
  sent.bytes = 5;
  assertEquals([await pass(10_000), watch.end()], [0, true]);
  sent.bytes = 0;
  begin();
  await client.closeWrite();
  assertEquals([await pass(9999), await pass(1)], [0, 1]);
  await close();
});

test("StreamWatch finds the end behind 64 KiB of what was sent, and holds no more", async () => {
  for (const [size, found] of [[10, 1], [60_000, 1], [65_536, 0], [200_000, 0]] as const) {
    const { client, input, watch, begin, pass, timers, close } = watched();
    begin();
    const sent = client.write(new Uint8Array(size)).then(() => client.closeWrite());
    for (let turn = 0; turn < 8; turn++) await pass(10_000);
    assertEquals([await pass(0), input.length <= 2 * 65_536], [found, true], `${size}`);
    assertEquals([watch.end(), timers.armed], [found === 0, 0]);
    client.abort();
    await sent.catch(() => undefined);
    await close();
  }
});

test("StreamWatch takes nobody for gone with timeouts.idle of Infinity", async () => {
  const { client, timers, watch, begin, pass, close } = watched(Infinity);
  begin();
  await client.closeWrite();
  assertEquals([await pass(1e9), timers.armed, watch.end()], [0, 0, true]);
  await close();
});

test("StreamWatch lets a client that only half-closes have its answer", async () => {
  const timers = new FakeTimers();
  const turns = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const session = new Talk(() => ({
    body: {
      async *[Symbol.asyncIterator]() {
        for (const { promise } of turns) {
          await promise;
          yield "part";
        }
      },
    },
  }), { timers });
  await session.send(get());
  const closed = session.end();
  for (const turn of turns) {
    timers.advance(9000);
    turn.resolve();
    for (let i = 0; i < 4; i++) await macrotask();
  }
  const answers = await closed;
  assertEquals([statuses(answers), answers.split("part").length, timers.armed], [[200], 5, 0]);
});
