import { assertEquals, assertRejects } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { httpConnection } from "../../http/http_connection.ts";
import type { HttpOptions } from "../../http/http_options.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { countListeners } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { chunked, echo, get, HOST, post, statuses, Talk, talk, talkSlowly } from "./talk.ts";

const OK =
  "HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 2\r\n\r\nok";

test("httpConnection() answers one request after the other, whole and byte by byte", async () => {
  const input = get("/a") + get("/b");
  for (const answers of [await talk(input), await talkSlowly(input)]) {
    assertEquals(answers, OK + OK);
  }
  const paths: string[] = [];
  const slow: HttpHandler = async (request) => {
    paths.push(`> ${new URL(request.url).pathname}`);
    await Promise.resolve();
    paths.push(`< ${new URL(request.url).pathname}`);
    return { body: "ok" };
  };
  assertEquals(await talk(get("/1") + get("/2") + get("/3"), slow), OK + OK + OK);
  assertEquals(paths.join(" "), "> /1 < /1 > /2 < /2 > /3 < /3");
});

test("httpConnection() gives bodies of both kinds to the handler, and goes on after them", async () => {
  const body = "x".repeat(1000);
  const chunks = `5;a=b\r\nhello\r\n3e8\r\n${body}\r\n0\r\nT: u\r\n\r\n`;
  const input = post("abc") + chunked(chunks) + post("") + get();
  for (const answers of [await talk(input, echo), await talkSlowly(input, echo)]) {
    const bodies = answers.split(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n/).slice(1);
    assertEquals(bodies, ["abc", `hello${body}`, "", ""]);
  }
});

