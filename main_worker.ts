/**
 * What a worker of the server program does; `--workers` starts several.
 *
 * @module
 */

import type { Connection } from "./core/connection.ts";
import { NetworkError } from "./core/errors.ts";
import { handleConnection, type Site } from "./http/handle_connection.ts";
import type { ParallelContext } from "./parallel/handler.ts";

/** Answers one request. */
export async function handler(connection: Connection, context: ParallelContext): Promise<void> {
  try {
    await handleConnection(connection, context.data as Site, { signal: connection.signal });
  } catch (error) {
    // Also a client that does not take its answer: that is its own affair.
    if (!(error instanceof NetworkError)) throw error;
    connection.abort();
  }
}
