import { assertEquals, assertThrows } from "#assert";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { httpConnection } from "../../http/http_connection.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { bytes } from "./mock_connection.ts";
import { chunked, get, HOST, post, Talk, talk } from "./talk.ts";

test("Exchange tells where the request comes from, and what it was", async () => {
  const seen: unknown[] = [];
  const session = new Talk(async (request, info) => {
    seen.push(info.remoteAddr === session.server.remoteAddr);
    seen.push(info.localAddr === session.server.localAddr);
    seen.push(info.target, info.httpVersion, [...info.trailers].length);
    await request.text();
    seen.push([...info.trailers].join());
    return {};
  });
  await session.send(chunked("1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"));
  await session.end();
  assertEquals(seen, [true, true, "/", "1.1", 0, "x-sum,1"]);
});

/** What has become of `request.signal`. */
async function abortedBy(what: (session: Talk) => Promise<void> | void): Promise<boolean[]> {
  const seen: boolean[] = [];
  const answered = gate();
  const session = new Talk(async ({ signal }) => {
    seen.push(signal.aborted);
    signal.addEventListener("abort", () => answered.resolve());
    await answered.promise;
    seen.push(signal.aborted);
    return { body: "ok" };
  });
  await session.send(get());
  await what(session);
  await answered.promise;
  await session.served;
  await session.client.close();
  return seen;
}

test("Exchange.signal aborts when the peer resets the connection, or finishes", async () => {
  assertEquals(await abortedBy((session) => session.client.abort()), [false, true]);
  assertEquals(await abortedBy((session) => session.client.closeWrite()), [false, true]);
});

/** What a handler may do before it waits for its client to go. */
const BEFORE: Record<string, (request: Request) => unknown> = {
  "does nothing": () => undefined,
  "has looked at the signal": (request) => request.signal,
  "has read the body": (request) => request.text(),
  "has looked, and read": (request) => request.signal.aborted || request.text(),
  "has copied it": (request) => new Request(request).text(),
  "has cloned it": (request) => request.clone().text(),
};

/** What may have come before the client goes; of more than 64 KiB that nobody reads the end is not seen. */
const COME: Record<string, string> = {
  "a request": get(),
  "a body": post("abc"),
  "another request": get() + get(),
  "a body and another request": post("abc") + get(),
  "chunks": chunked("3\r\nabc\r\n0\r\n\r\n"),
  "a large body": post("x".repeat(60_000)),
};

test("Exchange.signal aborts when the peer finishes, whatever has come before and was done", async () => {
  const missed: string[] = [];
  for (const [does, before] of Object.entries(BEFORE)) {
    for (const [what, input] of Object.entries(COME)) {
      const left = gate();
      let first = true;
      const session = new Talk(async (request) => {
        if (!first) return {};
        first = false;
        await before(request);
        const { signal } = request;
        if (!signal.aborted) {
          signal.addEventListener("abort", () => left.resolve());
          await left.promise;
        }
        return {};
      });
      await session.send(input);
      await session.client.closeWrite();
      for (let turn = 0; turn < 20 && !session.ended; turn++) await macrotask();
      if (!session.ended) missed.push(`who ${does}, after ${what}`);
      left.resolve();
      await session.closed();
    }
  }
  assertEquals(missed, []);
});

test("Exchange.upgrade() after a look at the signal leaves the reading to who has the connection", async () => {
  const session = new Talk(async ({ signal }, info) => {
    const connection = info.upgrade();
    for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
      await connection.write(chunk);
      await macrotask();
    }
    await connection.write(bytes(`${signal.aborted}`));
  });
  await session.send(`${get()}a`);
  for (const chunk of ["b", "c", "d"]) await session.send(chunk);
  assertEquals(session.received, "abcd");
  assertEquals(await session.end(), "abcdfalse");
});

test("Exchange.signal does not abort when all is in order, and a half-closed client has its answer", async () => {
  const signals: AbortSignal[] = [];
  const answers = await talk(get() + post("a"), async (request) => {
    signals.push(request.signal);
    await macrotask();
    return { body: await request.text() };
  });
  assertEquals(answers.match(/200 OK/g)?.length, 2);
  assertEquals(signals.map(({ aborted }) => aborted), [false, false]);
});

