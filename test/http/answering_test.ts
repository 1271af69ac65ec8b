import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { later } from "../../core/breather.ts";
import type { Reply, ReplyBody } from "../../http/answer.ts";
import { ofPromise } from "../../http/answering.ts";
import { httpConnection } from "../../http/http_connection.ts";
import type { HttpOptions } from "../../http/http_options.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { countListeners, macrotask, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";
import { chunked, get, post, statuses, Talk, talk } from "./talk.ts";

test("ofPromise() makes a promise of what can be waited for, and leaves the rest", async () => {
  for (const given of [undefined, null, {}, { then: 1 }, new Response(null)]) {
    assertEquals(ofPromise(given as undefined) === given, true);
  }
  const promise = Promise.resolve({});
  assertEquals(ofPromise(promise) === promise, true);
  const twice = {
    then: (resolve: (reply: Reply) => void) => {
      resolve({ body: "a" });
      resolve({ body: "b" });
      throw new Error("late");
    },
  } as unknown as Promise<Reply>;
  assertEquals(await ofPromise(twice), { body: "a" });
  const answers = await talk(get() + get(), () => twice);
  assertEquals(answers.match(/\r\n\r\na/g)?.length, 2);
});

test("Answering answers 500 to what is no answer, null included", async () => {
  for (const nothing of [null, undefined, 1, "text", Symbol("a")]) {
    const errors: unknown[] = [];
    const odd: HttpHandler = () => nothing as undefined;
    const got = await talk(get(), odd, { onRequestError: (error) => errors.push(error) });
    assertEquals([statuses(got), errors.length], [[500], 1], String(nothing));
  }
});

test("Answering keeps the order of answers, whichever way each comes", async () => {
  const handler: HttpHandler = (_request, { target }) => {
    switch (target) {
      case "/later":
        return macrotask().then(() => ({ body: target }));
      case "/parts":
        return { body: new Blob([target]) };
      case "/fail":
        throw new Error("failed");
      case "/bad":
        return { headers: { "a b": "c" } };
      case "/short":
        return { headers: { "Content-Length": "3" }, body: "ab" };
      default:
        return { body: target };
    }
  };
  const targets = ["/a", "/later", "/b", "/parts", "/fail", "/c", "/bad", "/short", "/d"];
  const answers = await talk(targets.map((target) => get(target)).join(""), handler);
  assertEquals(statuses(answers), [200, 200, 200, 200, 500, 200, 500, 500, 200]);
  assertEquals([...answers.matchAll(/\r\n\r\n(?:6\r\n)?(\/[a-z]+)/g)].map(([, body]) => body), [
    "/a",
    "/later",
    "/b",
    "/parts",
    "/c",
    "/d",
  ]);
});

test("Answering sends answers that are there before it hands the connection over", async () => {
  const session = new Talk((_request, info) => {
    if (info.target === "/") return { body: "first" };
    const connection = info.upgrade();
    return connection.write(new TextEncoder().encode("raw"));
  });
  await session.send(get() + get("/up"));
  assertEquals(await session.end().then((text) => text.split("\r\n\r\n")[1]), "firstraw");
});

test("Answering makes no more answers for a client that takes none", async () => {
  for (const later of [false, true]) {
    let calls = 0;
    const [client, server] = connectionPair({ capacity: 4096 });
    const served = httpConnection(server, () => {
      calls++;
      const reply = { body: "x".repeat(5000) };
      return later ? Promise.resolve(reply) : reply;
    });
    const sent = client.write(bytes(get().repeat(1000)));
    for (let turn = 0; turn < 20; turn++) await macrotask();
    assertEquals(calls < 20, true, `${calls} answers`);
    client.abort();
    await outcome(sent);
    await served;
    await client.close();
  }
});

test("Answering lets others have a turn while it answers hundreds of requests that came at once", async () => {
  for (const waits of [false, true]) {
    let [calls, callsMeanwhile] = [0, 0];
    const session = new Talk(() => {
      if (++calls === 1) later(() => callsMeanwhile = calls);
      return waits ? Promise.resolve({ status: 204 }) : { status: 204 };
    });
    await session.send(get().repeat(600));
    assertEquals(statuses(await session.end()).length, 600);
    assertEquals(callsMeanwhile < 300, true, `${callsMeanwhile} requests`);
  }
});

