/** serveHttp, as the runtime's own fetch and undici see it. */

import { assert, assertEquals } from "#assert";
import { Buffer } from "node:buffer";
import { request as begin } from "node:http";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { answer, pattern } from "./client_answers.ts";
import { type Client, clients } from "./clients.ts";

const [KIBIBYTE, MEBIBYTE] = [1 << 10, 1 << 20];
const SIZES = [0, 1, 100, 64 * KIBIBYTE, MEBIBYTE, 8 * MEBIBYTE];
const AT_ONCE = 50;

interface Served {
  readonly client: Client;
  /** How many connections there were. */
  readonly connections: () => number;
}

/** A server, and a client of it, until the test ends; nothing may be reported. */
async function served(t: TestContext, make: (base: string) => Client): Promise<Served> {
  const stop = new AbortController();
  const errors: unknown[] = [];
  const listener = await listen({ port: 0 });
  const onRequestError = (error: unknown) => void errors.push(error);
  const over = serveHttp(listener, answer, { signal: stop.signal, grace: 2_000, onRequestError });
  const client = make(`http://127.0.0.1:${listener.addr.port}`);
  t.defer(async () => {
    await client.close();
    stop.abort();
    await over;
    assertEquals(errors, []);
  });
  return { client, connections: () => listener.stats.accepted };
}

/** Whether bytes are the pattern; not by assertEquals, which takes seconds for megabytes. */
function isPattern(bytes: Uint8Array, length: number): boolean {
  return Buffer.compare(bytes, pattern(length)) === 0;
}

for (const [name, make] of Object.entries(clients)) {
  test(`${name} keeps its connection to serveHttp on ${runtime}`, async (t) => {
    const { client, connections } = await served(t, make);
    for (
      const [path, status, text] of [
        ["/", 200, "hello\n"],
        ["/empty", 204, ""],
        ["/nowhere", 404, "not found\n"],
        ["/", 200, "hello\n"],
      ] as const
    ) {
      const { status: got, bytes } = await client.ask("GET", path);
      assertEquals([got, new TextDecoder().decode(bytes)], [status, text]);
    }
    // The fetch of Node makes a second one when the next request comes at once.
    assert(connections() <= 2, `there were ${connections()} connections`);
    // After HEAD undici connects anew, in case a server sends a body.
    assertEquals((await client.ask("HEAD", "/bytes?size=1000")).bytes.length, 0);
    assertEquals((await client.ask("GET", "/")).status, 200);
  });

  test(`${name} gets and sends every size through serveHttp on ${runtime}`, async (t) => {
    const { client } = await served(t, make);
    for (const size of SIZES) {
      for (const path of ["/bytes", "/stream"]) {
        const { bytes } = await client.ask("GET", `${path}?size=${size}`);
        assert(isPattern(bytes, size), `${path}, ${size}`);
      }
      const { bytes } = await client.ask("POST", "/echo", pattern(size));
      assert(isPattern(bytes, size), `echo, ${size}`);
    }
  });

  test(`${name} asks serveHttp for much at once on ${runtime}`, async (t) => {
    const { client } = await served(t, make);
    const sizes = Array.from({ length: AT_ONCE }, (_, index) => index * 1_000);
    const answers = await Promise.all(
      sizes.map((size) => client.ask("POST", "/echo", pattern(size))),
    );
    assertEquals(answers.map(({ bytes }) => bytes.length), sizes);
    assert(answers.every(({ bytes }, index) => isPattern(bytes, sizes[index] ?? 0)));
  });
}

if (runtime === "node") {
  test("node:http sends a body of unknown length and trailers to serveHttp", async (t) => {
    const stop = new AbortController();
    const listener = await listen({ port: 0 });
    const over = serveHttp(listener, async (request, info) => {
      const body = await request.text();
      return Response.json([body, [...info.trailers]]);
    }, { signal: stop.signal });
    t.defer(async () => {
      stop.abort();
      await over;
    });
    const headers = { Trailer: "X-Sum, X-Empty" };
    const options = { port: listener.addr.port, host: "127.0.0.1", method: "POST", headers };
    const text = await new Promise<string>((resolve, reject) => {
      const sent = begin(options, (response) => {
        let got = "";
        response.setEncoding("utf8").on("data", (part: string) => got += part);
        response.on("end", () => resolve(got));
      });
      sent.on("error", reject);
      sent.write("one ");
      sent.addTrailers([["X-Sum", "7"], ["X-Empty", ""]]);
      sent.end("two");
    });
    assertEquals(text, '["one two",[["x-empty",""],["x-sum","7"]]]');
  });
}
