/**
 * Serving with several event loops at once.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import type { TcpAddr, UnixAddr } from "../core/addr.ts";
import { show } from "../core/show.ts";
import { systemTimers } from "../core/timers.ts";
import { boundsOf } from "./bounds.ts";
import { Crew } from "./crew.ts";
import { Dispatcher } from "./dispatcher.ts";
import { openFront } from "./front.ts";
import { processLauncher } from "./launch_process.ts";
import { launchThread } from "./launch_thread.ts";
import {
  type AnyParallelOptions,
  type ParallelFdOptions,
  type ParallelOptions,
  type ParallelUnixOptions,
  resolveParallelOptions,
} from "./options.ts";
import type { ParallelServer } from "./parallel_server.ts";
import { runningServer } from "./running_server.ts";
import { serveHere } from "./serve_here.ts";

export type {
  MessageSender,
  ParallelEvent,
  ParallelStats,
  WorkerFailure,
  WorkerStats,
} from "./events.ts";
export type { HandlerModule, ParallelContext, WorkerContext } from "./handler.ts";
export type {
  AnyParallelOptions,
  CommonParallelOptions,
  ParallelFdOptions,
  ParallelOptions,
  ParallelUnixOptions,
  WorkerMeans,
} from "./options.ts";
export type { ParallelServer } from "./parallel_server.ts";

/** How long a worker is waited for, beyond the grace, when this process was killed, in milliseconds. */
const ORPHAN_MS = 2_000;

/** Listens on a TCP port; see the last form. */
export function serveParallel(
  module: URL | string,
  options: ParallelOptions | ParallelFdOptions,
): Promise<ParallelServer>;
/** Listens on a unix socket; see the last form. */
export function serveParallel(
  module: URL | string,
  options: ParallelUnixOptions,
): Promise<ParallelServer<UnixAddr>>;
/**
 * Listens, and serves with several workers, each with an event loop of its own, which import `module`
 * and call its `handler` for every connection. Resolves when all of them serve.
 *
 * **Who gets a connection.** This thread accepts, and gives each connection, unread, to the worker that
 * has the fewest of those that are free: that have taken what they were given before. So a worker
 * that computes keeps one connection waiting at most; the others go on. The workers are threads on
 * Node from 24.21 and 26.6 on, processes elsewhere: on Deno (which needs `--allow-run`, `--allow-env`
 * and `--allow-read`) and Bun, and over unix sockets, a connection cannot be moved to another thread.
 * Handshakes of TLS and headers of proxies are theirs to read, so none holds up another.
 *
 * **Words.** What a handler gives to `context.post` comes to `onMessage`; what is given to `broadcast`
 * comes to the `onMessage` that the module exports. HTTP is `httpConnection` in the handler, with
 * `context.draining` as its signal.
 *
 * **Failures.** A worker that throws, exits or stands still is replaced, after 100 ms at first, and
 * up to 10 s when it goes on failing; the others are not touched. What happens is told to `onEvent`. A
 * worker that cannot even start fails this call with what kept it from that as `cause`.
 *
 * **One worker** (`workers: 1`) is this thread itself: `listen` and `serve`.
 *
 * **The end.** `close()`, or `signal`, which also ends the waiting for workers that start. When this
 * process dies, its workers finish and exit.
 *
 * Rejects with a TypeError or RangeError for an invalid option, with {@linkcode NotSupported} for one
 * that cannot be honoured here, and, before any worker starts, with a {@linkcode NetworkError} when
 * the address cannot be bound.
 *
 * @example A module with a handler, mostly a file beside this one: `new URL("./worker.ts", import.meta.url)`
 * ```ts
 * import { connect } from "@incoming/net";
 * import { serveParallel } from "@incoming/net/parallel";
 *
 * const module = `data:text/javascript,${encodeURIComponent(`
 *   export async function handler(connection, { worker, data }) {
 *     await connection.write(new TextEncoder().encode(data + worker));
 *   }
 * `)}`;
 * // Without `workers`, as many as the machine runs at once.
 * const server = await serveParallel(module, { port: 0, workers: 1, data: "hello from " });
 *
 * const client = await connect({ port: server.addr.port });
 * const answer = new TextDecoder().decode(await client.read() ?? undefined);
 * await client.close();
 * await server.close();
 * if (answer !== "hello from 0") throw new Error(answer);
 * ```
 */
export function serveParallel(
  module: URL | string,
  options: AnyParallelOptions,
): Promise<ParallelServer<TcpAddr | UnixAddr>>;
export async function serveParallel(
  module: URL | string,
  options: AnyParallelOptions,
): Promise<ParallelServer<TcpAddr | UnixAddr>> {
  const resolved = resolveParallelOptions(options);
  const href = hrefOf(module);
  if (resolved.workers === 1) return await serveHere(href, options, resolved);
  const { means, listen, limit } = resolved;
  const dispatcher = new Dispatcher({
    limit,
    ...boundsOf(resolved, () => readFileSync("/proc/self/limits", "utf8")),
  });
  const front = await openFront(listen, (socket) => dispatcher.offer(socket));
  const { tls, timeouts, proxyProtocol } = options;
  const crew = new Crew({
    ...resolved,
    launch: means === "threads" ? launchThread : processLauncher(resolved.grace + ORPHAN_MS),
    dispatcher,
    worker: {
      module: href,
      data: options.data,
      addr: front.addr,
      listen: {
        noDelay: listen.path === undefined && listen.noDelay,
        tls,
        timeouts,
        proxyProtocol,
      },
      serve: { grace: resolved.grace, timeouts },
    },
    timers: systemTimers,
  });
  const { signal } = options;
  // Whoever gives up does not wait for a module that takes its time.
  const onAbort = (): void => void crew.kill();
  signal?.addEventListener("abort", onAbort);
  try {
    if (signal?.aborted !== true) await crew.start();
    signal?.throwIfAborted();
  } catch (error) {
    dispatcher.abandon();
    await Promise.all([front.close(), crew.kill()]);
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot serve in parallel: ${href} cannot start: ${reason}`, { cause: error });
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
  return runningServer({ front, dispatcher, crew, grace: resolved.grace, signal });
}

function hrefOf(module: unknown): string {
  const href = module instanceof URL ? module.href : module;
  if (typeof href === "string" && URL.canParse(href)) return href;
  throw new TypeError(`Cannot serve in parallel: module must be a URL, got ${show(module)}`);
}
