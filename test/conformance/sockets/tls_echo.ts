/**
 * What the cases on TLS have in common: a connection that goes on whatever happens to others.
 */

import type { Connection } from "../../../core/connection.ts";
import type { Listener } from "../../../core/listener.ts";
import { equal, soon } from "../check.ts";
import { type CaseOptions, withListener } from "../subject.ts";
import { connectTls, type SocketPeer } from "./socket_peer.ts";
import type { SocketSubject } from "./socket_subject.ts";

/** What is sent where it does not matter what. */
export const ONE: Uint8Array = new Uint8Array([1]);

/** Sends a byte, and waits for it to come back. */
export async function exchange(peer: SocketPeer): Promise<void> {
  await peer.write(ONE);
  equal((await soon(peer.read(), "the answer"))?.[0], 1, "the answer");
}

/** Sends back what comes, to the end. */
export async function echo(connection: Connection): Promise<void> {
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    await connection.write(chunk);
  }
  await connection.close();
}

/** Runs `body` with a listener that echoes, and a peer whose connection goes on all the time. */
export function withEcho(
  subject: SocketSubject,
  options: CaseOptions,
  body: (listener: Listener, connections: readonly Connection[]) => Promise<void>,
): Promise<void> {
  return withListener(subject, options, async (listener) => {
    const connections: Connection[] = [];
    const served = listener.incoming().forEachConcurrent((connection) => {
      connections.push(connection);
      return echo(connection);
    }, { onError: () => undefined });
    const other = await connectTls(listener.addr);
    await exchange(other);
    await body(listener, connections);
    await exchange(other);
    other.end();
    equal(await soon(other.read(), "the end"), null, "the end of the connection that goes on");
    other.destroy();
    await listener.close();
    await soon(served, "the end");
  });
}
