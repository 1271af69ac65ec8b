/**
 * An adapter of a runtime under test: its listeners with peers that are plain sockets, and its
 * connections to a server that is a plain one.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Adapter } from "../../../core/adapter.ts";
import type { Addr } from "../../../core/addr.ts";
import type { CommonConnectOptions, ConnectOptions } from "../../../core/connect_options.ts";
import type { Connection } from "../../../core/connection.ts";
import { type Differences, differencesOf } from "../differences.ts";
import { PeerServer } from "./peer_server.ts";
import { beginTls, connectSocket } from "./socket_peer.ts";
import { acceptedPair, type CaseOptions, optionsAt, type Pair, type Subject } from "../subject.ts";
import { CA, certificateOf } from "./tls_files.ts";

/** What is between two ends. */
export type Kind = "tcp" | "unix" | "tls";

/** A subject that has more than every adapter has. */
export interface SocketSubject extends Subject {
  /** What is between two ends. */
  readonly kind: Kind;
  /** The adapter itself. */
  readonly adapter: Adapter;
}

/** The subject for one kind; named `<name>, <kind>`, but for TCP. */
export function socketSubject(
  name: string,
  adapter: Adapter,
  kind: Kind,
  stated: Partial<Differences>,
): SocketSubject {
  const tls = kind === "tls" ? { tls: certificateOf("server") } : {};
  const subject: SocketSubject = {
    name: kind === "tcp" ? name : `${name}, ${kind}`,
    kind,
    adapter,
    differences: differencesOf({ hasNetwork: true, ...stated }),
    listen: (options: CaseOptions = {}) => {
      const where = kind === "unix" ? { path: freePath() } : { port: 0 as const };
      return adapter.listen(optionsAt(where, { ...tls, ...options }));
    },
    connect: ({ addr }) => kind === "tls" ? beginTls(addr) : connectSocket(addr),
    pair: () => acceptedPair(subject),
    // A unix socket refuses what its queue has no room for; a handshake takes its time.
    ...(kind === "tcp" ? {} : { burst: 250 }),
  };
  return subject;
}

/** The same adapter, with a connection under test that was made. */
export function madeSubject(subject: SocketSubject): SocketSubject {
  return { ...subject, name: `${subject.name}, made`, pair: () => madePair(subject) };
}

async function madePair({ adapter, kind }: SocketSubject): Promise<Pair> {
  const server = await PeerServer.listen(
    kind === "unix" ? freePath() : undefined,
    kind === "tls" ? certificateOf("server") : undefined,
  );
  try {
    const accepted = server.accept();
    const connection = await adapter.connect(connectOptions(server.addr, tlsFor(kind)));
    const peer = await accepted;
    return { connection, peer, addr: server.addr, made: true, release: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** The options to connect to a listener of this kind. */
export function tlsFor(kind: Kind): CommonConnectOptions {
  return kind === "tls" ? { tls: { ca: CA } } : {};
}

/** Connects by the adapter. */
export function dial(
  { adapter, kind }: SocketSubject,
  addr: Addr,
  options: CommonConnectOptions = {},
): Promise<Connection> {
  return adapter.connect(connectOptions(addr, { ...tlsFor(kind), ...options }));
}

function connectOptions(addr: Addr, options: CommonConnectOptions): ConnectOptions {
  return addr.transport === "unix"
    ? { ...options, path: addr.path }
    : { ...options, port: addr.port, hostname: addr.hostname };
}

let lastPath = 0;

/** A path where no file is, short enough for a socket. Who listens there takes the file away. */
export function freePath(): string {
  return join(tmpdir(), `incoming-${Math.random().toString(36).slice(2, 8)}-${++lastPath}.sock`);
}
