/**
 * The adapter of the runtime that runs this.
 *
 * @module
 */

import type { TcpAddr } from "../core/addr.ts";
import type { Listener, ListenOptions } from "../core/listener.ts";

/** What every adapter exports. */
interface Adapter {
  listen(options: ListenOptions): Promise<Listener<TcpAddr>>;
}

/** The adapter is loaded when it is first needed, and only that one. */
function load(): Promise<Adapter> {
  const { Deno, Bun } = globalThis as { Deno?: { version?: { deno?: string } }; Bun?: unknown };
  // Deno and Bun both look like Node, and Deno may be asked to look like others.
  if (typeof Deno?.version?.deno === "string") return import("./deno.ts");
  if (Bun !== undefined) return import("./bun.ts");
  return import("./node.ts");
}

/**
 * Listens for TCP connections, with the means of the runtime that runs this. Resolves when the socket
 * is bound; `listener.addr` has the real port.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that this runtime cannot honour, with a {@linkcode NetworkError} (`EADDRINUSE`, `EACCES`,
 * `EADDRNOTAVAIL`, `ENOTFOUND`, `ENOTCAPABLE`) when the address cannot be bound. Whoever listens
 * closes the listener.
 *
 * @example A server that says hello, to many at once
 * ```ts
 * import { type Connection, listen } from "@incoming/net";
 *
 * async function hello(connection: Connection): Promise<void> {
 *   await connection.write(new TextEncoder().encode("hello\n"));
 *   await connection.close();
 * }
 *
 * const listener = await listen({ port: 0 });
 * const served = listener.incoming().forEachConcurrent(hello, { limit: 100 });
 * await listener.close();
 * await served;
 * ```
 */
export async function listen(options: ListenOptions): Promise<Listener<TcpAddr>> {
  const adapter = await load();
  return await adapter.listen(options);
}
