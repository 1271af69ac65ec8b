/**
 * Contract, sentence 7: connections that arrive while nobody asks.
 */

import { equal, eventually, soon } from "./check.ts";
import { answer, answered, connectMany, ONE } from "./exchange.ts";
import { type Case, withListener } from "./subject.ts";

export const waitingCases: readonly Case[] = [
  {
    name: "7. a connection that arrives while nobody asks waits, and is served",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const peers = await connectMany(subject, listener, 200);
        for (const peer of peers) void peer.write(ONE);
        const expected = subject.differences.acceptsUnasked ? 200 : 0;
        await eventually(() => listener.stats.pending === expected, "all of them wait");
        const served = listener.incoming().forEachConcurrent(answer, { limit: 10 });
        // All at once: they need not be served in the order in which they came.
        await soon(
          Promise.all(peers.map(async (peer) => {
            equal((await peer.read())?.length, 1, "the answer's length");
            peer.destroy();
          })),
          "the answers",
        );
        await listener.close();
        await soon(served, "the end");
        equal(listener.stats.accepted, 200, "stats.accepted");
        equal(listener.stats.refused, 0, "stats.refused");
      }),
  },
  {
    name: "7. above maxPending a connection is reset and counted; the others are served",
    run: (subject) =>
      withListener(subject, { maxPending: 8 }, async (listener) => {
        // A peer may learn that it was refused while it is still connecting.
        const attempts = await Promise.allSettled(
          Array.from({ length: 20 }, () => subject.connect(listener)),
        );
        const peers = attempts.flatMap((attempt) =>
          attempt.status === "fulfilled" ? [attempt.value] : []
        );
        // Where they wait in the kernel, none is refused.
        const expected = subject.differences.acceptsUnasked ? 8 : 20;
        await eventually(() => listener.stats.refused === 20 - expected, "the others are refused");
        const served = listener.incoming().forEachConcurrent(answer, { onError: () => undefined });
        equal(await soon(answered(peers), "the answers"), expected, "how many were served");
        await listener.close();
        await soon(served, "the end");
      }),
  },
  {
    name: "7. a burst of connections at limit 1: none is lost",
    timeout: 60_000,
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const { burst = 1000 } = subject;
        let running = 0;
        let most = 0;
        const served = listener.incoming().forEachConcurrent(async (connection) => {
          most = Math.max(most, ++running);
          await answer(connection);
          running--;
        }, { limit: 1 });
        const attempts = Array.from({ length: burst }, async () => {
          const peer = await subject.connect(listener);
          await peer.write(ONE);
          const chunk = await peer.read();
          peer.destroy();
          return chunk?.length;
        });
        equal(
          (await soon(Promise.all(attempts), "the answers", 50_000)).filter((n) => n === 1).length,
          burst,
          "answers",
        );
        equal(most, 1, "handlers at once");
        await listener.close();
        await soon(served, "the end");
      }),
  },
];
