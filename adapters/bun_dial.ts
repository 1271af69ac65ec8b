/**
 * Getting a socket of Bun to a server, without TLS.
 *
 * @module
 */

import { connect as connectSocket } from "node:net";
import type { ResolvedConnectOptions } from "../core/connect_options.ts";
import {
  type Socket,
  type SocketOwner,
  TELL_OWNER,
  TELL_OWNER_BELOW_TLS,
} from "./bun_transport.ts";
import { bun, type BunSocketHandler } from "./bun_types.ts";

/**
 * Dials. `owner` is told when the socket is open, and owns it; or that it failed. What is returned gives
 * up before that; then `owner` may still be told.
 *
 * `Bun.connect` cannot be given up: while the server does not answer, it holds a descriptor and the
 * process for minutes. So where there is a limit to the patience, it is `node:net` that dials, and the
 * socket of Bun below it that is taken when it is open.
 */
export function dial(options: ResolvedConnectOptions, owner: SocketOwner): () => void {
  if (options.signal === undefined && options.timeout === Infinity) {
    return dialByBun(options, owner);
  }
  const socket = options.path === undefined
    ? connectSocket({ host: options.hostname, port: options.port, allowHalfOpen: true })
    : connectSocket({ path: options.path, allowHalfOpen: true });
  // Nothing is read before somebody asks for it.
  socket.pause();
  socket.on("error", (error) => owner.failed(error));
  socket.on("close", () => owner.closed());
  let giveUp = (): void => void socket.destroy();
  socket.once("connect", () => {
    const below = (socket as { _handle?: Partial<Socket> })._handle;
    if (typeof below?.reload === "function") {
      const taken = below as Socket;
      taken.reload({ socket: handlerOf(options) });
      taken.data = owner;
      owner.opened?.(taken);
    } else {
      // Another Bun than those that are known: once more, without a way to give up.
      socket.removeAllListeners("close");
      socket.destroy();
      giveUp = dialByBun(options, owner);
    }
  });
  return () => giveUp();
}

function dialByBun(options: ResolvedConnectOptions, owner: SocketOwner): () => void {
  const common = { allowHalfOpen: true, data: owner, socket: handlerOf(options) };
  const opened = options.path === undefined
    ? bun().connect<SocketOwner>({ ...common, hostname: options.hostname, port: options.port })
    : bun().connect<SocketOwner>({ ...common, unix: options.path });
  opened.then(undefined, (error: Error) => owner.failed(error));
  return () => undefined;
}

function handlerOf({ tls }: ResolvedConnectOptions): BunSocketHandler<SocketOwner> {
  return tls === undefined ? TELL_OWNER : TELL_OWNER_BELOW_TLS;
}
