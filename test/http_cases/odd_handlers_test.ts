/** Whatever a handler does, its client has an answer, or sees that it has none; and the next one is served. */

import { assertEquals } from "#assert";
import type { Reply } from "../../http/answer.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { get, post, statuses, Talk } from "../http/talk.ts";

/** What no type allows. */
const odd = (reply: unknown) => () => reply as Reply;
const headers = (given: unknown) => odd({ headers: given });
const iterated = (iterator: unknown) => odd({ body: { [Symbol.asyncIterator]: () => iterator } });
const bytes = new Uint8Array(1);

function streamed(pull: (controller: ReadableStreamDefaultController, turn: number) => void) {
  return () => {
    let turn = 0;
    return {
      body: new ReadableStream({
        pull: async (controller) => {
          await macrotask();
          pull(controller, turn++);
        },
      }),
    };
  };
}

async function* failing(parts: number) {
  for (let part = 0; part < parts; part++) {
    yield "part";
    await macrotask();
  }
  throw new Error("failed");
}

/** Those that are answered with 500, and nothing else. */
const FAIL: Record<string, HttpHandler> = {
  "throws nothing": () => {
    throw undefined;
  },
  "rejects with nothing": () => Promise.reject(),
  "has a then that throws": odd({
    then: () => {
      throw new Error("failed");
    },
  }),
  "returns a function": odd(() => undefined),
  "has returned a used Response": async () => {
    const response = new Response(bytes);
    await response.text();
    return response;
  },
  "returns a locked Response": () => {
    const response = new Response(bytes);
    response.body?.getReader();
    return response;
  },
  "returns a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "has a getter that throws": odd({
    get body() {
      throw new Error("failed");
    },
  }),
  ...Object.fromEntries(
    [0, 100, 101, 199, 600, NaN, 200.5, "200", null].map((status) => [
      `says ${status}`,
      odd({ status }),
    ]),
  ),
  "sends a value of two lines": headers({ a: "b\r\nc: d" }),
  "sends a name of two lines": headers({ "a\r\nb": "c" }),
  "sends a value that is no text": headers({ a: undefined }),
  "sends half a pair": headers([["a"]]),
  "sends fields that are none": headers(5),
  "sends a reason of two lines": odd({ statusText: "a\r\nb" }),
  "sends a number": odd({ body: 5 }),
  "sends a promise": odd({ body: Promise.resolve("a") }),
  "sends a list": odd({ body: [bytes] }),
  "sends other than bytes": () =>
    new Response(
      new ReadableStream({ start: (to: ReadableStreamDefaultController) => to.enqueue(5) }),
    ),
  "sends a stream that fails first": streamed(() => {
    throw new Error("failed");
  }),
  "sends what fails first": () => ({ body: failing(0) }),
  "sends what is no iterator": iterated(5),
  "sends what gives nothing": iterated({ next: () => Promise.resolve() }),
  "sends more than it says at once": () => ({
    headers: { "Content-Length": "2" },
    body: failing(3),
  }),
  "sends less than it says": odd({ headers: { "Content-Length": "2" }, body: "a" }),
};

/** Those whose answer has begun when they fail. */
const CUT: Record<string, HttpHandler> = {
  "sends what fails later": () => ({ body: failing(3) }),
  "sends a stream that fails later": streamed((to, turn) => to.enqueue(turn < 3 ? bytes : 5)),
  "sends more than it says": () => ({ headers: { "Content-Length": "6" }, body: failing(3) }),
};

/** Those whose answer is in order. */
const FINE: Record<string, HttpHandler> = {
  "answers before it reads": (request) => {
    setTimeout(() => void request.text().catch(() => undefined), 0);
    return { body: "ok" };
  },
  "leaves a reader": async (request) => {
    await request.body?.getReader().read();
    return { body: "ok" };
  },
  "reads one of two copies": async (request) => ({ body: await request.clone().text() }),
  "sends nothing of a body that cannot end": () => ({
    status: 204,
    body: {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false as const, value: "a" }),
        return: () => {
          throw new Error("failed");
        },
      }),
    },
  }),
  "sends a large field": odd({ headers: { a: "x".repeat(100_000) }, body: "ok" }),
};

/** What the handler's client sees, and whether another connection is served meanwhile. */
async function seen(handler: HttpHandler, input: string): Promise<string> {
  const errors: unknown[] = [];
  const session = new Talk(
    (request, info) => info.target === "/next" ? { body: "ok" } : handler(request, info),
    { onRequestError: (error) => errors.push(error) },
  );
  const other = new Talk(() => ({ body: "ok" }));
  await session.send(input + get("/next", "Connection: close\r\n"));
  await other.send(get());
  const codes = statuses(await session.closed()).join(" ");
  assertEquals(statuses(await other.end()), [200]);
  return `${codes}${session.failure === undefined ? "" : " cut"}, ${errors.length}`;
}

const GROUPS = { "500 200, 1": FAIL, "200 cut, 1": CUT };

for (const [expected, handlers] of Object.entries(GROUPS)) {
  test(`${Object.keys(handlers).length} handlers that fail are told of once, and the client sees ${expected.slice(0, 7)}`, async () => {
    const wrong: string[] = [];
    for (const [what, handler] of Object.entries(handlers)) {
      for (const input of [get(), post("abc")]) {
        const got = await seen(handler, input);
        if (got !== expected) wrong.push(`who ${what}: ${got}`);
      }
    }
    assertEquals(wrong, []);
  });
}

test("a handler that reads and does not wait for it ends no process when the rest never comes", async () => {
  const ways = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;
  for (const way of ways) {
    const type = "Content-Type: application/x-www-form-urlencoded\r\n";
    const handler: HttpHandler = (request) => {
      void request[way]();
      return { body: "b" };
    };
    const half = post("a=b", type).replace("Content-Length: 3", "Content-Length: 300000");
    for (const leave of [(talk: Talk) => void talk.end(), (talk: Talk) => talk.client.abort()]) {
      const talk = new Talk(handler);
      await talk.send(half);
      leave(talk);
      await talk.closed();
      assertEquals(statuses(talk.received), [200], way);
    }
  }
  for (let turn = 0; turn < 4; turn++) await macrotask();
});

test("a form is answered whole, and asked for by HEAD, or left alone, it fails nobody", async () => {
  const form = () => {
    const data = new FormData();
    data.append("text", "a");
    data.append("file", new Blob(["b".repeat(100_000)]));
    return new Response(data);
  };
  assertEquals(await seen(form, get()), "200 200, 0");
  assertEquals(await seen(form, get().replace("GET", "HEAD")), "200 200, 0");
  const gone = new Talk(form, {}, { capacity: 1000 });
  await gone.send(get());
  gone.client.abort();
  await gone.closed();
  // Node would tell the process of it in a later turn.
  for (let turn = 0; turn < 20; turn++) await macrotask();
});

test("a form that a handler makes by hand is cancelled, as every stream is, since it may go on for ever", async () => {
  const cancelled = gate<unknown>();
  const type = { "content-type": "multipart/form-data; boundary=a" };
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1024)),
        cancel: (reason) => cancelled.resolve(reason),
      }),
      { headers: type },
    );
  const gone = new Talk(endless, {}, { capacity: 1000 });
  await gone.send(get());
  gone.client.abort();
  await gone.closed();
  await cancelled.promise;
});

test("handlers that do odd things, but answer, are told of by nobody", async () => {
  for (const [what, handler] of Object.entries(FINE)) {
    for (const input of [get(), post("abc")]) {
      assertEquals((await seen(handler, input)).replace("204", "200"), "200 200, 0", what);
    }
  }
});
