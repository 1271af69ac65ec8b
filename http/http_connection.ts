/**
 * HTTP/1.1 on one connection.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import { requireFunction } from "../core/source.ts";
import { adopt } from "./adopted.ts";
import { type HttpOptions, resolveHttpOptions } from "./http_options.ts";
import { type HttpHandler, HttpSession } from "./http_session.ts";

/**
 * Answers the requests of `connection`, one after the other; closes it, and resolves when it is
 * released. Never rejects because of a peer or a handler: an answer that cannot be finished is cut,
 * by a reset.
 *
 * Throws a TypeError or RangeError for an invalid option; then the connection is left alone.
 *
 * @example One connection, without a network
 * ```ts
 * import { httpConnection } from "@incoming/net/http";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const [client, server] = connectionPair();
 * const served = httpConnection(server, (request) => new Response(`hello, ${request.url}`));
 * await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: ferris\r\n\r\n"));
 * const answer = new TextDecoder().decode(await client.read() ?? undefined);
 * await client.close();
 * await served;
 * if (!answer.endsWith("hello, http://ferris/")) throw new Error(answer);
 * ```
 */
export async function httpConnection(
  connection: Connection,
  handler: HttpHandler,
  options: HttpOptions = {},
): Promise<void> {
  requireFunction("serve HTTP", handler);
  const resolved = resolveHttpOptions("serve HTTP", options);
  adopt(resolved.adoptGlobals);
  const session = new HttpSession(connection, handler, resolved);
  const { signal } = resolved;
  const drain = () => session.drain();
  if (signal?.aborted) drain();
  else signal?.addEventListener("abort", drain);
  try {
    await session.run();
  } catch {
    // What the handler has thrown was reported; the rest is the peer's doing.
    connection.abort();
  } finally {
    signal?.removeEventListener("abort", drain);
    await connection.close();
  }
}
