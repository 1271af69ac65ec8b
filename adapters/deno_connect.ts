/**
 * Connecting with `Deno.connect`.
 *
 * @module
 */

import type { Handshake } from "../core/accept_loop.ts";
import { formatAddr } from "../core/addr.ts";
import type { ResolvedConnectOptions } from "../core/connect_options.ts";
import { networkError } from "../core/errors.ts";
import { own } from "../core/settler.ts";
import type { TransportConnection } from "../core/transport_connection.ts";
import { codeFor } from "./deno_bind.ts";
import { deno } from "./deno_types.ts";
import { type Ends, endsOf, plainConnection } from "./deno_transport.ts";
import type { DenoConn } from "./deno_types.ts";

/** Begins the handshake of TLS. */
export type Secure = (raw: { conn: DenoConn; ends: Ends }, action: string) => Handshake;

/** Connects, within the time that is given, and leaves nothing behind when it does not. */
export async function connectWith(
  options: ResolvedConnectOptions,
  secure: Secure | undefined,
): Promise<TransportConnection> {
  const { signal, timeout } = options;
  const action = `connect to ${formatAddr(options)}`;
  const stop = new AbortController();
  const gaveUp = Promise.withResolvers<never>();
  const giveUp = (reason: unknown): void => {
    gaveUp.reject(reason);
    stop.abort();
  };
  const onAbort = (): void => giveUp(signal?.reason);
  // It may have aborted since the options were checked.
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  const timer = timeout === Infinity
    ? undefined
    : setTimeout(() => giveUp(networkError(action, "ETIMEDOUT")), timeout);
  try {
    return await Promise.race([
      own(establish(options, { action, secure, stop: stop.signal })),
      gaveUp.promise,
    ]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

interface Attempt {
  readonly action: string;
  readonly secure: Secure | undefined;
  /** Nobody waits any more: what comes is closed. */
  readonly stop: AbortSignal;
}

async function establish(
  options: ResolvedConnectOptions,
  { action, secure, stop }: Attempt,
): Promise<TransportConnection> {
  const conn = await open(options, stop).catch((error: unknown) => {
    throw networkError(action, codeFor(error), error);
  });
  if (stop.aborted) {
    conn.close();
    throw stop.reason;
  }
  const { path } = options;
  const ends: Ends = path === undefined
    ? endsOf(conn)
    // A unix socket may be bound under another name than it has.
    : { ...endsOf(conn), remoteAddr: { transport: "unix", path } };
  if (secure === undefined) return plainConnection(conn, ends, options.timeouts);
  const { finished, abort } = secure({ conn, ends }, action);
  stop.addEventListener("abort", abort, { once: true });
  const connection = await finished;
  // The handshake may have been finished in the moment of the stop.
  if (stop.aborted) connection.abort();
  return connection;
}

async function open(options: ResolvedConnectOptions, signal: AbortSignal): Promise<DenoConn> {
  if (options.path !== undefined) {
    return await deno().connect({ transport: "unix", path: options.path });
  }
  const { hostname, port, noDelay } = options;
  const conn = await deno().connect({ hostname, port, signal });
  try {
    if (noDelay) conn.setNoDelay?.(true);
  } catch (error) {
    conn.close();
    throw error;
  }
  return conn;
}
