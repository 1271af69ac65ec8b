/**
 * One worker only: the thread of the caller.
 *
 * @module
 */

import { listen } from "../adapters/current.ts";
import type { TcpAddr, UnixAddr } from "../core/addr.ts";
import { NotSupported } from "../core/errors.ts";
import type { Listener, TlsListener } from "../core/listener.ts";
import { serve } from "../core/serve.ts";
import type { Served } from "../core/served.ts";
import { untilAborted } from "../core/until_aborted.ts";
import { type LoadedHandler, loadHandler } from "./handler.ts";
import type { AnyParallelOptions, ResolvedParallel } from "./options.ts";
import type { ParallelServer } from "./parallel_server.ts";

type Bound = TcpAddr | UnixAddr;

/** `listen` and `serve`, in the shape of a server with several workers. */
export async function serveHere(
  module: string,
  options: AnyParallelOptions,
  resolved: ResolvedParallel,
): Promise<ParallelServer<Bound>> {
  const { signal } = options;
  const listener = await listen({ ...options, signal: undefined }) as Listener<Bound>;
  try {
    // Nobody can stop a module that is being loaded; whoever gives up does not wait for it.
    const loaded = await untilAborted(load(module, options.data, resolved), signal);
    signal?.throwIfAborted();
    return serverOf(listener, loaded, { ...resolved, signal, timeouts: options.timeouts });
  } catch (error) {
    await listener.close();
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot serve in parallel: ${module} cannot start: ${reason}`, {
      cause: error,
    });
  }
}

/** What is said in either direction is heard later, and is a copy, as between threads. */
async function load(
  module: string,
  data: unknown,
  { onEvent, onMessage }: ResolvedParallel,
): Promise<LoadedHandler> {
  const report = (error: unknown): void => {
    const failure = error instanceof Error ? error : new Error(String(error));
    onEvent({ type: "error", worker: 0, error: failure });
  };
  const sender = { worker: 0, restarts: 0, post: later((message) => loaded.deliver(message)) };
  const post = later((message) => onMessage(message, sender));
  const loaded = await loadHandler({ module, worker: 0, restarts: 0, data, post, report });
  return { ...loaded, onError: loaded.onError ?? report };
}

function later(hear: (message: unknown) => void): (message: unknown) => void {
  return (message) => {
    const copy: unknown = structuredClone(message);
    queueMicrotask(() => hear(copy));
  };
}

type Serving =
  & Pick<ResolvedParallel, "limit" | "grace">
  & Pick<AnyParallelOptions, "signal" | "timeouts">;

function serverOf(
  listener: Listener<Bound>,
  { handler, onError, deliver }: LoadedHandler,
  { signal, ...serving }: Serving,
): ParallelServer<Bound> {
  const stop = new AbortController();
  const close = (): Promise<Served> => {
    signal?.removeEventListener("abort", onAbort);
    stop.abort();
    return ended;
  };
  const onAbort = (): void => void close();
  signal?.addEventListener("abort", onAbort);
  const { limit, grace, timeouts } = serving;
  const ended = serve(listener, handler, { limit, grace, timeouts, signal: stop.signal, onError });
  return {
    addr: listener.addr,
    ended,
    stats: () => {
      const { accepted, open, pending, refused } = listener.stats;
      const workers = [{ accepted, open, restarts: 0 }];
      return { accepted, open, pending, refused, restarts: 0, workers };
    },
    reload: () =>
      Promise.reject(
        new NotSupported("Cannot reload: there is one worker only, which is this thread"),
      ),
    broadcast: later(deliver),
    setCertificate: async (certificate) => {
      if (!isSecured(listener)) {
        throw new NotSupported("Cannot set the certificate: the server has no TLS");
      }
      await listener.setCertificate(certificate);
    },
    close,
    [Symbol.asyncDispose]: async () => void await close(),
  };
}

function isSecured(listener: Listener<Bound>): listener is TlsListener<Bound> {
  return "setCertificate" in listener;
}
