/**
 * The adapters of this library, as far as the runtime that runs this has them.
 */

import * as bun from "../../../adapters/bun.ts";
import * as deno from "../../../adapters/deno.ts";
import { listen, type MemoryListener, type PairOptions } from "../../../adapters/memory.ts";
import * as node from "../../../adapters/node.ts";
import type { Adapter } from "../../../core/adapter.ts";
import type { Listener } from "../../../core/listener.ts";
import { runtime } from "../../support/harness.ts";
import { connectionPeer } from "../connection_peer.ts";
import { differencesOf } from "../differences.ts";
import { type Kind, madeSubject, type SocketSubject, socketSubject } from "./socket_subject.ts";
import { NATIVE, NODE_ELSEWHERE, type Stated } from "./stated.ts";
import { acceptedPair, madePair, optionsAt, type Subject } from "../subject.ts";

/** Connections inside the process; `connect` of the listener makes the other end. */
function memory(name: string, pair: PairOptions): Subject {
  const subject: Subject = {
    name,
    differences: differencesOf({
      refusedOptions: ["backlog", "ipv6Only", "reusePort", "path", "tls"],
    }),
    listen: (options) => listen({ ...pair, ...optionsAt({ port: 0 }, options) }),
    connect: async (listener: Listener) =>
      connectionPeer(await (listener as MemoryListener).connect()),
    pair: () => acceptedPair(subject),
  };
  return subject;
}

/** The same with a connection under test that was made. */
function memoryMade(subject: Subject): Subject {
  return {
    ...subject,
    name: `${subject.name}, made`,
    pair: () =>
      madePair(() => subject.listen(), (listener) => (listener as MemoryListener).connect()),
  };
}

const KINDS: readonly Kind[] = ["tcp", "unix", "tls"];

/** What is only there with a flag shows it by this global, on Deno. */
const HAS_FLAG = "listenDatagram" in ((globalThis as { Deno?: object }).Deno ?? {});

function sockets(
  name: string,
  adapter: Adapter,
  { all, kinds, withFlag }: Stated,
): SocketSubject[] {
  const refusedOptions = (all.refusedOptions ?? []).filter((option) =>
    !(HAS_FLAG && option === withFlag?.option)
  );
  return KINDS.filter((kind) => kind !== "tls" || !refusedOptions.includes(kind))
    .map((kind) => socketSubject(name, adapter, kind, { ...all, refusedOptions, ...kinds[kind] }));
}

/** The adapters that run here: the native one and `node:net`. */
export function socketSubjects(): SocketSubject[] {
  const elsewhere = runtime === "node" ? NATIVE.node : NODE_ELSEWHERE[runtime];
  const all = sockets("node:net", node, elsewhere);
  if (runtime === "deno") all.push(...sockets("Deno.listen", deno, NATIVE.deno));
  if (runtime === "bun") all.push(...sockets("Bun.listen", bun, NATIVE.bun));
  return all;
}

/** Every adapter that runs here, with connections that are accepted. */
export function subjects(): Subject[] {
  return [memory("memory", {}), memory("memory, clogged", { clogged: true }), ...socketSubjects()];
}

/** The same, with connections that are made. */
export function madeSubjects(): Subject[] {
  return [memoryMade(memory("memory", {})), ...socketSubjects().map(madeSubject)];
}
