/**
 * HTTP/1.1 over any connection: TCP, TLS, unix sockets, memory.
 *
 * {@linkcode serveHttp} answers the requests on every connection of a listener, and
 * {@linkcode httpConnection} those on one; both with a handler in the style of `fetch`. One strict
 * parser for all runtimes: the same bytes have the same answer everywhere.
 *
 * @example
 * ```ts
 * import { listen } from "@incoming/net";
 * import { serveHttp } from "@incoming/net/http";
 *
 * const listener = await listen({ port: 0 });
 * const served = serveHttp(listener, (request) => new Response(`You have asked for ${request.url}`));
 * await listener.close();
 * await served;
 * ```
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import type { Listener } from "../core/listener.ts";
import { serveTold } from "../core/serve.ts";
import type { Served } from "../core/served.ts";
import { requireFunction } from "../core/source.ts";
import { adopt } from "./adopted.ts";
import { type HttpOptions, resolveHttpOptions } from "./http_options.ts";
import { type HttpHandler, HttpSession } from "./http_session.ts";

export type { Reply, ReplyBody, WholeBody } from "./answer.ts";
export type { Answered } from "./answered.ts";
export type { HttpInfo } from "./exchange.ts";
export { httpConnection } from "./http_connection.ts";
export type { HttpLimits } from "./http_limits.ts";
export type { HttpOptions, HttpTimeouts } from "./http_options.ts";
export type { HttpHandler } from "./http_session.ts";
export { PreparedReply, type PreparedReplyInit } from "./prepared_reply.ts";

/** How {@linkcode serveHttp} serves. */
export interface ServeHttpOptions extends HttpOptions {
  /** How many connections may be open here at once, as for `serve`. Default: no limit. */
  readonly limit?: number | null | undefined;
  /** How long requests may go on after `signal` has aborted, in milliseconds. Default 10,000. */
  readonly grace?: number | undefined;
}

/**
 * Answers the requests on every connection of `listener` with what `handler` returns, until `signal`
 * aborts or the listener is closed otherwise; resolves when nothing is left.
 *
 * **Requests.** The request is a `Request` that is made when more of it is asked for than its method,
 * URL, fields and body: that is what most of its price is. `new Request(request)` and `fetch(request)`
 * know it; for that, proxies take the place of these globals with the first call, and of `Response`,
 * which remembers its text then (not with `adoptGlobals: false`). Its `signal` aborts when the client
 * is gone, and also when the client finishes sending, which most mean as going away; what the handler
 * answers then is sent all the same. What a handler leaves of a body is dropped, up to a
 * limit.
 *
 * **Answers.** A `Response`, or a {@linkcode Reply}, which costs less and takes more. The framing is
 * not the handler's to choose: Transfer-Encoding, Connection and Keep-Alive are dropped, but that
 * `Connection: close` closes. An answer that cannot be sent is 500; one that fails midway is cut by a
 * reset, so that nobody takes it for whole.
 *
 * **The end.** When `signal` aborts, what has come is answered, with `Connection: close` on the last
 * answer of each connection; idle ones are closed. After `grace` the rest is reset. It reports as
 * `serve` does.
 *
 * **Clients.** What is no strict HTTP/1.1 is answered with 4xx or 5xx and closed; every wait and every
 * size has a limit ({@linkcode HttpTimeouts}, {@linkcode HttpLimits}). Nothing that a client does
 * makes this reject. An invalid option is a TypeError or RangeError, and closes the listener.
 *
 * Follows RFC 9110 and 9112; the handler is that of `Deno.serve` and of service workers.
 *
 * @example
 * ```ts
 * import { listen } from "@incoming/net";
 * import { serveHttp } from "@incoming/net/http";
 *
 * const listener = await listen({ port: 0 });
 * const stop = new AbortController();
 * const served = serveHttp(listener, () => new Response("hello"), { signal: stop.signal });
 *
 * const answer = await fetch(`http://127.0.0.1:${listener.addr.port}/`);
 * const text = await answer.text();
 * stop.abort();
 * await served;
 * if (text !== "hello") throw new Error(text);
 * ```
 */
export async function serveHttp(
  listener: Listener,
  handler: HttpHandler,
  options: ServeHttpOptions = {},
): Promise<Served> {
  let resolved;
  try {
    requireFunction("serve HTTP", handler);
    resolved = resolveHttpOptions("serve HTTP", options);
  } catch (error) {
    await listener.close();
    throw error;
  }
  adopt(resolved.adoptGlobals);
  const { signal, timers, phases } = resolved;
  const { limit, grace } = options;
  const drain = () => phases.drain();
  // What it rejects with was reported, or is the peer's doing: all that is left to do is done by `serve`.
  const handle = (connection: Connection): Promise<void> => {
    const session = new HttpSession(connection, handler, resolved);
    if (signal?.aborted) session.drain();
    return session.run();
  };
  signal?.addEventListener("abort", drain);
  try {
    return await serveTold(listener, handle, { limit, grace, signal, timers });
  } finally {
    signal?.removeEventListener("abort", drain);
  }
}
