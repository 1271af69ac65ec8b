/**
 * What the conformance suite is run against: an adapter, and peers of its connections.
 */

import type { Addr } from "../../core/addr.ts";
import type { Connection } from "../../core/connection.ts";
import type {
  Listener,
  ListenOptions,
  TcpListenOptions,
  UnixListenOptions,
} from "../../core/listener.ts";
import { connectionPeer } from "./connection_peer.ts";
import type { Differences } from "./differences.ts";

/** The other end of a connection, driven by the suite. It reads only when asked to. */
export interface Peer {
  /** The next bytes; `null` at the end of file. Rejects, with a `code`, when the connection was reset. */
  read(): Promise<Uint8Array | null>;
  /** Resolves when the peer's own system has taken the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sends the end of file. */
  end(): void;
  /** Sends a reset. */
  reset(): void;
  /** Lets go of it, whatever its state. Harmless when it is gone already. */
  destroy(): void;
}

/** What a case asks of a listener. Where it listens is the subject's to choose when nothing is said. */
export type CaseOptions =
  & Omit<Partial<TcpListenOptions>, "path">
  & Omit<Partial<UnixListenOptions>, "port">;

/** A connection under test, and its peer. */
export interface Pair {
  /** The connection under test. */
  readonly connection: Connection;
  /** Its other end. */
  readonly peer: Peer;
  /** Where was listened, on the one side or on the other. */
  readonly addr: Addr;
  /** Whether the connection was made, not accepted. */
  readonly made: boolean;
  /** Lets go of what the pair was made with; the ends are closed already. */
  release(): Promise<void>;
}

/** An adapter under test. */
export interface Subject {
  /** What the cases are named after. */
  readonly name: string;
  /** What it cannot do. */
  readonly differences: Differences;
  /** Listens on a free address, unless told otherwise. */
  listen(options?: CaseOptions): Promise<Listener>;
  /** Connects to a listener of this subject. */
  connect(listener: Listener): Promise<Peer>;
  /** Makes a connection to test. */
  pair(): Promise<Pair>;
  /** How many connections come in one burst. Default 1,000; fewer where each costs much. */
  readonly burst?: number;
}

/** One promise of the contract. */
export interface Case<S extends Subject = Subject> {
  /** The promise, in words, with its number in the contract. */
  readonly name: string;
  /** Fails by rejecting. Leaves nothing behind. */
  run(subject: S): Promise<void>;
  /** How long it may take, in milliseconds. Default: 30,000. */
  readonly timeout?: number;
  /** It waits for seconds, and does little else: several may be run at once. */
  readonly idles?: boolean;
}

/** A connection that `listen` accepts from a peer that `connect` makes. */
export async function acceptedPair(
  { listen, connect }: Pick<Subject, "listen" | "connect">,
): Promise<Pair> {
  const listener = await listen();
  try {
    const incoming = listener.incoming();
    const peer = await connect(listener);
    const { value: connection } = await incoming.next();
    if (connection === undefined) throw new Error("incoming() has ended");
    return { connection, peer, addr: listener.addr, made: false, release: () => listener.close() };
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/** A connection that `connect` makes to a listener; its peer is the one that is accepted there. */
export async function madePair<L extends Listener>(
  listen: () => Promise<L>,
  connect: (listener: L) => Promise<Connection>,
): Promise<Pair> {
  const listener = await listen();
  try {
    const incoming = listener.incoming();
    const connection = await connect(listener);
    const { value: accepted } = await incoming.next();
    if (accepted === undefined) throw new Error("incoming() has ended");
    const peer = connectionPeer(accepted);
    return { connection, peer, addr: listener.addr, made: true, release: () => listener.close() };
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/** Runs `body` with one connection and its peer, and leaves nothing behind. */
export async function withConnection(
  subject: Subject,
  body: (connection: Connection, peer: Peer, pair: Pair) => Promise<void>,
): Promise<void> {
  const pair = await subject.pair();
  const { connection, peer } = pair;
  try {
    await body(connection, peer, pair);
  } finally {
    peer.destroy();
    connection.abort();
    await connection.close();
    await pair.release();
  }
}

/** Runs `body` with a listener, and closes it. */
export async function withListener(
  subject: Subject,
  options: CaseOptions,
  body: (listener: Listener) => Promise<void>,
): Promise<void> {
  const listener = await subject.listen(options);
  try {
    await body(listener);
  } finally {
    await listener.close();
  }
}

/**
 * The options for an adapter: `where` it listens when nothing is said, and the rest as it is, also what
 * no caller with types may mix: that it is refused is for the cases on invalid options to see.
 */
export function optionsAt(
  where: { readonly port: 0 } | { readonly path: string },
  options: CaseOptions = {},
): ListenOptions {
  const told = "port" in options || "path" in options;
  return (told ? options : { ...where, ...options }) as unknown as ListenOptions;
}

/** The options to listen where `listener` does. */
export function sameAddr({ addr }: Listener): CaseOptions {
  return addr.transport === "unix" ? { path: addr.path } : { port: addr.port };
}

/** The address as one text, to compare. */
export function textOf(addr: Addr): string {
  return JSON.stringify(addr);
}
