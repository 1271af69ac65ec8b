/** The library's connections, as servers. */

import { listen } from "../adapters/current.ts";
import type { Connection } from "../core/connection.ts";
import { copy } from "../core/copy.ts";
import { serve } from "../core/serve.ts";
import type { Timeouts } from "../core/timeouts.ts";

const LIMITS: Timeouts = { idle: 60_000, receive: 30_000, send: 30_000 };
/** What peers do is no concern here. */
const onError = (): undefined => undefined;

async function echo(connection: Connection): Promise<void> {
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    await connection.write(chunk);
  }
}

async function once(connection: Connection): Promise<void> {
  const chunk = await connection.read();
  if (chunk !== null) await connection.write(chunk);
}

/** `handle` for each connection, as the documentation shows it. */
async function incoming(
  handle: (connection: Connection) => Promise<void>,
  timeouts: Timeouts | undefined,
): Promise<number> {
  const listener = await listen({ port: 0, timeouts });
  void listener.incoming().forEachConcurrent(async (connection) => {
    try {
      await handle(connection);
    } finally {
      await connection.close();
    }
  }, { onError });
  return listener.addr.port;
}

/** Sends back all; with `limited`, all time limits are armed. */
export function listenEcho(limited = false): Promise<number> {
  return incoming(echo, limited ? LIMITS : undefined);
}

/** Sends back all, with `copy`. */
export function listenCopy(): Promise<number> {
  return incoming(async (connection) => void await copy(connection, connection), undefined);
}

/** Sends back the first chunk, and closes. */
export function listenOnce(limited = false): Promise<number> {
  return incoming(once, limited ? LIMITS : undefined);
}

/** Sends back all, with `serve`. */
export async function listenServe(): Promise<number> {
  const listener = await listen({ port: 0 });
  void serve(listener, echo, { onError });
  return listener.addr.port;
}
