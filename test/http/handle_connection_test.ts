import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import {
  handleConnection,
  type HandleOptions,
  HEAD_MS,
  SEND_MS,
  type Site,
  SLEEP_MS,
} from "../../http/handle_connection.ts";
import { countListeners, gate, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { bytes, MockConnection, oneByOne } from "./mock_connection.ts";

const SITE: Site = { hello: bytes("<h1>hello</h1>"), notFound: bytes("<h1>lost</h1>") };
const HELLO = page("200 OK", "<h1>hello</h1>");
const LOST = page("404 Not Found", "<h1>lost</h1>");

function page(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/html; charset=utf-8\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}

function request(line: string): string {
  return `${line}\r\nHost: localhost\r\n\r\n`;
}

/** What is written in answer to `input`. */
async function answerTo(
  input: Iterable<Uint8Array | Error>,
  options?: HandleOptions,
): Promise<string> {
  const connection = new MockConnection(input);
  await handleConnection(connection, SITE, options);
  return connection.written;
}

/** The first line of what is written in answer to `text`. */
async function statusOf(text: string): Promise<string | undefined> {
  return (await answerTo([bytes(text)])).split("\r\n")[0];
}

/** Everything that comes from the other end, as Latin-1. */
async function readAll(connection: Connection): Promise<string> {
  let text = "";
  for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
    text += String.fromCharCode(...chunk);
  }
  return text;
}

test("handleConnection() answers GET / with the hello page", async () => {
  assertEquals(await answerTo([bytes(request("GET / HTTP/1.1"))]), HELLO);
  assertEquals(await answerTo(oneByOne(request("GET /?a=b HTTP/1.1"))), HELLO, "byte by byte");
  assertEquals(await answerTo([bytes("GET / HTTP/1.0\r\n\r\n")]), HELLO, "HTTP/1.0");
});

test("handleConnection() answers everything else with the page that says 404", async () => {
  for (
    const line of ["GET /x", "GET //", "GET /sleep/", "GET /%2F", "POST /", "get /", "OPTIONS *"]
  ) {
    assertEquals(await answerTo([bytes(request(`${line} HTTP/1.1`))]), LOST, line);
  }
});

test("handleConnection() answers HEAD as GET, without the page", async () => {
  const sleep = () => Promise.resolve();
  const headOf = (answer: string) => answer.slice(0, answer.indexOf("<"));
  for (const [path, answer] of [["/", HELLO], ["/sleep", HELLO], ["/x", LOST]] as const) {
    const input = [bytes(request(`HEAD ${path} HTTP/1.1`))];
    assertEquals(await answerTo(input, { sleep }), headOf(answer), path);
  }
});

test("handleConnection() answers /sleep when the sleep is over", async () => {
  const slept = gate();
  const connection = new MockConnection([bytes(request("GET /sleep HTTP/1.1"))]);
  const handled = handleConnection(connection, SITE, { sleep: () => slept.promise });
  assertEquals([await outcome(handled), connection.written], ["pending", ""]);
  slept.resolve();
  await handled;
  assertEquals(connection.written, HELLO);
});

test("handleConnection() sleeps 5 s by default", async () => {
  const timers = new FakeTimers();
  const handled = answerTo([bytes(request("GET /sleep HTTP/1.1"))], { timers });
  await macrotask();
  timers.advance(SLEEP_MS - 1);
  assertEquals([SLEEP_MS, await outcome(handled)], [5000, "pending"]);
  timers.advance(1);
  assertEquals(await handled, HELLO);
  assertEquals(timers.armed, 0);
});

test("handleConnection() ends the sleep when the signal aborts", async () => {
  const timers = new FakeTimers();
  const { signal, abort } = abortable();
  const listeners = countListeners(signal);
  const handled = answerTo([bytes(request("GET /sleep HTTP/1.1"))], { timers, signal });
  await macrotask();
  const reason = new Error("gone");
  abort(reason);
  assertStrictEquals(await reasonOf(handled), reason);
  assertEquals([timers.armed, listeners()], [0, 0]);
});

function abortable(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

test("handleConnection() says what is wrong with a request", async () => {
  const tooLarge = `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(16_384 - 31)}\r\n\r\n`;
  assertEquals(tooLarge.length, 16_385);
  assertEquals(await statusOf(tooLarge), "HTTP/1.1 431 Request Header Fields Too Large");
  assertEquals(await statusOf(`GET /${"a".repeat(9000)}`), "HTTP/1.1 414 URI Too Long");
  assertEquals(
    await statusOf("GET / HTTP/3.0\r\n"),
    "HTTP/1.1 505 HTTP Version Not Supported",
  );
  assertEquals(
    await answerTo([bytes("\x16\x03\x01\x02")]),
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
      "Content-Length: 56\r\nConnection: close\r\n\r\n" +
      "400 Bad Request: a control character stands in the head\n",
  );
});

test("handleConnection() answers nothing to a peer that sends nothing", async () => {
  assertEquals(await answerTo([]), "");
});

test("handleConnection() rejects when the connection breaks", async () => {
  const reset = new Error("reset");
  const handled = answerTo([bytes("GET / HT"), reset]);
  assertStrictEquals(await reasonOf(handled), reset);
});

test("handleConnection() answers 408 when the head takes over 15 s", async () => {
  assertEquals(HEAD_MS, 15_000);
  for (const start of ["", "GET / HTTP/1.1\r\nHost: x\r\n"]) {
    const timers = new FakeTimers();
    const [client, server] = connectionPair({ timers });
    if (start !== "") await client.write(bytes(start));
    const handled = handleConnection(server, SITE, { timers });
    await macrotask();
    // Not from the last byte: whoever sends one now and then gains nothing.
    timers.advance(HEAD_MS - 1);
    await client.write(bytes(start === "" ? "G" : "a"));
    assertEquals(await outcome(handled), "pending");
    timers.advance(1);
    await handled;
    const closed = server.close();
    assertEquals((await readAll(client)).split("\r\n")[0], "HTTP/1.1 408 Request Timeout");
    await Promise.all([client.close(), closed]);
    assertEquals(timers.armed, 0);
  }
});

test("handleConnection() waits for a clogged peer, 30 s at most", async () => {
  assertEquals(SEND_MS, 30_000);
  for (const reads of [true, false]) {
    const timers = new FakeTimers();
    const [client, server] = connectionPair({ timers, clogged: true });
    const handled = handleConnection(server, SITE, { timers });
    await client.write(bytes(request("GET / HTTP/1.1")));
    assertEquals(await outcome(handled), "pending");
    timers.advance(SEND_MS - 1);
    assertEquals(await outcome(handled), "pending");
    if (reads) {
      const all = readAll(client);
      await handled;
      const closed = server.close();
      assertEquals(await all, HELLO);
      await Promise.all([client.close(), closed]);
    } else {
      timers.advance(1);
      assertEquals((await assertRejects(() => handled, NetworkError)).code, "ETIMEDOUT");
      server.abort();
      client.abort();
    }
    assertEquals(timers.armed, 0);
  }
});

test("handleConnection() answers a peer that has closed its half, and one that sends on", async () => {
  const [client, server] = connectionPair();
  await client.write(bytes(`${request("GET / HTTP/1.1")}and more`));
  await client.closeWrite();
  await handleConnection(server, SITE);
  const closed = server.close();
  assertEquals(await readAll(client), HELLO);
  await Promise.all([client.close(), closed]);
});