test("Exchange.upgrade() hands over the connection with what has come already", async () => {
  const handler: HttpHandler = async (_request, info) => {
    const connection = info.upgrade();
    assertThrows(() => info.upgrade(), TypeError, "Cannot upgrade: the connection was taken");
    await connection.write(new TextEncoder().encode("101\r\n"));
    for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
      await connection.write(chunk);
    }
  };
  const session = new Talk(handler);
  await session.send(`${get("/", "Connection: upgrade\r\nUpgrade: echo\r\n")}first`);
  await session.send(" second");
  assertEquals(await session.end(), "101\r\nfirst second");
});

test("Exchange.upgrade() is refused while there is a body; what fails after it resets", async () => {
  const errors: string[] = [];
  const onRequestError = (error: unknown) => errors.push(String(error));
  const answers = await talk(post("abc"), (_request, info) => {
    info.upgrade();
  }, { onRequestError });
  assertEquals([answers.includes(" 500 "), errors.length], [true, 1]);
  const session = new Talk((_request, info) => {
    info.upgrade();
    throw new Error("after");
  }, { onRequestError });
  await session.send(get());
  assertEquals([await session.closed(), session.failure instanceof Error], ["", true]);
  assertEquals(errors.at(-1), "Error: after");
});

/** How a connection is closed that these chunks have come on, one after the other. */
async function closedAfter(chunks: string[], handler: HttpHandler): Promise<string | undefined> {
  const { connection, transport, events } = fakeConnection();
  Object.assign(transport, { endsOnRelease: true });
  const served = httpConnection(connection, handler);
  for (const chunk of chunks) {
    await macrotask();
    events.received(bytes(chunk));
  }
  for (let turn = 0; turn < 4; turn++) await macrotask();
  const how = transport.calls.find((call) => call === "shutdown" || call === "release");
  connection.abort();
  events.closed();
  await served;
  return how;
}

test("Exchange.isLast: nobody waits for the end of a client that has said close", async () => {
  const close = "Connection: close\r\n";
  const hello: HttpHandler = () => ({ body: "hello" });
  const reading: HttpHandler = async (request) => ({ body: await request.text() });
  const slow: HttpHandler = async () => {
    for (let turn = 0; turn < 3; turn++) await macrotask();
    return { body: "hello" };
  };
  const found: Record<string, string | undefined> = {
    "it has said close": await closedAfter([get("/", close)], hello),
    "it speaks HTTP/1.0": await closedAfter([`GET / HTTP/1.0\r\n${HOST}\r\n`], hello),
    "its body was read": await closedAfter([post("abc", close)], reading),
    "its head came in parts": await closedAfter([
      get("/", close).slice(0, 9),
      get("/", close).slice(9),
    ], hello),
    "the server has said close": await closedAfter([get()], () => ({
      headers: { Connection: "close" },
    })),
    "its answer is large": await closedAfter([get("/", close)], () => ({
      body: new Uint8Array(20_000),
    })),
    "another was answered before": await closedAfter([get(), get("/", close)], hello),
    "more has come with it": await closedAfter([get("/", close) + get()], hello),
    "more has come before the answer": await closedAfter([get("/", close), get()], slow),
    "its body was not read": await closedAfter([post("abc", close)], hello),
    "its body has not come": await closedAfter([post("abc", close).slice(0, -3)], hello),
    "it was refused": await closedAfter([`GET / HTTP/1.1\r\n${close}\r\n`], hello),
    "it was upgraded": await closedAfter([get("/", close)], (_request, info) => {
      info.upgrade();
    }),
  };
  const [once, waits] = ["release", "shutdown"];
  assertEquals(found, {
    "it has said close": once,
    "it speaks HTTP/1.0": once,
    "its body was read": once,
    "its head came in parts": once,
    "the server has said close": waits,
    "its answer is large": waits,
    "another was answered before": waits,
    "more has come with it": waits,
    "more has come before the answer": waits,
    "its body was not read": waits,
    "its body has not come": waits,
    "it was refused": waits,
    "it was upgraded": waits,
  });
});
