/**
 * Serves a site to many at once, until it is told to stop.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import { NetworkError } from "../core/errors.ts";
import type { Listener } from "../core/listener.ts";
import { serve } from "../core/serve.ts";
import type { Served } from "../core/served.ts";
import type { Timers } from "../core/timers.ts";
import { handleConnection, type HandleOptions, type Site } from "./handle_connection.ts";

/** How long running requests may go on after the stop, in milliseconds. */
export const GRACE_MS = 10_000;

/** How a site is served. */
export interface ServeSiteOptions {
  /** How many connections may be open here at once, as for `serve`. Default: no limit. */
  readonly limit?: number | undefined;
  /** When it aborts, no connection is accepted any more, and those that were are finished. */
  readonly stop: AbortSignal;
  /** Told of failures that are no peer's doing. */
  readonly onError: (error: unknown, connection: Connection) => void;
  /** What `/sleep` waits for. Default: see {@linkcode HandleOptions}. */
  readonly sleep?: HandleOptions["sleep"];
  /** The clock. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/**
 * Answers one request on every connection of `listener`, as `serve` does; resolves when `stop` has
 * aborted, or the listener was closed otherwise, and nothing is left. After the stop, running requests
 * have {@linkcode GRACE_MS}.
 */
export async function serveSite(
  listener: Listener,
  site: Site,
  { stop, limit, onError, sleep, timers }: ServeSiteOptions,
): Promise<Served> {
  const handle = async (connection: Connection): Promise<void> => {
    try {
      await handleConnection(connection, site, { sleep, signal: connection.signal, timers });
    } catch (error) {
      // Also a client that does not take its answer: that is its own affair.
      if (!(error instanceof NetworkError)) throw error;
      connection.abort();
    }
  };
  return await serve(listener, handle, { limit, signal: stop, grace: GRACE_MS, onError, timers });
}
