/**
 * A server with several workers, as its user has it.
 *
 * @module
 */

import type { TcpAddr, UnixAddr } from "../core/addr.ts";
import type { Served } from "../core/served.ts";
import { systemTimers } from "../core/timers.ts";
import type { Crew } from "./crew.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Front } from "./front.ts";
import type { ParallelServer } from "./parallel_server.ts";

/** What it consists of. */
export interface ServerParts {
  /** Listens. */
  readonly front: Front;
  readonly dispatcher: Dispatcher;
  readonly crew: Crew;
  readonly grace: number;
  readonly signal: AbortSignal | undefined;
}

/** The server, from when all its workers serve to its end. */
export function runningServer(
  { front, dispatcher, crew, grace, signal }: ServerParts,
): ParallelServer<TcpAddr | UnixAddr> {
  const { promise: ended, resolve } = Promise.withResolvers<Served>();
  let closing = false;
  const close = (): Promise<Served> => {
    if (closing) return ended;
    closing = true;
    signal?.removeEventListener("abort", onAbort);
    resolve(finish());
    return ended;
  };
  const finish = async (): Promise<Served> => {
    await front.close();
    // Those that wait still get a worker, if one becomes free in time.
    let abandoned = 0;
    const abandon = (): void => void (abandoned = dispatcher.abandon());
    const timer = grace === Infinity ? undefined : systemTimers.set(abandon, grace);
    await dispatcher.emptied();
    systemTimers.clear(timer);
    const { finished, cut } = await crew.close();
    return { finished, cut: cut + abandoned };
  };
  const onAbort = (): void => void close();
  signal?.addEventListener("abort", onAbort);
  return {
    addr: front.addr,
    ended,
    stats: () => crew.stats,
    reload: () => crew.reload(),
    broadcast: (message) => crew.broadcast(message),
    setCertificate: (certificate) => crew.certify(certificate),
    close,
    [Symbol.asyncDispose]: async () => void await close(),
  };
}
