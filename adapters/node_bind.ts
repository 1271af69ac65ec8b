/**
 * Binding a server of `node:net` or `node:tls` to its port.
 *
 * @module
 */

import type { ListenOptions, Server } from "node:net";
import { formatAddr, type TcpAddr } from "../core/addr.ts";
import { codeOf, networkError, NotSupported } from "../core/errors.ts";
import { BACKLOG, type ResolvedTcp } from "../core/listen_options.ts";

/** Resolves when `server` is bound to a port, with the address. */
export async function bindTcp(server: Server, options: ResolvedTcp): Promise<TcpAddr> {
  const { hostname, port, backlog, ipv6Only, reusePort, fd } = options;
  if (fd !== undefined) return await adopt(server, fd, backlog);
  if (reusePort && !canReusePort()) {
    throw new NotSupported("Cannot listen: the option reusePort needs Node 22.12 or later");
  }
  try {
    await bound(server, { host: hostname, port, ipv6Only, reusePort, ...queue(backlog) });
  } catch (error) {
    const code = codeOf(error, "EINVAL");
    if (reusePort && (code === "ENOTSUP" || code === "EINVAL")) {
      throw new NotSupported(
        "Cannot listen: the option reusePort is not supported by this system",
        error,
      );
    }
    throw networkError(`listen on ${formatAddr({ hostname, port })}`, code, error);
  }
  return addrOf(server);
}

/** Listens on a socket that is bound already. */
async function adopt(server: Server, fd: number, backlog: number | undefined): Promise<TcpAddr> {
  try {
    // Not in the types of this form.
    const options: ListenOptions & { fd: number } = { fd, ...queue(backlog) };
    await bound(server, options);
  } catch (error) {
    const code = codeOf(error, "EINVAL");
    throw networkError(
      `adopt the descriptor ${fd}`,
      code.startsWith("ERR_") ? "EINVAL" : code,
      error,
    );
  }
  if (typeof server.address() === "object") return addrOf(server);
  server.close();
  throw new NotSupported(`Cannot adopt the descriptor ${fd}: it is no TCP socket`);
}

/** Older versions take the option and ignore it. */
function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

function addrOf(server: Server): TcpAddr {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error(`Cannot listen: no TCP address, got ${address}`);
  }
  return { transport: "tcp", hostname: address.address, port: address.port };
}

/** The option, or the default; Bun takes no heed of it. */
export function queue(backlog: number = BACKLOG): Pick<ListenOptions, "backlog"> {
  return { backlog };
}

/** Resolves when `server` listens. */
export function bound(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    server.listen(options);
  });
}
