import { assertEquals, assertRejects } from "#assert";
import { listen as listenInMemory } from "../../adapters/memory.ts";
import { connect, listen } from "../../mod.ts";
import { serveHttp } from "../../http/serve_http.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";
import { get, post, statuses } from "./talk.ts";

test("serveHttp() answers fetch() over a real socket, on kept connections and with bodies", async () => {
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  const served = serveHttp(listener, async (request) => {
    return new Response(request.method === "POST" ? await request.text() : "hello");
  }, { signal: stop.signal });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  for (let i = 0; i < 5; i++) assertEquals(await (await fetch(url)).text(), "hello");
  const body = "x".repeat(1_000_000);
  assertEquals(await (await fetch(url, { method: "POST", body })).text(), body);
  const head = await fetch(url, { method: "HEAD", headers: { Connection: "close" } });
  assertEquals([head.status, head.headers.get("content-length"), await head.text()], [
    200,
    "5",
    "",
  ]);
  stop.abort();
  assertEquals((await served).cut, 0);
});

test("serveHttp() finishes what runs when it is stopped, with Connection: close, and loses nothing", async () => {
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  const [running, answer] = [gate(), gate()];
  let handled = 0;
  const served = serveHttp(listener, async (_request, { target }) => {
    if (target === "/slow") {
      running.resolve();
      await answer.promise;
    }
    handled++;
    return { body: "ok" };
  }, { signal: stop.signal });
  const { addr: { port } } = listener;
  const [busy, idle] = await Promise.all([connect({ port }), connect({ port })]);
  const received = [busy, idle].map(async (connection) => {
    let all = "";
    for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
      all += String.fromCharCode(...chunk);
    }
    await connection.close();
    return all;
  });
  await Promise.all([busy.write(bytes(get() + get("/slow"))), idle.write(bytes(get()))]);
  await running.promise;
  while (handled < 2) await macrotask();
  stop.abort();
  const idleAnswers = await received[1] ?? "";
  assertEquals([statuses(idleAnswers), idleAnswers.includes("close")], [[200], false]);
  await busy.write(bytes(get("/last")));
  await macrotask();
  answer.resolve();
  const answers = await received[0] ?? "";
  assertEquals(statuses(answers).length >= 2, true);
  assertEquals(answers.split("Connection: close").length, 2);
  assertEquals(await served, { finished: 2, cut: 0 });
});

test("serveHttp() gives a whole large answer to a client that goes on sending", async () => {
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  const size = 4 << 20;
  const served = serveHttp(listener, () => ({ body: new Uint8Array(size) }), {
    signal: stop.signal,
  });
  const client = await connect({ port: listener.addr.port });
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n`;
  const sending = (async () => {
    try {
      await client.write(bytes(head));
      for (;;) await client.write(new Uint8Array(4096));
    } catch {
      // Until the server does not take it any more.
    }
  })();
  let got = 0;
  try {
    for (let chunk = await client.read(); chunk && got < size; chunk = await client.read()) {
      got += chunk.length;
    }
  } finally {
    client.abort();
  }
  assertEquals(got >= size, true, `${got} bytes`);
  await sending;
  stop.abort();
  await served;
});

test("serveHttp() survives whatever peers do, one connection apart from the other", async () => {
  const listener = await listenInMemory({ port: 0 });
  const stop = new AbortController();
  const served = serveHttp(listener, async (request) => ({ body: await request.text() }), {
    signal: stop.signal,
  });
  const reset = await listener.connect();
  await reset.write(bytes(post("abc").slice(0, -1)));
  await macrotask();
  reset.abort();
  const good = await listener.connect();
  await good.write(bytes(post("abc")));
  const answer = await good.read();
  assertEquals(String.fromCharCode(...answer ?? []).endsWith("abc"), true);
  stop.abort();
  await good.close();
  assertEquals((await served).cut, 0);
});

test("serveHttp() waits for the rest of a request that has come in part when it is stopped", async () => {
  const timers = new FakeTimers();
  const pass = async (ms: number) => {
    for (let turn = 0; turn < 8; turn++) {
      timers.advance(turn === 0 ? ms : 0);
      await macrotask();
    }
  };
  const listener = await listenInMemory({ port: 0 });
  const stop = new AbortController();
  const served = serveHttp(listener, () => ({ body: "ok" }), { signal: stop.signal, timers });
  const client = await listener.connect();
  await client.write(bytes(`${get()}GET / HTTP/1.1\r\n`));
  await macrotask();
  assertEquals((await client.read())?.length !== undefined, true);
  await pass(0);
  stop.abort();
  await pass(5000);
  await client.write(bytes("Host: a\r\n\r\n"));
  const answer = String.fromCharCode(...await client.read() ?? []);
  assertEquals([statuses(answer), answer.includes("Connection: close")], [[200], true]);
  assertEquals(await client.read(), null);
  await client.close();
  assertEquals(await served, { finished: 1, cut: 0 });
});

test("serveHttp() answers one request on a connection that had to wait until it was stopped", async () => {
  const listener = await listenInMemory({ port: 0 });
  const stop = new AbortController();
  const [running, answer] = [gate(), gate()];
  const served = serveHttp(listener, async () => {
    running.resolve();
    await answer.promise;
    return { body: "ok" };
  }, { signal: stop.signal, limit: 1 });
  const clients = [await listener.connect(), await listener.connect()];
  await Promise.all(clients.map((client) => client.write(bytes(get()))));
  await running.promise;
  stop.abort();
  answer.resolve();
  for (const client of clients) {
    const received = String.fromCharCode(...await client.read() ?? []);
    assertEquals([statuses(received), received.includes("Connection: close")], [[200], true]);
    await client.close();
  }
  assertEquals(await served, { finished: 2, cut: 0 });
});

test("serveHttp() cuts what is left after its grace, and refuses wrong options", async () => {
  const listener = await listenInMemory({ port: 0 });
  const stop = new AbortController();
  const started = gate();
  const served = serveHttp(listener, async ({ signal }) => {
    started.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return {};
  }, { signal: stop.signal, grace: 20 });
  const client = await listener.connect();
  await client.write(bytes(get()));
  await started.promise;
  stop.abort();
  assertEquals(await served, { finished: 0, cut: 1 });
  client.abort();
  const other = await listenInMemory({ port: 0 });
  const timeouts = { idle: NaN };
  await assertRejects(
    () => serveHttp(other, () => ({}), { timeouts }),
    RangeError,
    "timeouts.idle",
  );
  await assertRejects(() => other.connect());
});
