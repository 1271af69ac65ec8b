import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import type { Reply } from "../../http/answer.ts";
import { ofPromise } from "../../http/answering.ts";
import { httpConnection } from "../../http/http_connection.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { macrotask, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";
import { get, statuses, Talk, talk } from "./talk.ts";

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
