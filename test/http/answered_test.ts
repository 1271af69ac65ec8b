import { assertEquals } from "#assert";
import type { Answered } from "../../http/answered.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { chunked, get, post, Talk } from "./talk.ts";

/** What is told of a talk in which this is sent. */
async function told(
  input: string,
  handler: HttpHandler,
  then: (talk: Talk) => unknown = (talk) => talk.end(),
): Promise<string[]> {
  const seen: Answered[] = [];
  const infos: unknown[] = [];
  const session = new Talk((request, info) => {
    infos.push(info, request);
    return handler(request, info);
  }, {
    onAnswer: (answered) => {
      seen.push(answered);
      throw new Error("dropped");
    },
  });
  await session.send(input);
  await then(session);
  await session.served;
  await session.client.close();
  return seen.map(({ request, info, status, bytes, complete, remoteAddr }) => {
    assertEquals(remoteAddr, session.server.remoteAddr);
    assertEquals([info, request].every((one) => one === null || infos.includes(one)), true);
    return `${request?.method ?? null} ${info?.target ?? null} ${status} ${bytes} ${complete}`;
  });
}

async function* parts(failure?: Error): AsyncGenerator<string> {
  yield "ab";
  await Promise.resolve();
  yield "c";
  if (failure) throw failure;
}

test("HttpOptions.onAnswer is told of every answer, in order", async () => {
  const handler: HttpHandler = async (request, { target }) => {
    if (target === "/now") return { body: "\xe9" };
    if (target === "/parts") return { body: parts() };
    if (target === "/fail") throw new Error("failed");
    return { status: 201, body: await request.text() };
  };
  const input = get("/now") + get("/now").replace("GET", "HEAD") + get("/parts") + get("/fail") +
    post("abcd") + "x y";
  assertEquals(await told(input, handler), [
    "GET /now 200 2 true",
    "HEAD /now 200 0 true",
    "GET /parts 200 3 true",
    "GET /fail 500 26 true",
    "POST / 201 4 true",
    "null null 400 55 true",
  ]);
});

test("HttpOptions.onAnswer is told what was not finished, and of a hand-over", async () => {
  const failing = await told(get(), () => ({ body: parts(new Error("x")) }), () => undefined);
  assertEquals(failing, ["GET / 200 3 false"]);
  const over = await told(get(), (_request, info) => void info.upgrade());
  assertEquals(over, ["GET / 101 0 true"]);
  const busy = gate();
  const gone = await told(get(), async () => {
    await busy.promise;
    return { body: "x" };
  }, (talk) => {
    talk.client.abort();
    busy.resolve();
  });
  assertEquals(gone, ["GET / 200 1 false"]);
  const refused = await told(chunked("x\r\n"), () => ({}));
  assertEquals(refused.map((line) => line.split(" ")[2]), ["400"]);
  assertEquals(await told("", () => ({})), []);
});

test("HttpOptions.onAnswer is told how long it took, and of no silent connection", async () => {
  const timers = new FakeTimers();
  const durations: number[] = [];
  const busy = gate();
  const options = { timers, onAnswer: ({ duration }: Answered) => void durations.push(duration) };
  const session = new Talk(async () => {
    await busy.promise;
    return {};
  }, options);
  await session.send(get());
  timers.advance(40);
  busy.resolve();
  await session.end();
  assertEquals(durations, [40]);
  const silent = new Talk(() => ({}), options);
  timers.advance(15_000);
  await silent.send("");
  timers.advance(0);
  await silent.closed();
  assertEquals([durations.length, silent.received.includes("408")], [1, true]);
});

test("HttpOptions.onAnswer is told, and the connection goes on, where writes have to wait", async () => {
  for (const pair of [{ clogged: true }, { capacity: 64 }, {}]) {
    const seen: number[] = [];
    const onAnswer = ({ bytes }: Answered) => void seen.push(bytes);
    const handler: HttpHandler = (_request, { target }) =>
      target === "/later" ? Promise.resolve({ body: "abc" }) : { body: "a" };
    const session = new Talk(handler, { onAnswer }, pair);
    void session.client.write(new TextEncoder().encode(get("/") + get("/later") + get("/")));
    for (let turn = 0; turn < 50 && seen.length < 3; turn++) await macrotask();
    assertEquals(seen, [1, 3, 1], JSON.stringify(pair));
    await session.end();
  }
});
