/**
 * Binding with `Deno.listen`.
 *
 * @module
 */

import { formatAddr } from "../core/addr.ts";
import { codeOf, NetworkError, networkError, NotSupported } from "../core/errors.ts";
import { BACKLOG, type ResolvedListenOptions, type ResolvedTcp } from "../core/listen_options.ts";
import { addrOf } from "./deno_transport.ts";
import { type Bound, deno } from "./deno_types.ts";

/** Resolves when a listener is bound. */
export async function bind(options: ResolvedListenOptions): Promise<Bound> {
  const action = `listen on ${formatAddr(options)}`;
  try {
    if (options.path === undefined) return bindTcp(options);
    const { bindUnix } = await import("./deno_bind_unix.ts");
    return await bindUnix(options);
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    throw networkError(action, codeFor(error), error);
  }
}

/** Two failures have no code. */
export function codeFor(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === "NotCapable") return "ENOTCAPABLE";
  return codeOf(error, /lookup|resolve|invalid host/i.test(message) ? "ENOTFOUND" : "EINVAL");
}

function bindTcp({ hostname, port, backlog, ipv6Only, reusePort, fd }: ResolvedTcp): Bound {
  if (fd !== undefined) {
    throw new NotSupported(
      `Cannot listen: Deno has no option fd, got ${fd}; the adapter of Node has, on Deno too`,
    );
  }
  if (ipv6Only) {
    throw new NotSupported(
      "Cannot listen: Deno has no option ipv6Only; listen on ::1, or on an address of this machine",
    );
  }
  // Without the flag, Deno does not throw: it ends the process.
  if (reusePort && deno().listenDatagram === undefined) {
    throw new NotSupported(
      "Cannot listen: the option reusePort needs Deno to be started with --unstable-net",
    );
  }
  const listener = deno().listen({
    hostname,
    port,
    ...(reusePort ? { reusePort } : {}),
    tcpBacklog: backlog ?? BACKLOG,
  });
  return { listener, addr: addrOf(listener.addr), release: () => undefined };
}
