/**
 * The adapters of this library, as far as the runtime that runs this has them.
 */

import type { Connection } from "../../core/connection.ts";
import type { Listener, ListenOptions } from "../../core/listener.ts";
import { listen as listenBun } from "../../adapters/bun.ts";
import { listen as listenDeno } from "../../adapters/deno.ts";
import {
  listen as listenMemory,
  type MemoryListener,
  type PairOptions,
} from "../../adapters/memory.ts";
import { listen as listenNode } from "../../adapters/node.ts";
import { runtime } from "../support/harness.ts";
import { connectionPeer } from "./connection_peer.ts";
import { connectSocket } from "./socket_peer.ts";
import type { Differences, Subject } from "./subject.ts";

type Listen = (options: ListenOptions) => Promise<Listener>;

const COMMON: Differences = {
  abortResets: true,
  acceptsUnasked: true,
  refusedOptions: [],
  hasNetwork: true,
};

function tcp(name: string, listen: Listen, differences: Differences): Subject {
  return {
    name,
    differences,
    listen: (options = {}) => listen({ port: 0, ...options }),
    connect: ({ addr }) => connectSocket(addr.port, addr.hostname),
  };
}

function memory(name: string, pair: PairOptions): Subject {
  return {
    name,
    differences: {
      ...COMMON,
      hasNetwork: false,
      refusedOptions: ["backlog", "ipv6Only", "reusePort"],
    },
    listen: (options = {}) => listenMemory({ port: 0, ...pair, ...options }),
    connect: async (listener) =>
      connectionPeer(await (listener as MemoryListener).connect() as Connection),
  };
}

/** `Deno.listen` takes `reusePort` only with `--unstable-net`. */
const denoHasReusePort = "listenDatagram" in ((globalThis as { Deno?: object }).Deno ?? {});

/** Where the `node:net` of a runtime is not that of Node. */
const NODE_NET: Record<typeof runtime, Partial<Differences>> = {
  node: {},
  deno: { notLocalCode: "EINVAL" },
  bun: { unknownHostCode: "EINVAL" },
};

/** The adapters that run here: the native one, `node:net`, memory. */
export function subjects(): Subject[] {
  const all = [
    memory("memory", {}),
    memory("memory, clogged", { clogged: true }),
    tcp("node:net", listenNode, { ...COMMON, ...NODE_NET[runtime] }),
  ];
  if (runtime === "deno") {
    all.push(tcp("Deno.listen", listenDeno, {
      ...COMMON,
      abortResets: false,
      acceptsUnasked: false,
      refusedOptions: denoHasReusePort ? ["ipv6Only"] : ["ipv6Only", "reusePort"],
    }));
  }
  if (runtime === "bun") {
    all.push(tcp("Bun.listen", listenBun, { ...COMMON, refusedOptions: ["backlog"] }));
  }
  return all;
}
