/**
 * Binding a listener of Bun to its address.
 *
 * @module
 */

import * as files from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { formatAddr, type TcpAddr, type UnixAddr } from "../core/addr.ts";
import { codeOf, NetworkError, networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedTcp, ResolvedUnix } from "../core/listen_options.ts";
import { bindingPath, claimPath } from "../core/stale_socket.ts";
import { type SocketOwner, TELL_OWNER } from "./bun_transport.ts";
import { bun, type BunSocketHandler, type BunTcpListener } from "./bun_types.ts";

/** What is bound. */
export interface Bound<A> {
  /** Where. */
  readonly addr: A;
  /** Stops listening. */
  readonly stop: () => void;
}

/** Binds a port. */
export function bindTcp(
  options: ResolvedTcp,
  socket: BunSocketHandler<SocketOwner>,
): Bound<TcpAddr> {
  const { hostname, port, ipv6Only, reusePort, fd } = options;
  refuseBacklog(options);
  if (fd !== undefined) return adopt(fd, socket);
  try {
    const listener = bun().listen({
      hostname,
      port,
      allowHalfOpen: true,
      reusePort,
      ipv6Only,
      socket,
    });
    return { addr: addrOf(listener), stop: () => listener.stop() };
  } catch (error) {
    // A host name that nobody knows is the one failure without a code.
    throw networkError(
      `listen on ${formatAddr({ hostname, port })}`,
      codeOf(error, "ENOTFOUND"),
      error,
    );
  }
}

/** Listens on a socket that is bound already. */
function adopt(fd: number, socket: BunSocketHandler<SocketOwner>): Bound<TcpAddr> {
  let listener: BunTcpListener;
  try {
    // Bun takes it, though its types know it for connecting only: hence the cast.
    const adopting = bun() as unknown as { listen(options: object): BunTcpListener };
    listener = adopting.listen({ fd, allowHalfOpen: true, socket });
  } catch (error) {
    throw networkError(`adopt the descriptor ${fd}`, codeOf(error, "EINVAL"), error);
  }
  const bound: { address?: string; port?: number } = {};
  listener.getsockname?.(bound);
  const { address, port } = bound;
  if (address === undefined || port === undefined) {
    listener.stop();
    throw new NotSupported(`Cannot adopt the descriptor ${fd}: it is no TCP socket`);
  }
  return { addr: { transport: "tcp", hostname: address, port }, stop: () => listener.stop() };
}

function refuseBacklog({ backlog }: ResolvedTcp | ResolvedUnix): void {
  if (backlog === undefined) return;
  throw new NotSupported(
    `Cannot listen: Bun has no option backlog (it is always 512), got ${backlog}`,
  );
}

/** `listener.hostname` is what was asked for, perhaps a name; this asks for what was bound. */
function addrOf(listener: BunTcpListener): TcpAddr {
  const bound: { address?: string } = {};
  listener.getsockname?.(bound);
  const hostname = bound.address ?? listener.hostname;
  return { transport: "tcp", hostname, port: listener.port };
}

/** Binds a path. */
export async function bindUnix(
  options: ResolvedUnix,
  socket: BunSocketHandler<SocketOwner>,
): Promise<Bound<UnixAddr>> {
  const { path, mode } = options;
  refuseBacklog(options);
  const abstract = path.startsWith("\0");
  if (abstract && process.platform !== "linux") {
    throw new NotSupported("Cannot listen: a path that begins with a NUL is for Linux only");
  }
  const unix = abstract ? path : bindingPath(path);
  const addr: UnixAddr = { transport: "unix", path };
  let listener: { stop(): void } | undefined;
  try {
    listener = bun().listen({ unix, allowHalfOpen: true, socket });
    // Bun, too, removes the name that it has bound: a free one, that nobody else would have taken.
    const stop = (): void => listener?.stop();
    if (abstract) return { addr, stop };
    // The working directory may be another one when the file is removed.
    const release = await claimPath(resolve(path), resolve(unix), { mode, files, probe });
    return {
      addr,
      stop: () => {
        try {
          release();
        } catch {
          // A file that may not be removed is left; to listen ends all the same.
        }
        stop();
      },
    };
  } catch (error) {
    listener?.stop();
    if (error instanceof NetworkError) throw error;
    throw networkError(`listen on ${formatAddr({ path })}`, codeOf(error, "EINVAL"), error);
  }
}

/** Resolves when somebody answers at `unix`. */
async function probe(unix: string): Promise<void> {
  const owner: SocketOwner = { failed: () => undefined, closed: () => undefined };
  const socket = await bun().connect({
    unix,
    allowHalfOpen: true,
    data: owner,
    socket: TELL_OWNER,
  });
  socket.end();
}