test("httpConnection() refuses what is no request, once, and closes", async () => {
  const cases: [string, number][] = [
    ["nonsense\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
    ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost:\r\n\r\n", 400],
    ["GET http://other/ HTTP/1.1\r\nHost: ferris\r\n\r\n", 400],
    ["GET * HTTP/1.1\r\nHost: ferris\r\n\r\n", 400],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    [get().replace("\r\n", "\n"), 400],
    [get("/", "a: b\r\n c\r\n"), 400],
    [get("/", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400],
    [get("/", "Content-Length: +1\r\n"), 400],
    [get("/", "Transfer-Encoding: gzip, chunked\r\n"), 501],
    [get("/", "Expect: tea\r\n"), 417],
    [get("/").replace("1.1", "1.2"), 505],
    [get(`/${"a".repeat(8192)}`), 414],
    [get("/", `A: ${"b".repeat(16_384)}\r\n`), 431],
    [get("/", "a: b\r\n".repeat(100)), 431],
    [post("").replace("Length: 0", "Length: 134217729"), 413],
    [chunked("x\r\n"), 400],
    [chunked("1\r\nab\r\n0\r\n\r\n"), 400],
    [chunked("1\r\na\r\n0\r\nHost: a\r\n\r\n"), 400],
  ];
  for (const [input, status] of cases) {
    let calls = 0;
    const count: HttpHandler = async (request) => {
      calls++;
      return { body: await request.text() };
    };
    const good = get("/first");
    for (
      const answers of [await talk(good + input + get(), count), await talkSlowly(input, echo)]
    ) {
      const expected = answers.includes("first") || calls > 0 ? [200, status] : [status];
      const seen = statuses(answers);
      assertEquals(seen.at(-1), status, JSON.stringify(input.slice(0, 60)));
      assertEquals(seen.length <= expected.length, true);
      assertEquals(/Connection: close\r\n\r\n[^\r]*$/.test(answers), true, answers);
    }
    assertEquals(calls, 1, "only for the good one");
  }
});

test("httpConnection() refuses HEAD without a body as soon as it knows that it is HEAD", async () => {
  const line = "HEAD / HTTP/1.1\r\n";
  for (
    const rest of ["\r\n", `${HOST}A b\r\n\r\n`, "Host: a b\r\n\r\n", `${HOST}Expect: a\r\n\r\n`]
  ) {
    const answers = await talk(get().replace("GET", "HEAD") + line + rest);
    assertEquals(statuses(answers).length, 2);
    assertEquals(/Content-Length: [1-9][0-9]\r\nConnection: close\r\n\r\n$/.test(answers), true);
  }
});

test("httpConnection() answers HEAD without a body, OPTIONS *, absolute targets and HTTP/1.0", async () => {
  const seen: string[] = [];
  const handler: HttpHandler = ({ method, url }, { target, httpVersion }) => {
    seen.push(`${method} ${url} ${target} ${httpVersion}`);
    return { body: "ok" };
  };
  const head = OK.slice(0, -2);
  assertEquals(await talk(get().replace("GET", "HEAD") + get(), handler), head + OK);
  await talk(get("*").replace("GET", "OPTIONS"), handler);
  await talk(get("http://FERRIS:80/a?b"), handler);
  const old = await talk("GET /old HTTP/1.0\r\n\r\n", handler);
  assertEquals(old, OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  const kept = "GET /kept HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
  assertEquals(statuses(await talk(kept + kept, handler)), [200, 200]);
  assertEquals(seen, [
    "HEAD http://ferris/ / 1.1",
    "GET http://ferris/ / 1.1",
    "OPTIONS http://ferris/* * 1.1",
    "GET http://ferris/a?b http://FERRIS:80/a?b 1.1",
    "GET http://localhost/old /old 1.0",
    "GET http://a/kept /kept 1.0",
    "GET http://a/kept /kept 1.0",
  ]);
});

test("httpConnection() tells a client that waits to go on when the body is read, and only then", async () => {
  const waiting = post("", "Expect: 100-continue\r\n").replace("Length: 0", "Length: 3");
  const session = new Talk(echo);
  await session.send(waiting);
  assertEquals(session.received, "HTTP/1.1 100 Continue\r\n\r\n");
  await session.send("abc");
  assertEquals(session.received.endsWith("\r\n\r\nabc"), true);
  assertEquals(statuses(await session.end()), [100, 200]);

  const late = await talk(`${waiting}`, (request) => ({
    body: {
      async *[Symbol.asyncIterator]() {
        yield "early";
        await new Promise((resolve) => setTimeout(resolve, 0));
        yield await request.text().catch(() => "nothing");
      },
    },
  }));
  assertEquals([statuses(late), late.includes("nothing")], [[200], true], "never within an answer");
  const ignored = await talk(waiting);
  assertEquals([statuses(ignored), ignored.includes("Connection: close")], [[200], true]);
  assertEquals(statuses(await talk(`${waiting}abc${get()}`, echo)), [200, 200], "it did not wait");
  const old = waiting.replace("HTTP/1.1", "HTTP/1.0");
  assertEquals(statuses(await talk(`${old}abc`, echo)), [200], "HTTP/1.0 knows no 1xx");
});

test("httpConnection() answers 500 and nothing else when the handler fails, and goes on", async () => {
  const errors: unknown[] = [];
  const options: HttpOptions = {
    onRequestError: (error, { url }) => errors.push(`${String(error)} ${url}`),
  };
  const failures: HttpHandler[] = [
    () => {
      throw new Error("secret");
    },
    () => Promise.reject(new Error("secret")),
    () => ({ headers: { a: "b\r\nc: d" } }),
    () => ({ body: "a", headers: { "Content-Length": "2" } }),
    () => ({ status: 99 }),
    () => undefined,
    () => Response.error(),
  ];
  for (const failure of failures) {
    const handler: HttpHandler = (request, info) =>
      info.target === "/bad" ? failure(request, info) : { body: "ok" };
    const answers = await talk(get("/bad") + get(), handler, options);
    const body = "500 Internal Server Error\n";
    const head = OK.replace("200 OK", "500 Internal Server Error").replace(
      "Length: 2",
      `Length: ${body.length}`,
    );
    assertEquals(answers, head.slice(0, -2) + body + OK);
  }
  assertEquals([errors.length, errors[0]], [failures.length, "Error: secret http://ferris/bad"]);
});

test("httpConnection() cuts an answer that fails midway: nobody takes it for whole", async () => {
  const errors: string[] = [];
  const failing: HttpHandler = () => ({
    body: {
      async *[Symbol.asyncIterator]() {
        yield "part";
        await new Promise((resolve) => setTimeout(resolve, 0));
        yield "more";
        throw new Error("secret");
      },
    },
  });
  const session = new Talk(failing, { onRequestError: (error) => errors.push(String(error)) });
  await session.send(get());
  const answer = await session.closed();
  assertEquals([answer.includes("secret"), answer.includes("0\r\n\r\n")], [false, false]);
  assertEquals([errors, session.failure instanceof Error], [["Error: secret"], true]);
});

test("httpConnection() refuses a body that turns out malformed before anything was answered", async () => {
  const session = new Talk(({ body }) => ({ body }));
  await session.send(chunked(""));
  await session.send("x");
  assertEquals(statuses(await session.closed()), [400]);
});

test("httpConnection() drops what the handler leaves of a body up to a limit, else it closes", async () => {
  const limits = { maxUnreadBodySize: 10 };
  const ten = "x".repeat(10);
  assertEquals(statuses(await talk(post(ten) + get(), undefined, { limits })), [200, 200]);
  const over = await talk(post(`${ten}x`) + get(), undefined, { limits });
  assertEquals([statuses(over), over.includes("Connection: close")], [[200], true]);
  const chunks = (size: string, body: string) => chunked(`${size}\r\n${body}\r\n0\r\n\r\n`) + get();
  assertEquals(statuses(await talk(chunks("a", ten), undefined, { limits })), [200, 200]);
  assertEquals(statuses(await talk(chunks("b", `${ten}x`), undefined, { limits })), [200]);
});

test("httpConnection() closes after Connection: close and after its last request", async () => {
  const closing = await talk(get("/", "Connection: close\r\n") + get());
  assertEquals([statuses(closing), closing.includes("Connection: close")], [[200], true]);
  const limits = { maxRequestsPerConnection: 2 };
  const last = await talk(get() + get() + get(), undefined, { limits });
  assertEquals(last, OK + OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
});

test("httpConnection() leaves nothing on its signal, and answers what has come when that aborts", async () => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const session = new Talk((_request, { target }) => {
    if (target === "/1") stop.abort();
    return { body: "ok" };
  }, { signal: stop.signal });
  await session.send(get("/1") + get("/2"));
  assertEquals(
    await session.closed(),
    OK + OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
  );
  assertEquals(listeners(), 0);
});

test("httpConnection() refuses wrong arguments, and leaves the connection alone then", async () => {
  const [client, server] = connectionPair();
  const limits = { maxHeaderSize: 0 };
  await assertRejects(() => httpConnection(server, () => undefined, { limits }), RangeError);
  const none = undefined as unknown as HttpHandler;
  await assertRejects(() => httpConnection(server, none), TypeError, "Cannot serve HTTP");
  await Promise.all([server.write(Uint8Array.of(1)), client.read()]);
  await Promise.all([client.close(), server.close()]);
});
