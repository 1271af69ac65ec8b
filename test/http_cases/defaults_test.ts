/** Each limit by its default: what is just within it, what is just beyond, and what is answered then. */

import { assert, assertEquals } from "#assert";
import { connectionPair, listen } from "../../adapters/memory.ts";
import { httpConnection } from "../../http/http_connection.ts";
import type { HttpLimits } from "../../http/http_limits.ts";
import type { HttpTimeouts } from "../../http/http_options.ts";
import { serveHttp } from "../../http/serve_http.ts";
import { chunked, echo, get, HOST, post, statuses, Talk, talk } from "../http/talk.ts";
import { TextConnection } from "../fuzz/text_connection.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { gate, macrotask, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";
import { bytesOf } from "./wire.ts";

const KIB = 1024;
const LINE = "GET / HTTP/1.1\r\n";
const END = "0\r\n\r\n";

/** A request that is of `size` by what the limit counts. */
type Sized = (size: number) => string;

/** By the limit: its default, a request of a size, and the answer to a larger one. */
const SIZES: readonly (readonly [keyof HttpLimits, number, Sized, number])[] = [
  [
    "maxHeaderSize",
    16 * KIB,
    (size) => `${LINE}${HOST}A: ${"a".repeat(size - LINE.length - HOST.length - 7)}\r\n\r\n`,
    431,
  ],
  ["maxHeaderCount", 100, (size) => get("/", "A: b\r\n".repeat(size - 1)), 431],
  ["maxRequestLineSize", 8 * KIB, (size) => get(`/${"a".repeat(size - 5)}`), 414],
  [
    "maxRequestBodySize",
    128 * KIB * KIB,
    (size) => `POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: ${size}\r\n\r\n`,
    413,
  ],
  ["maxChunkLineSize", 4 * KIB, (size) => chunked(`${"0".repeat(size - 1)}1\r\na\r\n${END}`), 400],
  [
    "maxChunkExtensionsSize",
    16 * KIB,
    (size) => {
      const one = `1;${"a".repeat(1023)}\r\na\r\n`;
      const more = size % KIB === 0 ? "" : `1;${"a".repeat(size % KIB)}\r\na\r\n`;
      return chunked(`${one.repeat(Math.floor(size / KIB))}${more}${END}`);
    },
    400,
  ],
  ["maxTrailerSize", 16 * KIB, (size) => chunked(`0\r\nA: ${"a".repeat(size - 7)}\r\n\r\n`), 400],
];

/** The status of each answer to `input`, and whether the last one says that it closes. */
async function answered(input: string, limits: HttpLimits = {}): Promise<string> {
  const answers = await talk(input, echo, { limits });
  const last = answers.slice(answers.lastIndexOf("HTTP/1.1"));
  return `${statuses(answers).join(" ")}${/^Connection: close\r$/m.test(last) ? " close" : ""}`;
}

for (const [name, most, sized, status] of SIZES) {
  test(`limits.${name} is ${most}: more is answered with ${status}, and closed`, async () => {
    // What waits for 100 Continue is told to go on, and sends nothing here.
    const within = name === "maxRequestBodySize" ? "100 400 close" : "200 200";
    assertEquals(await answered(sized(most) + get()), within);
    assertEquals(await answered(sized(most + 1) + get()), `${status} close`);
    assertEquals(await answered(get() + sized(most + 1) + get()), `200 ${status} close`);
    // An empty line before it counts for the head alone.
    if (name !== "maxHeaderSize") {
      assertEquals(await answered(`\r\n${sized(most)}${get()}`), within);
    }
    const off = await answered(sized(most + 1) + get(), { [name]: Infinity });
    assertEquals(off, within, "turned off");
    assertEquals(await answered(sized(most) + get(), { [name]: most - 1 }), `${status} close`);
  });
}

test("docs/http.md says of each limit how it is answered when it is passed", () => {
  const rows = textOf("docs/http.md").matchAll(
    /^\| `(max\w+)` +\| [^|]+\| ([0-9]{3}), close +\|/gm,
  );
  const told = [...rows].map(([, name, status]) => [name, Number(status)]);
  const answers = SIZES.map(([name, , , status]) => [name, status] as const);
  assertEquals(Object.fromEntries(told), Object.fromEntries(answers));
});

