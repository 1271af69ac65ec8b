/** Apps of Hono and of h3 run on serveHttp as they are. The client is the runtime's own fetch. */

import { assert, assertEquals, assertMatch } from "#assert";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { h3App } from "./h3_app.mjs";
import { honoApp } from "./hono_app.mjs";

type Handler = (request: Request) => Response | Promise<Response>;
type Fetch = (path: string, init?: RequestInit & { duplex?: "half" }) => Promise<Response>;

const APPS: Record<string, Handler> = { Hono: honoApp.fetch, h3: h3App.fetch };

const MEBIBYTE = 1 << 20;

/** What every app must do. */
const CHECKS: Record<string, (fetch: Fetch) => Promise<void>> = {
  "routes": async (fetch) => {
    assertEquals(await textOf(fetch("/hello/Ferris")), "200 hello Ferris");
    assertEquals(await textOf(fetch("/hello/%C3%A4%20b")), "200 hello ä b");
    assertEquals((await done(fetch("/nowhere"))).status, 404);
    assertEquals(await textOf(fetch("/hello/Ferris", { method: "HEAD" })), "200 ");
  },
  "reads the query and the URL": async (fetch) => {
    const { a, url } = await (await fetch("/query?a=1&a=%262")).json() as Record<string, unknown>;
    assertEquals(a, ["1", "&2"]);
    assertMatch(String(url), /^http:\/\/127\.0\.0\.1:[0-9]+\/query\?a=1&a=%262$/);
  },
  "reads and writes JSON": async (fetch) => {
    const body = JSON.stringify({ name: "Ferris, ä" });
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/json", { method: "POST", body, headers });
    assertMatch(answer.headers.get("content-type") ?? "", /^application\/json/);
    assertEquals([answer.status, await answer.json()], [201, { name: "Ferris, ä", seen: true }]);
  },
  "streams an answer": async (fetch) => {
    const answer = await fetch("/stream");
    assertEquals(answer.headers.get("content-length"), null);
    assertEquals(await answer.text(), "one two three");
  },
  "streams a body through": async (fetch) => {
    const sent = Uint8Array.from({ length: MEBIBYTE }, (_, index) => index % 251);
    const answer = await fetch("/through", { method: "POST", body: sent });
    assertEquals(new Uint8Array(await answer.arrayBuffer()), sent);
    const parts = ReadableStream.from(["one ", "two"]).pipeThrough(new TextEncoderStream());
    assertEquals(
      await textOf(fetch("/through", { method: "POST", body: parts, duplex: "half" })),
      "200 one two",
    );
  },
  "reads and writes headers": async (fetch) => {
    const answer = await done(fetch("/headers", { headers: { "X-Sent": "a, b" } }));
    const { status, headers } = answer;
    assertEquals([status, headers.get("x-got"), headers.get("x-twice")], [204, "a, b", "1, 2"]);
  },
  "reads and writes cookies": async (fetch) => {
    const answer = await fetch("/cookies", { headers: { cookie: "other=1; given=c%20d" } });
    assertEquals(await answer.text(), "c d");
    const cookies = answer.headers.getSetCookie();
    assertEquals(cookies.length, 2);
    assertMatch(cookies[0] ?? "", /^a=1;.*HttpOnly/i);
    assertMatch(cookies[1] ?? "", /^b=2%3B%20%C3%A4;.*Path=\/b/i);
  },
  "reads a form with a file": async (fetch) => {
    const body = new FormData();
    body.set("name", "Ferris, ä");
    body.set("file", new File(["a crab\r\n--"], "crab.txt"));
    const answer = textOf(fetch("/form", { method: "POST", body }));
    assertEquals(await answer, "200 Ferris, ä, crab.txt: a crab\r\n--");
  },
  "redirects": async (fetch) => {
    assertEquals(await textOf(fetch("/old")), "200 hello new");
    const answer = await done(fetch("/old", { redirect: "manual" }));
    assertEquals([answer.status, answer.headers.get("location")], [301, "/hello/new"]);
  },
  "answers OPTIONS and conditional requests": async (fetch) => {
    const asked = { origin: "https://example.com", "access-control-request-method": "PUT" };
    const leave = await done(fetch("/open/door", { method: "OPTIONS", headers: asked }));
    assertEquals(leave.headers.get("access-control-allow-origin"), "https://example.com");
    assertMatch(leave.headers.get("access-control-allow-methods") ?? "", /PUT/);
    const tag = (await done(fetch("/tagged"))).headers.get("etag") ?? "";
    const again = await done(fetch("/tagged", { headers: { "if-none-match": tag } }));
    assertEquals([tag === "", again.status], [false, 304]);
  },
  "turns its errors into answers": async (fetch) => {
    assertEquals((await done(fetch("/refused"))).status, 403);
    const broken = await fetch("/broken");
    assertEquals([broken.status, (await broken.text()).includes("secret")], [500, false]);
    assertEquals(await textOf(fetch("/hello/again")), "200 hello again");
  },
};

for (const [name, handler] of Object.entries(APPS)) {
  for (const [what, check] of Object.entries(CHECKS)) {
    test(`an app of ${name} on serveHttp ${what} on ${runtime}`, async (t) => {
      const { base, errors } = await served(t, handler);
      await check((path, init) => fetch(base + path, { signal: t.signal, ...init }));
      assertEquals(errors, []);
    });
  }
}

/** Serves until the test ends: its address, and what it has reported. */
async function served(
  t: TestContext,
  handler: Handler,
): Promise<{ base: string; errors: unknown[] }> {
  const stop = new AbortController();
  const errors: unknown[] = [];
  const listener = await listen({ port: 0 });
  const onRequestError = (error: unknown) => void errors.push(error);
  const over = serveHttp(listener, handler, { signal: stop.signal, grace: 2_000, onRequestError });
  t.defer(async () => {
    stop.abort();
    await over;
  });
  return { base: `http://127.0.0.1:${listener.addr.port}`, errors };
}

/** The status and the text of an answer. */
async function textOf(answer: Promise<Response>): Promise<string> {
  const { status } = await answer;
  return `${status} ${await (await answer).text()}`;
}

/** The answer, when its body has come: a body that nobody reads would keep the connection. */
async function done(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  assert(!response.bodyUsed);
  await response.arrayBuffer();
  return response;
}
