/**
 * Binding a server of `node:net` or `node:tls` to its address.
 *
 * @module
 */

import * as files from "node:fs";
import { connect, type ListenOptions, type Server } from "node:net";
import { dirname, resolve } from "node:path";
import { formatAddr, type TcpAddr } from "../core/addr.ts";
import { codeOf, NetworkError, networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedTcp, ResolvedUnix } from "../core/listen_options.ts";
import { bindingPath, claimPath } from "../core/stale_socket.ts";

/** Resolves when `server` is bound to a port, with the address. */
export async function bindTcp(server: Server, options: ResolvedTcp): Promise<TcpAddr> {
  const { hostname, port, backlog, ipv6Only, reusePort, fd } = options;
  if (fd !== undefined) return await adopt(server, fd, backlog);
  if (reusePort && !canReusePort()) {
    throw new NotSupported("Cannot listen: the option reusePort needs Node 22.12 or later");
  }
  try {
    await bound(server, { host: hostname, port, ipv6Only, reusePort, ...optional(backlog) });
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
    const options: ListenOptions & { fd: number } = { fd, ...optional(backlog) };
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

/** Resolves when `server` is bound to a path, with what removes the file. */
export async function bindUnix(server: Server, options: ResolvedUnix): Promise<() => void> {
  const { path, mode, backlog } = options;
  const abstract = path.startsWith("\0");
  if (process.platform === "win32") {
    throw new NotSupported(
      "Cannot listen: the option path is not supported by node:net on Windows",
    );
  }
  if (abstract && process.platform !== "linux") {
    throw new NotSupported("Cannot listen: a path that begins with a NUL is for Linux only");
  }
  const name = abstract ? path : bindingPath(path);
  try {
    await bound(server, { path: name, ...optional(backlog) });
    if (abstract) return () => undefined;
    // The working directory may be another one when the file is removed.
    const probe = (): Promise<void> => answers(path);
    return await claimPath(resolve(path), resolve(name), { mode, files, probe });
  } catch (error) {
    server.close();
    if (error instanceof NetworkError) throw error;
    throw networkError(`listen on ${formatAddr({ path })}`, unixCode(path, error), error);
  }
}

/** Node says EACCES also when the folder is missing. */
function unixCode(path: string, error: unknown): string {
  const code = codeOf(error, "EINVAL");
  if (code !== "EACCES") return code;
  try {
    files.statSync(dirname(path));
    return code;
  } catch (missing) {
    return codeOf(missing, code);
  }
}

/** Resolves when somebody answers at `path`. */
function answers(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}

function optional(backlog: number | undefined): Pick<ListenOptions, "backlog"> {
  return backlog === undefined ? {} : { backlog };
}

/** Resolves when `server` listens. */
function bound(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    server.listen(options);
  });
}
