/**
 * The options of `serveParallel`, and what is refused.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { NotSupported } from "../core/errors.ts";
import { requireLimit, requireSignal, requireTime } from "../core/limits.ts";
import { type ResolvedListenOptions, resolveListenOptions } from "../core/listen_options.ts";
import type { FdListenOptions, TcpListenOptions, UnixListenOptions } from "../core/listener.ts";
import { callbackOf, integerOf, requireOptions } from "../core/option_checks.ts";
import type { ServeOptions } from "../core/serve.ts";
import { show } from "../core/show.ts";
import { requireRuntime } from "./entry.ts";
import type { MessageSender, ParallelEvent } from "./events.ts";
import { canMoveSockets } from "./launch_thread.ts";

/** What a worker is. */
export type WorkerMeans = "threads" | "processes";

/** What {@linkcode serveParallel} can be told beside where to listen. The numbers are for all workers together. */
export interface CommonParallelOptions extends Omit<ServeOptions, "onError" | "timers"> {
  /** How many workers, 1 to 1024. Default: as many as the machine runs at once (`availableParallelism`). */
  readonly workers?: number | undefined;
  /**
   * What the workers are: `"threads"` of this process, which Node can do from 24.21 and 26.6 on, for
   * TCP, or `"processes"`. Default: threads where they can be had. What cannot be had is refused with
   * NotSupported.
   */
  readonly means?: WorkerMeans | undefined;
  /** Given to every handler as `context.data`. It is copied, so it has to be something that `structuredClone` takes. */
  readonly data?: unknown;
  /**
   * How long the event loop of a worker may stand still before it is ended and replaced, in
   * milliseconds; `Infinity` for ever. A handler that computes for longer is cut off. Default 30,000.
   */
  readonly hangTimeout?: number | undefined;
  /** Told of what happens to the workers. It must not throw. Default: nobody is told. */
  readonly onEvent?: ((event: ParallelEvent) => void) | undefined;
  /** Gets what the workers send by `context.post`. It must not throw. Default: it is dropped. */
  readonly onMessage?: ((message: unknown, sender: MessageSender) => void) | undefined;
}

/** How {@linkcode serveParallel} listens on a TCP port and serves: the options of `listen` and `serve`, and its own. */
export interface ParallelOptions
  extends Omit<TcpListenOptions, "onAcceptError">, CommonParallelOptions {}

/** The same on a socket that somebody else has bound. */
export interface ParallelFdOptions
  extends Omit<FdListenOptions, "onAcceptError">, CommonParallelOptions {}

/** The same on a unix socket. */
export interface ParallelUnixOptions
  extends Omit<UnixListenOptions, "onAcceptError">, CommonParallelOptions {}

/** How {@linkcode serveParallel} listens and serves. */
export type AnyParallelOptions = ParallelOptions | ParallelFdOptions | ParallelUnixOptions;

/** The options, checked, with the defaults filled in. */
export interface ResolvedParallel {
  readonly workers: number;
  readonly means: WorkerMeans;
  readonly listen: ResolvedListenOptions;
  readonly limit: number;
  readonly grace: number;
  readonly hangTimeout: number;
  readonly onEvent: (event: ParallelEvent) => void;
  readonly onMessage: (message: unknown, sender: MessageSender) => void;
}

const GRACE_MS = 10_000;
const HANG_MS = 30_000;

/** Checks `options`: throws a TypeError, a RangeError, NotSupported, or the reason of the signal. */
export function resolveParallelOptions(options: AnyParallelOptions): ResolvedParallel {
  requireOptions("serve in parallel", options);
  const { workers = availableParallelism(), means, limit, grace = GRACE_MS } = options;
  const { hangTimeout = HANG_MS, onEvent, onMessage, signal } = options;
  integerOf("serve in parallel", "workers", workers, 1, 1024);
  requireLimit("serve in parallel", limit);
  requireSignal("serve in parallel", signal);
  // As `serve` has it: 0 cuts everything at once.
  if (grace !== 0) requireTime("serve in parallel", "grace", grace);
  requireTime("serve in parallel", "hangTimeout", hangTimeout);
  callbackOf("serve in parallel", "onEvent", onEvent);
  callbackOf("serve in parallel", "onMessage", onMessage);
  const listen = resolveListenOptions(options);
  const resolvedMeans = meansOf(means, listen);
  if (workers > 1) {
    refuseHeaderBeforeTls(listen);
    if (resolvedMeans === "processes") requireRuntime();
  }
  return {
    workers,
    means: resolvedMeans,
    listen,
    limit: limit ?? Infinity,
    grace,
    hangTimeout,
    onEvent: harmless(onEvent),
    onMessage: harmless(onMessage),
  };
}

/** A callback that fails, although it must not, is not to stop the server. */
function harmless<A extends unknown[]>(
  callback: ((...told: A) => void) | undefined,
): (...told: A) => void {
  return (...told) => {
    try {
      callback?.(...told);
    } catch {
      // Nobody is there to be told.
    }
  };
}

/** As the listener of Bun does; but here before anything is bound. */
function refuseHeaderBeforeTls({ proxyProtocol, tls }: ResolvedListenOptions): void {
  if (proxyProtocol === undefined || tls === undefined || !("Bun" in globalThis)) return;
  throw new NotSupported(
    "Cannot serve in parallel: Bun cannot put TLS on a socket of which was read; the option proxyProtocol excludes tls",
  );
}

function meansOf(means: unknown, { path }: ResolvedListenOptions): WorkerMeans {
  if (means === undefined) {
    return path === undefined && canMoveSockets() ? "threads" : "processes";
  }
  if (means !== "threads" && means !== "processes") {
    const expected = '"threads" or "processes"';
    throw new TypeError(`Cannot serve in parallel: means must be ${expected}, got ${show(means)}`);
  }
  if (means === "processes") return means;
  if (path !== undefined) {
    throw new NotSupported(
      'Cannot serve in parallel: means "threads" excludes the option path, as no runtime can move a connection over a unix socket to another thread',
    );
  }
  if (!canMoveSockets()) {
    throw new NotSupported(
      'Cannot serve in parallel: means "threads" needs Node 24.21 or 26.6, which can move a connection to another thread',
    );
  }
  return means;
}
