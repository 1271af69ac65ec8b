/**
 * Serves a site to many at once, until it is told to stop.
 *
 * @module
 */

import type { Connection, Reader, Writer } from "../core/connection.ts";
import { NetworkError } from "../core/errors.ts";
import type { Listener } from "../core/listener.ts";
import { systemTimers, type Timers } from "../core/timers.ts";
import { handleConnection, type HandleOptions, type Site } from "./handle_connection.ts";

/** How long running requests may go on after the stop, in milliseconds. */
export const GRACE_MS = 10_000;
/** How long a connection that has sent nothing yet may stay after the stop, in milliseconds. */
export const SILENT_MS = 250;

/** How a site is served. */
export interface ServeSiteOptions {
  /** How many connections are handled at once, as for `forEachConcurrent`. Default: no limit. */
  readonly limit?: number | undefined;
  /** When it aborts, no connection is accepted any more, and those that were are finished. */
  readonly stop: AbortSignal;
  /** Told of failures that are no peer's doing. It must not throw. */
  readonly onError: (error: unknown, connection: Connection) => void;
  /** What `/sleep` waits for. Default: see {@linkcode HandleOptions}. */
  readonly sleep?: HandleOptions["sleep"];
  /** The clock. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/** What has become of the connections. */
export interface Served {
  /** How many were cut off because they took longer than {@linkcode GRACE_MS} after the stop. */
  readonly cut: number;
}

/**
 * Answers every connection of `listener` and closes it on every way out. Nothing that happens to one
 * of them ends the others.
 *
 * Resolves when `stop` has aborted, or the listener was closed otherwise, and nothing is left. After
 * the stop, running requests have {@linkcode GRACE_MS}; then their connections are reset. One that has
 * sent nothing by then has {@linkcode SILENT_MS}: it is most likely a spare one.
 */
export async function serveSite(
  listener: Listener,
  site: Site,
  options: ServeSiteOptions,
): Promise<Served> {
  const { limit, stop, onError, sleep, timers = systemTimers } = options;
  const giveUp = new AbortController();
  const newcomers = new Set<Newcomer>();
  const running = new Set<Connection>();
  let graceTimer: unknown;
  let cut = 0;

  const drain = (): void => {
    void listener.close();
    for (const newcomer of newcomers) newcomer.hurry();
    graceTimer = timers.set(() => {
      cut = running.size + listener.stats.pending;
      giveUp.abort(new Error(`Cannot go on: over ${GRACE_MS} ms since the stop`));
    }, GRACE_MS);
  };

  const handle = async (connection: Connection): Promise<void> => {
    const newcomer = new Newcomer(connection, timers);
    newcomers.add(newcomer);
    running.add(connection);
    if (stop.aborted) newcomer.hurry();
    try {
      const { signal } = connection;
      await handleConnection(newcomer, site, { sleep, signal, timers });
      await connection.close();
    } catch (error) {
      connection.abort();
      if (!(error instanceof NetworkError)) throw error;
    } finally {
      newcomer.end();
      newcomers.delete(newcomer);
      running.delete(connection);
    }
  };

  if (stop.aborted) drain();
  else stop.addEventListener("abort", drain, { once: true });
  giveUp.signal.addEventListener(
    "abort",
    () => running.forEach((connection) => connection.abort()),
  );
  try {
    const { signal } = giveUp;
    await listener.incoming().forEachConcurrent(handle, { limit, signal, onError });
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
  } finally {
    stop.removeEventListener("abort", drain);
    timers.clear(graceTimer);
    await listener.close();
  }
  return { cut };
}

/** A connection that nothing has come from yet: when the server stops, it is given little time. */
class Newcomer implements Reader, Writer {
  readonly #connection: Connection;
  readonly #timers: Timers;
  #timer: unknown;
  #known = false;

  constructor(connection: Connection, timers: Timers) {
    this.#connection = connection;
    this.#timers = timers;
  }

  /** The server stops. */
  hurry(): void {
    if (this.#known) return;
    this.#timer = this.#timers.set(() => {
      // On a busy loop the timer may be due before the bytes that lie there have been read.
      this.#timer = this.#timers.set(() => this.#connection.abort(), 0);
    }, SILENT_MS);
  }

  /** Something has come, or the connection is over. */
  end(): void {
    this.#known = true;
    this.#timers.clear(this.#timer);
  }

  async read(): Promise<Uint8Array | null> {
    const chunk = await this.#connection.read();
    this.end();
    return chunk;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#connection.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }
}
