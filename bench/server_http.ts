/** The library's HTTP server: all its limits and time limits are on. */

import { listen } from "../adapters/current.ts";
import type { HttpHandler } from "../http/http_session.ts";
import { PreparedReply, serveHttp } from "../http/serve_http.ts";
import { HELLO, HELLO_TYPE } from "./server_native.ts";

/** What the handler answers with; a POST is answered with its own body either way. */
export type AnswerForm = "response" | "reply" | "prepared";

const HEADERS = { "content-type": HELLO_TYPE };

const PREPARED = new PreparedReply({ headers: HEADERS, body: HELLO });

const HANDLERS: Record<AnswerForm, HttpHandler> = {
  response: (request) => new Response(request.method === "POST" ? request.body : HELLO),
  reply: (request) =>
    request.method === "POST" ? { body: request.body } : { headers: HEADERS, body: HELLO },
  prepared: () => PREPARED,
};

/** Resolves with the port. */
export async function listenHttp(form: AnswerForm): Promise<number> {
  const listener = await listen({ port: 0 });
  void serveHttp(listener, HANDLERS[form], {
    // The largest body of the benchmarks is larger than what is taken by default.
    limits: { maxRequestBodySize: 2 ** 31 },
    // And it takes a while to have all connections that are idle then.
    timeouts: { headers: 60_000, idle: 60_000 },
  });
  return listener.addr.port;
}
