/**
 * What the conformance suite is run against: an adapter, and a peer that is not of its making.
 */

import type { Connection } from "../../core/connection.ts";
import type { Listener, ListenOptions } from "../../core/listener.ts";

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

/** What an adapter cannot do, and says so. Each one is asserted, not skipped. */
export interface Differences {
  /** `abort()` sends a reset; otherwise the peer sees an end of file. */
  readonly abortResets: boolean;
  /** Connections that nobody asks for are accepted and wait here, not in the kernel. */
  readonly acceptsUnasked: boolean;
  /** The options that are refused with NotSupported. */
  readonly refusedOptions: readonly (keyof ListenOptions)[];
  /** The code for an address that is not of this machine. Default `EADDRNOTAVAIL`. */
  readonly notLocalCode?: string;
  /** The code for a host name that nobody knows. Default `ENOTFOUND`. */
  readonly unknownHostCode?: string;
  /** It has a network: addresses can be taken, unknown, not local. */
  readonly hasNetwork: boolean;
}

/** An adapter under test. */
export interface Subject {
  readonly name: string;
  readonly differences: Differences;
  /** Listens on a free port, unless told otherwise. */
  listen(options?: Partial<ListenOptions>): Promise<Listener>;
  /** Connects to a listener of this subject. */
  connect(listener: Listener): Promise<Peer>;
}

/** One promise of the contract. */
export interface Case {
  /** The promise, in words. */
  readonly name: string;
  /** Fails by rejecting. Leaves nothing behind. */
  run(subject: Subject): Promise<void>;
  /** How long it may take, in milliseconds. Default: 30,000. */
  readonly timeout?: number;
}

/** Runs `body` with one connection and its peer, and leaves nothing behind. */
export async function withConnection(
  subject: Subject,
  body: (connection: Connection, peer: Peer, listener: Listener) => Promise<void>,
): Promise<void> {
  await withListener(subject, {}, async (listener) => {
    const incoming = listener.incoming();
    const peer = await subject.connect(listener);
    const { value: connection } = await incoming.next();
    if (connection === undefined) throw new Error("incoming() has ended");
    try {
      await body(connection, peer, listener);
    } finally {
      peer.destroy();
      connection.abort();
      await connection.close();
    }
  });
}

/** Runs `body` with a listener, and closes it. */
export async function withListener(
  subject: Subject,
  options: Partial<ListenOptions>,
  body: (listener: Listener) => Promise<void>,
): Promise<void> {
  const listener = await subject.listen(options);
  try {
    await body(listener);
  } finally {
    await listener.close();
  }
}
