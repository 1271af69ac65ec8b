/**
 * The options of `serveParallel`, and what is refused.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { NotSupported } from "../core/errors.ts";
import { requireLimit, requireSignal, requireTime } from "../core/limits.ts";
import type { ResolvedTcp } from "../core/listen_options.ts";
import { resolveListenOptions } from "../core/listen_options.ts";
import type { TcpListenOptions } from "../core/listener.ts";
import { callbackOf, integerOf, requireOptions } from "../core/option_checks.ts";
import type { ServeOptions } from "../core/serve.ts";
import { show } from "../core/show.ts";
import type { ParallelEvent } from "./events.ts";
import { canMoveSockets } from "./launch_thread.ts";

/** What a worker is. */
export type WorkerMeans = "threads" | "processes";

/**
 * How {@linkcode serveParallel} listens and serves: the options of `listen` for a TCP port, those of
 * `serve`, and its own. The numbers are for all workers together.
 */
export interface ParallelOptions
  extends
    Omit<TcpListenOptions, "path" | "reusePort" | "onAcceptError">,
    Omit<ServeOptions, "onError" | "timers"> {
  /** How many workers, 1 to 1024. Default: as many as the machine runs at once (`availableParallelism`). */
  readonly workers?: number | undefined;
  /**
   * What the workers are: `"threads"` of this process, which Node can do from 24.21 and 26.6 on, or
   * `"processes"`. Default: threads where they can be had. What cannot be had is refused with
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
}

/** The options, checked, with the defaults filled in. */
export interface ResolvedParallel {
  readonly workers: number;
  readonly means: WorkerMeans;
  readonly listen: ResolvedTcp;
  readonly limit: number;
  readonly grace: number;
  readonly hangTimeout: number;
  readonly onEvent: (event: ParallelEvent) => void;
}

const GRACE_MS = 10_000;
const HANG_MS = 30_000;

/** Checks `options`: throws a TypeError, a RangeError, NotSupported, or the reason of the signal. */
export function resolveParallelOptions(options: ParallelOptions): ResolvedParallel {
  requireOptions("serve in parallel", options);
  const { workers = availableParallelism(), means, limit, grace = GRACE_MS } = options;
  const { hangTimeout = HANG_MS, onEvent, signal } = options;
  integerOf("serve in parallel", "workers", workers, 1, 1024);
  requireLimit("serve in parallel", limit);
  requireSignal("serve in parallel", signal);
  // As `serve` has it: 0 cuts everything at once.
  if (grace !== 0) requireTime("serve in parallel", "grace", grace);
  requireTime("serve in parallel", "hangTimeout", hangTimeout);
  callbackOf("serve in parallel", "onEvent", onEvent);
  if (workers > 1) {
    refuseUnshared(options);
    refuseTls(options.tls);
  }
  const listen = resolveListenOptions(options);
  return {
    workers,
    means: meansOf(means),
    listen: listen as ResolvedTcp,
    limit: limit ?? Infinity,
    grace,
    hangTimeout,
    onEvent: (event) => {
      try {
        onEvent?.(event);
      } catch {
        // A callback that fails, although it must not, is not to stop the server.
      }
    },
  };
}

/** What only a listener of its own can do; the types leave most of it out. */
function refuseUnshared(options: object): void {
  for (const name of ["path", "fd", "reusePort", "proxyProtocol"]) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || value === false) continue;
    throw new NotSupported(
      `Cannot serve in parallel: several workers cannot have the option ${name}`,
    );
  }
}

/** The connections of workers are those of `node:net`, and TLS over them is no match for Node's elsewhere. */
function refuseTls(tls: unknown): void {
  for (const name of ["Deno", "Bun"]) {
    if (tls === undefined || !(name in globalThis)) continue;
    throw new NotSupported(
      `Cannot serve in parallel: several workers on ${name} cannot have the option tls`,
    );
  }
}

function meansOf(means: unknown): WorkerMeans {
  if (means === undefined) return canMoveSockets() ? "threads" : "processes";
  if (means !== "threads" && means !== "processes") {
    const expected = '"threads" or "processes"';
    throw new TypeError(`Cannot serve in parallel: means must be ${expected}, got ${show(means)}`);
  }
  if (means === "threads" && !canMoveSockets()) {
    throw new NotSupported(
      'Cannot serve in parallel: means "threads" needs Node 24.21 or 26.6, which can move a connection to another thread',
    );
  }
  return means;
}
