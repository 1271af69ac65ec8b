/**
 * Contract, sentence 8: limits, and the counters that tell of them.
 */

import type { Connection } from "../../core/connection.ts";
import { ensure, equal, eventually, soon } from "./check.ts";
import { type Case, type Peer, withListener } from "./subject.ts";

const ONE = new Uint8Array([1]);
const LIMIT = 3;

/** Whether `peer` is answered; it is gone afterwards. */
async function isAnswered(peer: Peer): Promise<boolean> {
  try {
    await peer.write(ONE);
    return await peer.read() !== null;
  } catch {
    return false;
  } finally {
    peer.destroy();
  }
}

export const limitCases: readonly Case[] = [
  {
    name:
      "8. stats.open counts connections that wait and those handed out, until they are released",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        equal(listener.stats.open, 0, "at first");
        const incoming = listener.incoming();
        const peers = [await subject.connect(listener), await subject.connect(listener)];
        const { value: first } = await incoming.next();
        // Where they are accepted when asked for, a second handshake may be under way.
        const fewest = subject.differences.acceptsUnasked ? 2 : 1;
        await eventually(() => listener.stats.open >= fewest, "those that are accepted");
        const { value: second } = await incoming.next();
        equal(listener.stats.open, 2, "both");
        if (first === undefined || second === undefined) throw new Error("incoming() has ended");
        for (const peer of peers) peer.end();
        await soon(first.close(), "the first close()");
        equal(listener.stats.open, 1, "after the first close()");
        second.abort();
        await soon(second.close(), "the second close()");
        equal(listener.stats.open, 0, "after abort()");
        equal(listener.stats.accepted, 2, "stats.accepted");
        for (const peer of peers) peer.destroy();
      }),
  },
  {
    name: "8. no more than maxConnections are open; the others wait, or are reset and counted",
    run: (subject) =>
      withListener(subject, { maxConnections: LIMIT }, async (listener) => {
        const { acceptsUnasked } = subject.differences;
        const handed: Connection[] = [];
        let most = 0;
        let release = () => undefined as void;
        const released = new Promise<void>((resolve) => release = resolve);
        const served = listener.incoming().forEachConcurrent(async (connection) => {
          handed.push(connection);
          most = Math.max(most, listener.stats.open);
          await released;
          const chunk = await connection.read();
          if (chunk !== null) await connection.write(chunk);
          await connection.close();
        });
        const attempts = await Promise.allSettled(
          Array.from({ length: 2 * LIMIT }, () => subject.connect(listener)),
        );
        const peers = attempts.flatMap((attempt) =>
          attempt.status === "fulfilled" ? [attempt.value] : []
        );
        const refused = acceptsUnasked ? LIMIT : 0;
        await eventually(() => handed.length === LIMIT, "as many as may be open are handed out");
        await eventually(
          () => listener.stats.refused === refused,
          "the others wait, or are refused",
        );
        equal(listener.stats.open, LIMIT, "stats.open");
        release();
        const answers = await soon(Promise.all(peers.map(isAnswered)), "the answers");
        equal(answers.filter(Boolean).length, 2 * LIMIT - refused, "how many were served");
        await eventually(() => listener.stats.open === 0, "all are released");
        ensure(await isAnswered(await subject.connect(listener)), "there is room again");
        await listener.close();
        await soon(served, "the end");
        equal(most, LIMIT, "the most that were open at once");
        equal(listener.stats.accepted, 2 * LIMIT - refused + 1, "stats.accepted");
      }),
  },
];
