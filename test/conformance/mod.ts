/**
 * The contract of listeners and connections as cases that any adapter can be held to.
 *
 * There is no test runner in here: {@linkcode conformance} takes an adapter and gives cases with a
 * name and a `run()`, which rejects when the adapter does not keep that promise. Each is run by
 * itself, one after the other; it closes what it opens. Some move 32 MiB, one waits 2 seconds for the
 * end of a lingering close.
 *
 * @example An adapter, proved; with a test runner, each case would be a test
 * ```ts
 * import { conformance } from "@incoming/net/conformance";
 * import { listen } from "@incoming/net/memory";
 *
 * const cases = conformance({
 *   listen,
 *   connect: (listener) => listener.connect(),
 *   differences: { refusedOptions: ["backlog", "ipv6Only", "reusePort", "path", "tls"] },
 * });
 *
 * // const { test } = await import("node:test");
 * // for (const { name, timeout, run } of cases) test(name, { timeout }, run);
 * const halfClose = cases.filter(({ name }) => name.startsWith("14."));
 * for (const { run } of halfClose) await run();
 * if (halfClose.length === 0) throw new Error("nothing was proved");
 * ```
 *
 * Every case is run for connections that were accepted, and those on a single connection also for
 * connections that were made (`made: …`). What cannot hold is a stated difference, and is asserted.
 *
 * @module
 */

import type { Connection } from "../../core/connection.ts";
import type { Listener, ListenOptions } from "../../core/listener.ts";
import { connectionPeer } from "./connection_peer.ts";
import { type Differences, differencesOf } from "./differences.ts";
import { acceptedPair, type Case, madePair, optionsAt, type Subject } from "./subject.ts";
import { connectionCases, listenerCases } from "./suite.ts";

export type { Differences, OptionalOption } from "./differences.ts";

/** Makes listeners, and connections to them. */
export interface ConnectionMaker<L extends Listener = Listener> {
  /** Listens. The options have `port: 0`, unless the case is about something else; also what no caller with types would pass. */
  listen(options: ListenOptions): Promise<L>;
  /** Connects to one of these listeners; rejects when it is closed. */
  connect(listener: L): Promise<Connection>;
}

/** An adapter, as the suite sees it. */
export interface AdapterUnderTest<L extends Listener = Listener> extends ConnectionMaker<L> {
  /** The same with nothing between two ends: a write waits until the other end reads. Default: not tested. */
  readonly clogged?: ConnectionMaker<L> | undefined;
  /** What the adapter cannot do, and is not to do. Default: nothing. */
  readonly differences?: Partial<Differences> | undefined;
}

/** One promise of the contract, to be run. */
export interface ConformanceCase {
  /** The promise, in words, with the number of its sentence. Each name is there once. */
  readonly name: string;
  /** How long it may take, in milliseconds. The case does not hold itself to it. */
  readonly timeout: number;
  /** Rejects when the promise is not kept. */
  run(): Promise<void>;
}

const TIMEOUT_MS = 30_000;

/** The cases for an adapter, in the order of the contract. */
export function conformance<L extends Listener>(adapter: AdapterUnderTest<L>): ConformanceCase[] {
  const differences = differencesOf(adapter.differences);
  const { clogged } = adapter;
  return [
    ...casesOf("", adapter, differences),
    ...(clogged === undefined ? [] : casesOf("clogged: ", clogged, differences)),
  ];
}

function casesOf<L extends Listener>(
  prefix: string,
  maker: ConnectionMaker<L>,
  differences: Differences,
): ConformanceCase[] {
  const accepted: Subject = {
    name: prefix,
    differences,
    listen: (options) => maker.listen(optionsAt({ port: 0 }, options)),
    // The cases connect to no other listeners than those that `listen` has made.
    connect: async (listener) => connectionPeer(await maker.connect(listener as L)),
    pair: () => acceptedPair(accepted),
  };
  const made: Subject = {
    ...accepted,
    name: `${prefix}made: `,
    pair: () => madePair(() => maker.listen({ port: 0 }), (listener) => maker.connect(listener)),
  };
  return [
    ...[...listenerCases, ...connectionCases].map((each) => bound(each, accepted)),
    ...connectionCases.map((each) => bound(each, made)),
  ];
}

function bound({ name, timeout = TIMEOUT_MS, run }: Case, subject: Subject): ConformanceCase {
  return { name: subject.name + name, timeout, run: () => run(subject) };
}
