/**
 * Contract, sentences 5 to 9: accepting.
 */

import type { Connection } from "../../core/connection.ts";
import { equal, eventually, failsWith, failure, soon, turns } from "./check.ts";
import { type Case, type Peer, type Subject, withListener } from "./subject.ts";

const ONE = new Uint8Array([1]);

/** Sends one byte and waits for it to come back. */
async function exchange(peer: Peer): Promise<void> {
  await peer.write(ONE);
  equal((await soon(peer.read(), "the answer"))?.length, 1, "the answer's length");
}

/** Answers with what comes first. */
async function answer(connection: Connection): Promise<void> {
  const chunk = await connection.read();
  if (chunk !== null) await connection.write(chunk);
  await connection.close();
}

/** How many of `peers` get an answer; the others are reset or see the end. */
async function answered(peers: readonly Peer[]): Promise<number> {
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

async function connectMany(
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

export const acceptingCases: readonly Case[] = [
  {
    name: "5. incoming() has one consumer",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        listener.incoming();
        await failsWith(
          "EBUSY",
          Promise.resolve().then(() => listener.incoming()),
          "a second incoming()",
        );
      }),
  },
  {
    name: "5. leaving the loop closes the listener, and the connection lives on",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const peer = await subject.connect(listener);
        let kept: Connection | undefined;
        for await (const connection of listener.incoming()) {
          kept = connection;
          break;
        }
        if (kept === undefined) throw new Error("no connection");
        await failure(subject.connect(listener), "connecting to a closed listener");
        const handled = answer(kept);
        await exchange(peer);
        peer.destroy();
        await handled;
      }),
  },
  {
    name: "5. an error in the loop closes the listener",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const peer = await subject.connect(listener);
        const mine = new Error("mine");
        const loop = async () => {
          for await (const connection of listener.incoming()) {
            connection.abort();
            throw mine;
          }
        };
        equal(await failure(loop(), "the loop"), mine, "the error");
        await failure(subject.connect(listener), "connecting to a closed listener");
        peer.destroy();
      }),
  },
  {
    name: "5. return() acts at once while a next() is pending",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const incoming = listener.incoming();
        const next = incoming.next();
        await turns(20);
        await soon(incoming.return(), "return()");
        equal((await soon(next, "the pending next()")).done, true, "next() is done");
        equal((await incoming.next()).done, true, "a later next() is done");
        await failure(subject.connect(listener), "connecting to a closed listener");
      }),
  },
  {
    name: "5. several next() are answered in their order",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const incoming = listener.incoming();
        const order: number[] = [];
        const nexts = [0, 1, 2].map((index) =>
          incoming.next().then(({ value }) => {
            order.push(index);
            return value;
          })
        );
        const peers = await connectMany(subject, listener, 3);
        for (const connection of await soon(Promise.all(nexts), "three connections")) {
          connection?.abort();
        }
        equal(order.join(), "0,1,2", "the order");
        for (const peer of peers) peer.destroy();
      }),
  },
  {
    name: "6. peers that reset before they are accepted do not end the stream",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        for (const peer of await connectMany(subject, listener, 50)) peer.reset();
        await turns();
        const served = listener.incoming().forEachConcurrent(answer, { onError: () => undefined });
        const peer = await subject.connect(listener);
        await exchange(peer);
        // The same again while accepting.
        for (const early of await connectMany(subject, listener, 50)) early.reset();
        const last = await subject.connect(listener);
        await exchange(last);
        peer.destroy();
        last.destroy();
        await listener.close();
        await soon(served, "the end");
      }),
  },
  {
    name: "7. a connection that arrives while nobody asks waits, and is served",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const peers = await connectMany(subject, listener, 200);
        for (const peer of peers) void peer.write(ONE);
        const expected = subject.differences.acceptsUnasked ? 200 : 0;
        await eventually(() => listener.stats.pending === expected, "all of them wait");
        const served = listener.incoming().forEachConcurrent(answer, { limit: 10 });
        for (const peer of peers) {
          equal((await soon(peer.read(), "the answer"))?.length, 1, "the answer's length");
          peer.destroy();
        }
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
    name: "7. a burst of 1,000 connections at limit 1: none is lost",
    timeout: 60_000,
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        let running = 0;
        let most = 0;
        const served = listener.incoming().forEachConcurrent(async (connection) => {
          most = Math.max(most, ++running);
          await answer(connection);
          running--;
        }, { limit: 1 });
        const burst = Array.from({ length: 1000 }, async () => {
          const peer = await subject.connect(listener);
          await peer.write(ONE);
          const chunk = await peer.read();
          peer.destroy();
          return chunk?.length;
        });
        equal(
          (await soon(Promise.all(burst), "1,000 answers", 50_000)).filter((n) => n === 1).length,
          1000,
          "answers",
        );
        equal(most, 1, "handlers at once");
        await listener.close();
        await soon(served, "the end");
      }),
  },
  {
    name: "9. close() is idempotent, ends incoming(), and frees the port at once",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const next = listener.incoming().next();
        await turns(20);
        await soon(Promise.all([listener.close(), listener.close()]), "close()");
        await listener.close();
        equal((await soon(next, "the pending next()")).done, true, "next() is done");
        await withListener(subject, { port: listener.addr.port }, async (second) => {
          equal(second.addr.port, listener.addr.port, "the port");
          (await subject.connect(second)).destroy();
        });
      }),
  },
  {
    name: "9. close() lets connections live that were handed out, and hands out those that wait",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const incoming = listener.incoming();
        const [first, second] = await connectMany(subject, listener, 2);
        const { value: connection } = await incoming.next();
        if (
          first === undefined || second === undefined || connection === undefined
        ) throw new Error("no connection");
        const waiting = subject.differences.acceptsUnasked ? 1 : 0;
        await eventually(() => listener.stats.pending === waiting, "the second one waits");
        await listener.close();
        const handled = answer(connection);
        await exchange(first);
        const rest = await soon(incoming.next(), "what is left");
        // What waits in the kernel is reset by the kernel.
        equal(
          rest.done ?? false,
          !subject.differences.acceptsUnasked,
          "the second connection is gone",
        );
        if (rest.value !== undefined) {
          const also = answer(rest.value);
          await exchange(second);
          second.destroy();
          await also;
          equal((await incoming.next()).done, true, "then the stream ends");
        }
        first.destroy();
        second.destroy();
        await handled;
      }),
  },
  {
    name: "9. leaving resets the connections that nobody will serve",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const incoming = listener.incoming();
        const peers = await connectMany(subject, listener, 5);
        await turns();
        await soon(incoming.return(), "return()");
        equal(await soon(answered(peers), "their end"), 0, "how many were served");
        equal(listener.stats.pending, 0, "stats.pending");
      }),
  },
];
