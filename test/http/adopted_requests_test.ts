import { assert, assertEquals } from "#assert";
import { adoptLazyRequests } from "../../http/adopted_requests.ts";
import { listen } from "../../mod.ts";
import { serveHttp } from "../../http/serve_http.ts";
import { test } from "../support/harness.ts";

test("adoptLazyRequests() changes nothing for other requests", () => {
  adoptLazyRequests();
  const { Request: first, fetch: firstFetch } = globalThis;
  adoptLazyRequests();
  assert(globalThis.Request === first && globalThis.fetch === firstFetch, "done once");
  const request = new Request("http://a/", { method: "PUT" });
  class Derived extends Request {}
  const derived = new Derived(request);
  assert(derived instanceof Derived && derived instanceof Request && request instanceof Request);
  assertEquals([derived.method, Request.name, request.constructor.name], [
    "PUT",
    "Request",
    "Request",
  ]);
  assertEquals(Object.getPrototypeOf(request) === Request.prototype, true);
});

test("adoptLazyRequests() lets fetch() pass a request on", async (t) => {
  const upstream = await listen({ port: 0 });
  const proxy = await listen({ port: 0 });
  const stop = new AbortController();
  const portOf = ({ addr }: typeof upstream) => addr.transport === "tcp" ? addr.port : 0;
  const served = [
    serveHttp(upstream, async (request) => {
      return new Response(
        `${request.method} ${request.headers.get("x-a")} ${await request.text()}`,
      );
    }, { signal: stop.signal }),
    serveHttp(proxy, (request, { target }) => {
      if (target === "/direct") {
        return fetch(new Request(`http://127.0.0.1:${portOf(upstream)}/`, request));
      }
      return fetch(`http://127.0.0.1:${portOf(upstream)}/`, request);
    }, { signal: stop.signal }),
  ];
  t.defer(() => stop.abort());
  for (const path of ["/direct", "/init"]) {
    const answer = await fetch(`http://127.0.0.1:${portOf(proxy)}${path}`, {
      method: "POST",
      headers: { "X-A": "1", "Connection": "close" },
      body: "abc",
    });
    assertEquals(await answer.text(), "POST 1 abc", path);
  }
  stop.abort();
  await Promise.all(served);
});
