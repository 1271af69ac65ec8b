/**
 * Serves connections until it is told to stop, and then comes to its end in order.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { requireLimit, requireSignal } from "./limits.ts";
import type { Listener } from "./listener.ts";
import { requireOptions } from "./option_checks.ts";
import { ServeRun, type ServeRunOptions } from "./serve_run.ts";
import type { ServeContext, Served } from "./served.ts";
import { show } from "./show.ts";
import { requireFunction } from "./source.ts";
import { resolveTimeouts, type Timeouts } from "./timeouts.ts";
import { systemTimers, type Timers } from "./timers.ts";

/** How {@linkcode serve} serves. */
export interface ServeOptions {
  /**
   * How many connections may be open here at once: a positive integer, or `Infinity`, `null` or
   * `undefined` for no limit (the default). The others wait in the listener. One counts until it is
   * released, which may be up to 2 s after its handler has returned.
   */
  readonly limit?: number | null | undefined;
  /** Begins the end: see {@linkcode serve}. Default: only the end of the listener. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long what is open may go on after that, in milliseconds. 0 cuts everything at once,
   * `Infinity` waits for ever. Default 10,000.
   */
  readonly grace?: number | undefined;
  /**
   * Told of the failure of a handler, whose connection has been reset by then. May be async; it
   * cannot stop anything: what it throws is dropped. Default: nobody is told, so give one.
   *
   * It is not told of what peers do: of a {@linkcode NetworkError} when the connection is broken, of
   * the time limit of a read, nor of what fails because `serve` has closed the connection. Once
   * the end has begun, it is not told of an AbortError.
   */
  readonly onError?: ((error: unknown, connection: Connection) => unknown) | undefined;
  /** Time limits for each connection. What is not given stays as the listener has it. */
  readonly timeouts?: Timeouts | undefined;
  /** The clock of the grace and of the idle connections. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

const GRACE_MS = 10_000;
/** The longest time that the platforms' timers can wait. */
const MOST_MS = 2 ** 31 - 1;

/**
 * Calls `handler` for every connection of `listener`, many at once, until `signal` aborts or the
 * listener is closed otherwise; resolves when nothing is left.
 *
 * **Connections.** Each is closed (`close()`) when its handler returns, and reset (`abort()`) when
 * that fails, whatever the handler has left open. What fails is told to `onError`, and touches
 * neither another connection nor the accepting.
 *
 * **The end.** When `signal` aborts:
 *
 * 1. What has connected already is accepted, and then the listener is closed.
 * 2. The handlers are told, by `draining`.
 * 3. Idle connections are closed. A connection is idle when its handler waits in `read()` and a write
 *    that was begun after the last chunk is finished: what was asked is answered. When it has been so
 *    for 100 ms, no request was under way, and it is closed; a peer that has let the server wait three
 *    times since the end began is told sooner, with its next answer. One that has never sent anything has
 *    250 ms. What the system has for a connection already is always delivered first. A handler that
 *    ever writes while it reads (a proxy, a chat, everything with `writable`) is never idle: it has
 *    to heed `draining`.
 * 4. After `grace`, what is left is reset, and `signal` of its context aborts.
 *
 * Handlers that go on for another second after that, heeding neither, are left to themselves.
 *
 * Never rejects because of a peer or a handler. An invalid option is a RangeError or TypeError, and
 * closes the listener; a listener whose connections were taken before is refused with `EBUSY`; and
 * when a listener fails that is not of this package, so does this, when its connections have ended.
 *
 * Follows `serve_listeners` of trio, and `http.Server.Shutdown` of Go, which knows of requests what
 * is guessed from reads and writes here.
 *
 * @example An echo, that is stopped
 * ```ts
 * import { serve } from "@incoming/net";
 * import { listen } from "@incoming/net/memory";
 *
 * const listener = await listen({ port: 0 });
 * const stop = new AbortController();
 * const served = serve(listener, async (connection) => {
 *   for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
 *     await connection.write(chunk);
 *   }
 * }, { signal: stop.signal, grace: 5000, onError: console.error });
 *
 * const client = await listener.connect();
 * await client.write(new TextEncoder().encode("hello"));
 * await client.read();
 * stop.abort();
 * const end = await client.read();
 * await client.close();
 * const { finished, cut } = await served;
 * if (end !== null || finished !== 1 || cut !== 0) throw new Error(`${finished}, ${cut}`);
 * ```
 */
export async function serve(
  listener: Listener,
  handler: (connection: Connection, context: ServeContext) => unknown,
  options: ServeOptions = {},
): Promise<Served> {
  return await run(listener, handler, options, "guessed");
}

/**
 * The same for a protocol that knows by itself which connections are idle, and heeds `draining`: the
 * handler is given the listener's own connections, and nothing is guessed.
 */
export async function serveTold(
  listener: Listener,
  handler: (connection: Connection, context: ServeContext) => unknown,
  options: ServeOptions,
): Promise<Served> {
  return await run(listener, handler, options, "told");
}

async function run(
  listener: Listener,
  handler: (connection: Connection, context: ServeContext) => unknown,
  options: ServeOptions,
  idle: ServeRunOptions["idle"],
): Promise<Served> {
  let resolved: ServeRunOptions;
  try {
    requireFunction("serve", handler);
    resolved = { ...resolve(options), idle };
  } catch (error) {
    await listener.close();
    throw error;
  }
  return await new ServeRun(listener, handler, resolved).run();
}

function resolve(options: ServeOptions): Omit<ServeRunOptions, "idle"> {
  requireOptions("serve", options);
  const { limit, signal, grace = GRACE_MS, onError, timeouts, timers = systemTimers } = options;
  requireLimit("serve", limit);
  requireSignal("serve", signal);
  if (onError !== undefined) requireFunction("serve", onError);
  resolveTimeouts("serve", timeouts);
  if (grace !== Infinity && !(typeof grace === "number" && grace >= 0 && grace <= MOST_MS)) {
    throw new RangeError(
      `Cannot serve: grace must be a number from 0 to ${MOST_MS}, or Infinity, got ${show(grace)}`,
    );
  }
  return { limit: limit ?? Infinity, signal, grace, onError, timeouts, timers };
}
