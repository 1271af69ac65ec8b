/**
 * One worker only: the thread of the caller.
 *
 * @module
 */

import { listen } from "../adapters/current.ts";
import { NotSupported } from "../core/errors.ts";
import { serve } from "../core/serve.ts";
import type { Served } from "../core/served.ts";
import { loadHandler } from "./handler.ts";
import type { ParallelOptions, ResolvedParallel } from "./options.ts";
import type { ParallelServer } from "./parallel_server.ts";

/** `listen` and `serve`, in the shape of a server with several workers. */
export async function serveHere(
  module: string,
  options: ParallelOptions,
  { onEvent, limit, grace }: ResolvedParallel,
): Promise<ParallelServer> {
  const { signal, timeouts, data } = options;
  const stop = new AbortController();
  const listener = await listen({ ...options, signal: undefined });
  try {
    const { handler, onError } = await loadHandler({ module, worker: 0, data });
    signal?.throwIfAborted();
    const report = (error: unknown): void => {
      onEvent({
        type: "error",
        worker: 0,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    };
    const close = (): Promise<Served> => {
      signal?.removeEventListener("abort", onAbort);
      stop.abort();
      return ended;
    };
    const onAbort = (): void => void close();
    signal?.addEventListener("abort", onAbort);
    const ended = serve(listener, handler, {
      limit,
      grace,
      timeouts,
      signal: stop.signal,
      onError: onError ?? report,
    });
    return {
      addr: listener.addr,
      ended,
      stats: () => {
        const { accepted, open, pending, refused } = listener.stats;
        return {
          accepted,
          open,
          pending,
          refused,
          restarts: 0,
          workers: [{ accepted, open, restarts: 0 }],
        };
      },
      reload: () =>
        Promise.reject(
          new NotSupported("Cannot reload: there is one worker only, which is this thread"),
        ),
      close,
      [Symbol.asyncDispose]: async () => void await close(),
    };
  } catch (error) {
    await listener.close();
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot serve in parallel: ${module} cannot start: ${reason}`, {
      cause: error,
    });
  }
}
