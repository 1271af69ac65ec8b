/**
 * Binding with `Deno.listen`.
 *
 * @module
 */

import * as files from "node:fs";
import { resolve } from "node:path";
import { type Addr, formatAddr } from "../core/addr.ts";
import { codeOf, NetworkError, networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedListenOptions, ResolvedTcp, ResolvedUnix } from "../core/listen_options.ts";
import { bindingPath, claimPath } from "../core/stale_socket.ts";
import { addrOf } from "./deno_transport.ts";
import type { DenoListener, DenoNamespace } from "./deno_types.ts";

/** A listener of Deno, and what is to be known of it. */
export interface Bound {
  readonly listener: DenoListener;
  readonly addr: Addr;
  /** Removes what it leaves behind, after it was closed. */
  readonly release: () => void;
}

/** No types of Deno are needed to compile this: deno_types.ts says what is used, test/types holds it. */
export function deno(): DenoNamespace {
  return (globalThis as unknown as { Deno: DenoNamespace }).Deno;
}

/** Resolves when a listener is bound. */
export async function bind(options: ResolvedListenOptions): Promise<Bound> {
  const action = `listen on ${formatAddr(options)}`;
  try {
    return options.path === undefined ? bindTcp(options) : await bindUnix(options);
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
    ...(backlog === undefined ? {} : { tcpBacklog: backlog }),
  });
  return { listener, addr: addrOf(listener.addr), release: () => undefined };
}

async function bindUnix({ path, mode, backlog }: ResolvedUnix): Promise<Bound> {
  if (backlog !== undefined) {
    throw new NotSupported(`Cannot listen: Deno has no option backlog for a path, got ${backlog}`);
  }
  const addr: Addr = { transport: "unix", path };
  const listen = (name: string) => deno().listen({ transport: "unix", path: name });
  if (path.startsWith("\0")) return { listener: listen(path), addr, release: () => undefined };
  const name = bindingPath(path);
  const listener = listen(name);
  try {
    // The working directory may be another one when the file is removed.
    const release = await claimPath(resolve(path), resolve(name), {
      mode,
      files,
      probe: async (there) => (await deno().connect({ transport: "unix", path: there })).close(),
    });
    return { listener, addr, release: () => quietly(release) };
  } catch (error) {
    listener.close();
    throw error;
  }
}

/** A file that cannot be removed any more is a stale one to the next listener. */
function quietly(release: () => void): void {
  try {
    release();
  } catch {
    // Closing never fails.
  }
}
