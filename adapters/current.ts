/**
 * The adapter of the runtime that runs this.
 *
 * @module
 */

import type { Adapter, WithTls } from "../core/adapter.ts";
import type { TcpAddr, UnixAddr } from "../core/addr.ts";
import type { ConnectOptions } from "../core/connect_options.ts";
import type { Connection } from "../core/connection.ts";
import type {
  Listener,
  ListenOptions,
  TcpListenOptions,
  TlsListener,
  UnixListenOptions,
} from "../core/listener.ts";

/** The adapter is loaded when it is first needed, and only that one. */
function load(): Promise<Adapter> {
  const { Deno, Bun } = globalThis as { Deno?: { version?: { deno?: string } }; Bun?: unknown };
  // Deno and Bun both look like Node, and Deno may be asked to look like others.
  if (typeof Deno?.version?.deno === "string") return import("./deno.ts");
  if (Bun !== undefined) return import("./bun.ts");
  return import("./node.ts");
}

/** Listens on a TCP port, with TLS; see the last form. */
export function listen(options: WithTls<TcpListenOptions>): Promise<TlsListener<TcpAddr>>;
/** Listens on a unix socket, with TLS; see the last form. */
export function listen(options: WithTls<UnixListenOptions>): Promise<TlsListener<UnixAddr>>;
/** Listens on a TCP port; see the last form. */
export function listen(options: TcpListenOptions): Promise<Listener<TcpAddr>>;
/** Listens on a unix socket; see the last form. */
export function listen(options: UnixListenOptions): Promise<Listener<UnixAddr>>;
/**
 * Listens on a TCP port or on a unix socket, with or without TLS, with the means of the runtime that
 * runs this. Resolves when the socket is bound; `listener.addr` has the real port.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that this runtime cannot honour, with a {@linkcode NetworkError} (`EADDRINUSE`, `EACCES`,
 * `EADDRNOTAVAIL`, `ENOTFOUND`, `ENOENT`, `ENOTCAPABLE`) when the address cannot be bound. Whoever
 * listens closes the listener.
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
export function listen(options: ListenOptions): Promise<Listener>;
export async function listen(options: ListenOptions): Promise<Listener> {
  const adapter = await load();
  return await adapter.listen(options);
}

/**
 * Connects to a TCP port or to a unix socket, with or without TLS, with the means of the runtime that
 * runs this. Resolves when the connection is there, the handshake of TLS included.
 *
 * Rejects with the reason of `signal` when that aborts, with a TypeError or RangeError for an invalid
 * option, with {@linkcode NotSupported} for one that this runtime cannot honour, with a
 * {@linkcode NetworkError} when there is no connection: `ECONNREFUSED`, `ETIMEDOUT`, `ENOTFOUND`,
 * `ENOENT` (no such socket file), `ENOTCAPABLE`. Whoever connects closes the connection.
 *
 * @example One question, one answer
 * ```ts
 * import { connect, listen } from "@incoming/net";
 *
 * const listener = await listen({ port: 0 });
 * const served = listener.incoming().take(1).forEach(async (connection) => {
 *   await connection.write(await connection.read() ?? new Uint8Array());
 *   await connection.close();
 * });
 *
 * const connection = await connect({ port: listener.addr.port, timeout: 1000 });
 * await connection.write(new TextEncoder().encode("hello"));
 * const answer = new TextDecoder().decode(await connection.read() ?? undefined);
 * await connection.close();
 * await served;
 * if (answer !== "hello") throw new Error(answer);
 * ```
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const adapter = await load();
  return await adapter.connect(options);
}
