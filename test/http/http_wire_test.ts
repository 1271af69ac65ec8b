import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import type { Reader } from "../../core/connection.ts";
import { httpConnection } from "../../http/http_connection.ts";
import type { HttpOptions } from "../../http/http_options.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { macrotask } from "../support/gates.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";
import { echo, get, HOST, post, statuses, Talk } from "./talk.ts";

/** A talk whose clock the test turns. */
class Timed extends Talk {
  readonly clock: FakeTimers;

  constructor(options: HttpOptions = {}, handler: HttpHandler = echo) {
    const timers = new FakeTimers();
    super(handler, { ...options, timers });
    this.clock = timers;
  }

  /** Lets time pass, and all that follows from it happen. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let turn = 0; turn < 4; turn++) await macrotask();
    this.clock.advance(0);
    for (let turn = 0; turn < 4; turn++) await macrotask();
  }
}

test("HttpWire gives a silent new connection 15 s, then 408", async () => {
  const talk = new Timed();
  await talk.pass(14_999);
  assertEquals([talk.received, talk.ended], ["", false]);
  await talk.pass(1);
  assertEquals([statuses(await talk.closed()), talk.clock.armed], [[408], 0]);
});

test("HttpWire gives a head 15 s from its first byte, however often bytes come", async () => {
  const talk = new Timed();
  await talk.pass(10_000);
  await talk.send("G");
  for (let second = 0; second < 14; second++) {
    await talk.pass(1000);
    await talk.send(second === 0 ? "ET /" : "a");
  }
  assertEquals(talk.received, "");
  await talk.pass(1000);
  assertEquals(statuses(await talk.closed()), [408]);
});

test("HttpWire closes a connection after 10 s without a next request, saying nothing", async () => {
  const talk = new Timed();
  await talk.send(get());
  await talk.pass(9999);
  await talk.send(get());
  await talk.pass(9999);
  assertEquals([statuses(talk.received), talk.ended], [[200, 200], false]);
  await talk.send("\r\n");
  await talk.pass(1);
  assertEquals([statuses(await talk.closed()), talk.clock.armed], [[200, 200], 0]);
});

test("HttpWire takes nobody for idle who has not taken his answer", async () => {
  const timers = new FakeTimers();
  const [client, server] = connectionPair({ capacity: 4096 });
  const options = { timers, timeouts: { send: Infinity } };
  const served = httpConnection(server, () => ({ body: "z".repeat(10_000) }), options);
  await client.write(new TextEncoder().encode(get()));
  for (let turn = 0; turn < 4; turn++) {
    timers.advance(20_000);
    await macrotask();
  }
  let text = "";
  for (let chunk = await client.read(); chunk !== null && !/z{10000}$/.test(text);) {
    text += String.fromCharCode(...chunk);
    chunk = /z{10000}$/.test(text) ? chunk : await client.read();
  }
  assertEquals(text.endsWith("z"), true, "all of it has come");
  for (let turn = 0; turn < 4; turn++) {
    await macrotask();
    timers.advance(10_000);
  }
  assertEquals(await client.read(), null);
  await client.close();
  await served;
});

/** Reads until what has come ends so. */
async function readUntil(client: Reader, end: string): Promise<string> {
  let text = "";
  while (!text.endsWith(end)) {
    const chunk = await client.read();
    if (chunk === null) break;
    text += String.fromCharCode(...chunk);
  }
  return text;
}

test("HttpWire begins to wait for the next request when the answer was taken", async () => {
  const timers = new FakeTimers();
  const [client, server] = connectionPair({ capacity: 4096 });
  const options = { timers, timeouts: { send: Infinity } };
  const body = "z".repeat(6000);
  const served = httpConnection(server, () => ({ body }), options);
  for (const request of ["first", "second"]) {
    await client.write(bytes(get()));
    for (let turn = 0; turn < 8; turn++) {
      timers.advance(turn % 2 === 0 ? 9000 : 0);
      await macrotask();
    }
    assertEquals(statuses(await readUntil(client, body)), [200], request);
    for (let turn = 0; turn < 4; turn++) await macrotask();
  }
  await client.closeWrite();
  assertEquals([await client.read(), timers.armed], [null, 0]);
  await client.close();
  await served;
});

test("HttpWire takes what has come while it was sending 100 Continue", async () => {
  const [client, server] = connectionPair({ clogged: true });
  const served = httpConnection(server, async (request) => {
    // Whoever watches the client reads ahead.
    assertEquals(request.signal.aborted, false);
    return { body: await request.text() };
  });
  const expecting = post("abc", "Expect: 100-continue\r\n");
  // Each is taken while the client reads nothing, not even that it may go on.
  await client.write(bytes(expecting.slice(0, -3)));
  await client.write(bytes("abc"));
  const answers = await readUntil(client, "\r\n\r\nabc");
  assertEquals(statuses(answers), [100, 200]);
  await client.closeWrite();
  await client.close();
  await served;
});

test("HttpWire sends 100 Continue behind the answers to the requests before it", async () => {
  const expecting = post("abc", "Expect: 100-continue\r\n").slice(0, -3);
  const talk = new Talk((request, info) =>
    request.method === "GET" ? { body: "ok" } : echo(request, info)
  );
  await talk.send(get() + get() + expecting);
  assertEquals(statuses(talk.received), [200, 200, 100]);
  await talk.send(`abc${get()}${expecting}`);
  assertEquals(statuses(talk.received), [200, 200, 100, 200, 200, 100]);
  await talk.send("def");
  assertEquals((await talk.end()).endsWith("\r\n\r\ndef"), true);
});

test("HttpWire counts the time in which nobody takes its 100 Continue", async () => {
  const timers = new FakeTimers();
  const [client, server] = connectionPair({ clogged: true });
  const options = { timers, timeouts: { send: Infinity } };
  const served = httpConnection(server, echo, options);
  await client.write(bytes(post("abc", "Expect: 100-continue\r\n").slice(0, -3)));
  for (let turn = 0; turn < 4; turn++) {
    timers.advance(turn === 1 ? 30_000 : 0);
    await macrotask();
  }
  const answers = await readUntil(client, "in time\n");
  assertEquals([statuses(answers), timers.armed], [[100, 408], 0]);
  await client.close();
  await served;
});

test("HttpWire gives the next head its time from its first byte", async () => {
  const talk = new Timed();
  await talk.send(`${get()}GET`);
  await talk.pass(14_999);
  assertEquals(statuses(talk.received), [200]);
  await talk.pass(1);
  assertEquals(statuses(await talk.closed()), [200, 408]);
});

test("HttpWire gives a body 30 s from read to read, then 408", async () => {
  const talk = new Timed({ limits: { minBodyRate: Infinity } });
  await talk.send(post("abc").slice(0, -3));
  await talk.pass(29_999);
  await talk.send("a");
  await talk.pass(29_999);
  assertEquals(talk.received, "");
  await talk.pass(1);
  assertEquals(statuses(await talk.closed()), [408]);
});

test("HttpWire wants 240 bytes a second of a body in the long run", async () => {
  const talk = new Timed();
  await talk.send(post("x".repeat(30_000)).slice(0, -30_000));
  // 30 s are free; each 2,400 bytes pay for 10 s more.
  for (let i = 0; i < 4; i++) {
    await talk.pass(10_000);
    await talk.send("x".repeat(2400));
  }
  await talk.pass(29_999);
  assertEquals(talk.received, "");
  await talk.pass(1);
  assertEquals(statuses(await talk.closed()), [408]);
});

test("HttpWire is not kept waiting by a byte now and then", async () => {
  const talk = new Timed();
  await talk.send(post("x".repeat(100)).slice(0, -100));
  for (let i = 0; i < 2; i++) {
    await talk.pass(14_000);
    await talk.send("x");
  }
  assertEquals(talk.received, "");
  await talk.pass(2100);
  assertEquals(statuses(await talk.closed()), [408]);
});

test("HttpWire gives each body its own time", async () => {
  const talk = new Timed();
  for (let i = 0; i < 4; i++) {
    await talk.send(post("abc").slice(0, -3));
    await talk.pass(20_000);
    await talk.send("abc");
  }
  assertEquals(statuses(await talk.end()), [200, 200, 200, 200]);
});

test("HttpWire does not count the time that the handler takes", async () => {
  const gate = Promise.withResolvers<void>();
  const talk = new Timed({}, async (request) => {
    await gate.promise;
    return { body: await request.text() };
  });
  await talk.send(post("abc"));
  await talk.pass(1e6);
  assertEquals(talk.received, "");
  gate.resolve();
  await talk.pass(0);
  assertEquals(statuses(await talk.end()), [200]);
});

test("HttpWire waits for no request once the server stops: 100 ms for one that may be under way", async () => {
  const stop = new AbortController();
  const talk = new Timed({ signal: stop.signal });
  await talk.send(get());
  stop.abort();
  await talk.pass(99);
  assertEquals(talk.ended, false);
  await talk.pass(1);
  await talk.closed();
  const silent = new Timed({ signal: stop.signal });
  await silent.pass(249);
  assertEquals(silent.ended, false);
  await silent.pass(1);
  assertEquals(await silent.closed(), "", "a new one has 250 ms");
});

test("HttpWire finishes a request that has begun when the server stops", async () => {
  const stop = new AbortController();
  const talk = new Timed({ signal: stop.signal });
  await talk.send(`${get()}GET / HTTP/1.1\r\n`);
  stop.abort();
  await talk.pass(5000);
  await talk.send(`${HOST}\r\n`);
  const answers = await talk.closed();
  assertEquals([statuses(answers), answers.split("Connection: close").length], [[200, 200], 2]);
});

test("HttpWire forgives an empty line before each request, and an end between them", async () => {
  const talk = new Timed();
  await talk.send(`\r\n${get()}`);
  await talk.send(`\r\n${get()}\r\n`);
  assertEquals(statuses(await talk.end()), [200, 200]);
  const cut = new Timed();
  await cut.send("GET / HT");
  assertEquals(statuses(await cut.end()), [400]);
});