test("limits.maxUnreadBodySize is 256 KiB: more is not read, and the connection is closed", async () => {
  const ignored = async (body: string, limits: HttpLimits = {}) => {
    const answers = await talk(body + get(), () => ({ body: "ok" }), { limits });
    return `${statuses(answers).join(" ")}${answers.includes("Connection: close") ? " close" : ""}`;
  };
  const most = "x".repeat(256 * KIB);
  assertEquals(await ignored(post(most)), "200 200");
  assertEquals(await ignored(post(`${most}x`)), "200 close");
  assertEquals(await ignored(chunked(`40000\r\n${most}\r\n${END}`)), "200 200");
  // Whether that comes to an end is not known in time to be told.
  assertEquals(await ignored(chunked(`40001\r\n${most}x\r\n${END}`)), "200");
  assertEquals(await ignored(post(`${most}x`), { maxUnreadBodySize: Infinity }), "200 200");
  const waiting = new Talk(() => ({ body: "ok" }));
  await waiting.send(post(`${most}x`).slice(0, -most.length));
  assertEquals(waiting.ended, true, "it is not waited for");
  await waiting.closed();
});

test("limits.maxRequestsPerConnection is 10,000: the last answer says that it closes, and no other", async () => {
  const closing = async (limits: HttpLimits) => {
    const peer = new TextConnection([bytesOf(get().repeat(10_001))]);
    await httpConnection(peer.connection, () => ({ body: "ok" }), { limits });
    const count = peer.sent.split("HTTP/1.1 200").length - 1;
    const said = peer.sent.split("Connection: close").length - 1;
    return [count, said, peer.sent.slice(peer.sent.lastIndexOf("HTTP/1.1")).includes("close")];
  };
  assertEquals(await closing({}), [10_000, 1, true]);
  assertEquals(await closing({ maxRequestsPerConnection: Infinity }), [10_001, 0, false]);
});

test("timeouts.send is 30 s without anything taken, after which the connection is reset", async () => {
  for (const [send, after] of [[undefined, 30_000], [500, 500], [Infinity, 1e9]] as const) {
    const timers = new FakeTimers();
    const [client, server] = connectionPair({ capacity: KIB, timers });
    const body = "x".repeat(100 * KIB);
    const served = httpConnection(server, () => ({ body }), { timers, timeouts: { send } });
    await client.write(bytesOf(get()));
    await macrotask();
    for (const ms of [after - 1, 0, 1, 0]) {
      timers.advance(ms);
      await macrotask();
      const left = timers.now() >= after && after < 1e9;
      assertEquals(await outcome(served), left ? "fulfilled" : "pending", `${ms}`);
      if (left) break;
    }
    client.abort();
    await served;
  }
});

test("timeouts of Infinity are none", async () => {
  const cases: [string, HttpTimeouts][] = [
    ["", { headers: Infinity }],
    ["GET / HTTP/1.1\r\n", { headers: Infinity }],
    [post("abc").slice(0, -1), { receive: Infinity }],
    [get(), { idle: Infinity }],
  ];
  for (const [input, timeouts] of cases) {
    const timers = new FakeTimers();
    const talking = new Talk(echo, { timers, timeouts });
    await talking.send(input);
    for (let turn = 0; turn < 3; turn++) {
      timers.advance(1e9);
      await macrotask();
    }
    assertEquals([talking.ended, timers.armed], [false, 0], JSON.stringify(input));
    talking.client.abort();
    await talking.closed();
  }
});

test("grace is 10 s, after which what is left is reset", async () => {
  const timers = new FakeTimers();
  const listener = await listen({ port: 0, timers });
  const stop = new AbortController();
  const started = gate();
  const served = serveHttp(listener, async ({ signal }) => {
    started.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return { body: "late" };
  }, { signal: stop.signal, timers });
  const client = await listener.connect();
  await client.write(bytesOf(get()));
  await started.promise;
  stop.abort();
  await macrotask();
  timers.advance(9999);
  assertEquals(await outcome(served), "pending");
  timers.advance(1);
  assertEquals(await served, { finished: 0, cut: 1 });
  assert(await client.read().then(() => false, () => true), "reset");
  client.abort();
});
