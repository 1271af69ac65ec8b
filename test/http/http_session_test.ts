import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { resolveHttpOptions } from "../../http/http_options.ts";
import { HttpSession } from "../../http/http_session.ts";
import { gate, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes, text } from "../support/readers.ts";
import { get, Talk } from "./talk.ts";

test("HttpSession.run() leaves the connection open for whoever has made it", async () => {
  const [client, server] = connectionPair();
  const session = new HttpSession(server, () => ({ body: "ok" }), resolveHttpOptions("test", {}));
  await client.write(bytes(get("/", "Connection: close\r\n")));
  await session.run();
  await server.write(bytes("more"));
  assertEquals(text(await client.read())?.endsWith("ok"), true);
  assertEquals(text(await client.read()), "more");
  await Promise.all([client.close(), server.close()]);
});

test("HttpSession is told of the end of the server also when it has never waited", async () => {
  const [client, server] = connectionPair();
  const options = resolveHttpOptions("test", {});
  const session = new HttpSession(server, () => ({ body: "ok" }), options);
  options.phases.drain();
  const run = session.run();
  await client.write(bytes(get()));
  assertEquals(text(await client.read())?.includes("Connection: close"), true);
  await run;
  await Promise.all([client.close(), server.close()]);
});

test("HttpSession takes one request at a time: a client that only sends is made to wait", async () => {
  let calls = 0;
  const busy = gate();
  const session = new Talk(
    async () => {
      calls++;
      await busy.promise;
      return { body: "x".repeat(1000) };
    },
    {},
    { capacity: 4096 },
  );
  const sent = session.client.write(bytes(get().repeat(10_000)));
  assertEquals([await outcome(sent), calls], ["pending", 1]);
  session.client.abort();
  busy.resolve();
  await outcome(sent);
  await session.closed();
  assertEquals(calls <= 2, true);
});

test("HttpSession asks the body of an answer for no more than the client takes", async () => {
  let asked = 0;
  const part = new Uint8Array(1024);
  const endless = {
    type: "bytes",
    pull: (controller: ReadableByteStreamController) => {
      asked++;
      controller.enqueue(part.slice());
    },
  } as const;
  const [client, server] = connectionPair({ capacity: 4096 });
  const handler = () => new Response(new ReadableStream(endless, { highWaterMark: 0 }));
  const session = new HttpSession(server, handler, resolveHttpOptions("test", {}));
  const run = session.run();
  await client.write(bytes(get()));
  assertEquals(await outcome(run), "pending");
  for (let turn = 0; turn < 5; turn++) await outcome(run);
  assertEquals(asked > 2 && asked < 12, true, `${asked} parts`);
  client.abort();
  assertEquals(await outcome(run), "rejected");
  await server.close();
});

test("HttpSession reads no more of a body than the handler asks for", async () => {
  const [started, over] = [gate(), gate()];
  const session = new Talk(
    async (request) => {
      started.resolve();
      await over.promise;
      return { body: await request.text() };
    },
    {},
    { capacity: 4096 },
  );
  await session.client.write(bytes(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n`));
  await started.promise;
  const sent = session.client.write(new Uint8Array(90_000));
  assertEquals(await outcome(sent), "pending");
  session.client.abort();
  over.resolve();
  await outcome(sent);
  await session.closed();
});
