/**
 * Binding a listener of Bun to a port.
 *
 * @module
 */

import { formatAddr, type TcpAddr } from "../core/addr.ts";
import { codeOf, networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedTcp, ResolvedUnix } from "../core/listen_options.ts";
import type { SocketOwner } from "./bun_transport.ts";
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

/** Throws NotSupported for an option that Bun has not. */
export function refuseBacklog({ backlog }: ResolvedTcp | ResolvedUnix): void {
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
