/**
 * What a worker takes in: sockets that the caller has accepted.
 *
 * @module
 */

import type { Socket } from "node:net";
import { PushAcceptor } from "../core/acceptor.ts";
import type { Addr, TcpAddr, UnixAddr } from "../core/addr.ts";
import { type Adopter, type AdopterInit, countGone } from "../core/adoption.ts";
import { BoundListener } from "../core/bound_listener.ts";
import { resolveListenOptions } from "../core/listen_options.ts";
import type { Listener } from "../core/listener.ts";
import type { WorkerInit } from "./messages.ts";

/** Connections from somebody else's sockets. */
export interface Intake extends Adopter<Socket> {
  /** Hands them out; to close it closes no socket of the system. */
  readonly listener: Listener<Addr>;
}

/** Begins; `gone` is called once for each socket, when nothing is left of it. Rejects as `listen` does. */
export async function openIntake(
  { addr, listen }: Pick<WorkerInit, "addr" | "listen">,
  gone: () => void,
): Promise<Intake> {
  const options = resolveListenOptions(optionsOf(addr, listen));
  // Who accepts has counted them.
  const limits = { maxPending: Infinity, onAcceptError: undefined };
  const acceptor = new PushAcceptor({ ...limits, stop: () => undefined });
  const adopter = await adopterOf({ acceptor: countGone(acceptor, gone), options });
  return { ...adopter, listener: new BoundListener<Addr>(addr, acceptor) };
}

function optionsOf(addr: TcpAddr | UnixAddr, { noDelay, ...listen }: WorkerInit["listen"]) {
  if (addr.transport === "unix") return { path: addr.path, ...listen };
  return { port: addr.port, noDelay, ...listen };
}

/** By the runtime; `node:tls` on Deno is no match for Node's, and `node:net` on Bun costs more than its own. */
async function adopterOf(init: AdopterInit): Promise<Adopter<Socket>> {
  if ("Bun" in globalThis) return (await import("../adapters/bun_adopt.ts")).adopter(init);
  if ("Deno" in globalThis && init.options.tls !== undefined) {
    return (await import("../adapters/deno_adopt.ts")).adopter(init);
  }
  return (await import("../adapters/node_adopt.ts")).adopter(init);
}
