/**
 * What the cases on accepting have in common: one byte there, one byte back.
 */

import type { Connection } from "../../core/connection.ts";
import { equal, soon } from "./check.ts";
import type { Peer, Subject } from "./subject.ts";

/** What is sent where it does not matter what. */
export const ONE: Uint8Array = new Uint8Array([1]);

/** Sends one byte and waits for it to come back. */
export async function exchange(peer: Peer): Promise<void> {
  await peer.write(ONE);
  equal((await soon(peer.read(), "the answer"))?.length, 1, "the answer's length");
}

/** Answers with what comes first. */
export async function answer(connection: Connection): Promise<void> {
  const chunk = await connection.read();
  if (chunk !== null) await connection.write(chunk);
  await connection.close();
}

/** How many of `peers` get an answer; the others are reset or see the end. */
export async function answered(peers: readonly Peer[]): Promise<number> {
  const outcomes = await Promise.all(peers.map(async (peer) => {
    try {
      await peer.write(ONE);
      return await peer.read() !== null;
    } catch {
      return false;
    } finally {
      peer.destroy();
    }
  }));
  return outcomes.filter(Boolean).length;
}

/** Connects so often. */
export async function connectMany(
  subject: Subject,
  listener: Parameters<Subject["connect"]>[0],
  count: number,
): Promise<Peer[]> {
  const peers: Peer[] = [];
  // A few at a time, so that no queue of the kernel overflows.
  while (peers.length < count) {
    const some = Math.min(50, count - peers.length);
    peers.push(...await Promise.all(Array.from({ length: some }, () => subject.connect(listener))));
  }
  return peers;
}
