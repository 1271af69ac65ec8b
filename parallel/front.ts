/**
 * The one socket that listens, in the thread of the caller.
 *
 * @module
 */

import { createServer, type Socket } from "node:net";
import type { TcpAddr, UnixAddr } from "../core/addr.ts";
import { networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedListenOptions } from "../core/listen_options.ts";
import { systemTimers } from "../core/timers.ts";
import { untilQuiet } from "../core/until_quiet.ts";

/** What listens. */
export interface Front {
  /** What was bound. */
  readonly addr: TcpAddr | UnixAddr;
  /** Accepts what has connected already, then stops listening. Called once. */
  readonly close: () => Promise<void>;
}

/**
 * Binds the address; resolves when it listens. `accepted` takes each socket, paused; nobody has read of
 * it. Rejects as `listen` does.
 */
export async function openFront(
  options: ResolvedListenOptions,
  accepted: (socket: Socket) => void,
): Promise<Front> {
  requirePermissions(options);
  const { bindTcp } = await import("../adapters/node_bind.ts");
  let count = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    count++;
    accepted(socket);
  });
  let release = (): void => undefined;
  let addr: TcpAddr | UnixAddr;
  if (options.path === undefined) addr = await bindTcp(server, options);
  else {
    const { bindUnix } = await import("../adapters/node_bind_unix.ts");
    release = await bindUnix(server, options);
    addr = { transport: "unix", path: options.path };
  }
  // What fails to be accepted touches nothing else.
  server.on("error", () => undefined);
  return {
    addr,
    close: async () => {
      await untilQuiet(() => count, () => false, systemTimers);
      server.close();
      release();
    },
  };
}

interface Permissions {
  querySync(descriptor: { name: string; host?: string }): { readonly state: string };
}

/** What the listener of the runtime refuses, and what its `node:net` would take and ignore. */
function requirePermissions(options: ResolvedListenOptions): void {
  const { Deno, Bun } = globalThis as { Deno?: { permissions?: Permissions }; Bun?: unknown };
  const { backlog } = options;
  if (Bun !== undefined && backlog !== undefined) {
    throw new NotSupported(`Cannot listen: Bun has no option backlog, got ${backlog}`);
  }
  if (Deno?.permissions === undefined) return;
  if (options.path === undefined && options.ipv6Only) {
    throw new NotSupported("Cannot listen: Deno has no option ipv6Only");
  }
  for (const [name, descriptor] of neededFor(options)) {
    if (Deno.permissions.querySync({ name, ...descriptor }).state === "granted") continue;
    throw networkError(`serve in parallel: Deno needs --allow-${name} for it`, "ENOTCAPABLE");
  }
}

/** node:net on Deno throws what is forbidden where nobody can catch it; so it is asked first. */
function neededFor(options: ResolvedListenOptions): [name: string, descriptor: object][] {
  const rest: [string, object][] = [["read", {}], ["env", {}], ["run", {}]];
  if (options.path !== undefined) return [["net", {}], ["write", {}], ...rest];
  const { hostname, port } = options;
  return [
    ["net", { host: `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}` }],
    ...rest,
  ];
}
