/**
 * The one socket that listens, in the thread of the caller.
 *
 * @module
 */

import { createServer, type Socket } from "node:net";
import type { TcpAddr } from "../core/addr.ts";
import { networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedTcp } from "../core/listen_options.ts";
import { systemTimers } from "../core/timers.ts";
import { untilQuiet } from "../core/until_quiet.ts";

/** What listens. */
export interface Front {
  /** What was bound. */
  readonly addr: TcpAddr;
  /** Accepts what has connected already, then stops listening. Called once. */
  readonly close: () => Promise<void>;
}

/**
 * Binds the address; resolves when it listens. `accepted` takes each socket, paused; nobody has read of
 * it. Rejects as `listen` does.
 */
export async function openFront(
  options: ResolvedTcp,
  accepted: (socket: Socket) => void,
): Promise<Front> {
  requirePermissions(options);
  const { bindTcp } = await import("../adapters/node_bind.ts");
  let count = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    count++;
    accepted(socket);
  });
  const addr = await bindTcp(server, options);
  // What fails to be accepted touches nothing else.
  server.on("error", () => undefined);
  return {
    addr,
    close: async () => {
      await untilQuiet(() => count, () => false, systemTimers);
      server.close();
    },
  };
}

interface Permissions {
  querySync(descriptor: { name: string; host?: string }): { readonly state: string };
}

/** node:net on Deno throws what is forbidden where nobody can catch it; so it is asked first. */
function requirePermissions({ hostname, port, ipv6Only, backlog }: ResolvedTcp): void {
  const { Deno, Bun } = globalThis as { Deno?: { permissions?: Permissions }; Bun?: unknown };
  if (Bun !== undefined && backlog !== undefined) {
    throw new NotSupported(`Cannot listen: Bun has no option backlog, got ${backlog}`);
  }
  const { permissions } = Deno ?? {};
  if (permissions === undefined) return;
  if (ipv6Only) throw new NotSupported("Cannot listen: Deno has no option ipv6Only");
  const host = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  for (
    const [name, descriptor] of [["net", { host }], ["read", {}], ["env", {}], ["run", {}]] as const
  ) {
    if (permissions.querySync({ name, ...descriptor }).state === "granted") continue;
    throw networkError(`serve in parallel: Deno needs --allow-${name} for it`, "ENOTCAPABLE");
  }
}