test("Answering tells a body that is long in coming when its client is gone", async () => {
  for (const first of [[], ["a"], ["a", "b"]]) {
    const told: unknown[] = [];
    const stream = new ReadableStream({
      start: (controller) => first.forEach((part) => controller.enqueue(bytes(part))),
      cancel: (reason) => void told.push(reason),
    });
    const pending = first.map((value) => ({ done: false as const, value }));
    const iterated = {
      [Symbol.asyncIterator]: () => ({
        next: async () => pending.shift() ?? await new Promise<never>(() => undefined),
        return: () => {
          told.push("returned");
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
    const bodies: ReplyBody[] = [stream, iterated];
    for (const body of bodies) {
      const [client, server] = connectionPair();
      const complete: boolean[] = [];
      const served = httpConnection(server, () => ({ body }), {
        onAnswer: (answered) => complete.push(answered.complete),
        onRequestError: (error) => told.push(error),
      });
      await client.write(bytes(get()));
      for (let turn = 0; turn < 8; turn++) await macrotask();
      assertEquals(await outcome(served), "pending");
      client.abort();
      assertEquals([await outcome(served), complete], ["fulfilled", [false]]);
    }
    assertEquals([told.length, told[0] instanceof Error, told[1]], [2, true, "returned"]);
  }
});

test("Answering begins no body whose client is gone already", async () => {
  const told: unknown[] = [];
  const [client, server] = connectionPair();
  const served = httpConnection(server, async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return { body: new ReadableStream({ cancel: (reason) => void told.push(reason) }) };
  });
  await client.write(bytes(get()));
  for (let turn = 0; turn < 4; turn++) await macrotask();
  client.abort();
  await served;
  assertEquals(told.length, 1);
});

test("Answering listens once for all bodies of a connection that come piece by piece", async () => {
  const [client, server] = connectionPair();
  const listeners = countListeners(server.signal);
  const served = httpConnection(server, () => ({ body: new Blob(["ok"]) }));
  await client.write(bytes(get() + get() + get("/", "Connection: close\r\n")));
  let answers = "";
  for (let chunk = await client.read(); chunk; chunk = await client.read()) {
    answers += String.fromCharCode(...chunk);
  }
  assertEquals([statuses(answers), listeners()], [[200, 200, 200], 1]);
  await client.close();
  await served;
});

test("Answering says that it closes when the body was malformed, and the handler does not mind", async () => {
  const handler: HttpHandler = async (request) => ({
    body: await request.text().catch(() => "none"),
  });
  const session = new Talk(handler);
  await session.send(chunked("1\r\n"));
  await session.send("ab");
  const answers = await session.closed();
  assertEquals([statuses(answers), answers.includes("Connection: close")], [[200], true]);
});

test("Answering sends no 100 Continue after its answer, whenever the body is asked for", async () => {
  const handler: HttpHandler = (request) => {
    queueMicrotask(() => void request.text().catch(() => undefined));
    return { body: "ok" };
  };
  const expecting = post("abc", "Expect: 100-continue\r\n").slice(0, -3);
  const session = new Talk(handler);
  await session.send(expecting);
  assertEquals(statuses(await session.end()), [200]);
});

test("Answering reports no failure of a handler whose client is gone, and tells the status that was sent", async () => {
  const [errors, told]: [unknown[], number[]] = [[], []];
  const options: HttpOptions = {
    onRequestError: (error) => errors.push(error),
    onAnswer: ({ status }) => told.push(status),
  };
  const session = new Talk(async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw new Error("gone");
  }, options);
  await session.send(get());
  assertEquals([statuses(await session.end()), errors.length], [[500], 0]);
  await talk(get(), () => ({ headers: { "Content-Length": "2" }, body: "a" }), options);
  assertEquals([told, errors.length], [[500, 500], 1]);
});
