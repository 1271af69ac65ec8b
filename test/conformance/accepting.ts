/**
 * Contract, sentences 5, 6 and 9: accepting.
 */

import type { Connection } from "../../core/connection.ts";
import { equal, eventually, failsWith, failure, soon, turns } from "./check.ts";
import { answer, answered, connectMany, exchange } from "./exchange.ts";
import { type Case, sameAddr, textOf, withListener } from "./subject.ts";

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
    name: "9. close() is idempotent, ends incoming(), and frees the port at once",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const next = listener.incoming().next();
        await turns(20);
        await soon(Promise.all([listener.close(), listener.close()]), "close()");
        await listener.close();
        equal((await soon(next, "the pending next()")).done, true, "next() is done");
        await withListener(subject, sameAddr(listener), async (second) => {
          equal(textOf(second.addr), textOf(listener.addr), "the address");
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
        await eventually(() => listener.stats.pending >= waiting, "the second one waits");
        await listener.close();
        const handled = answer(connection);
        await exchange(first);
        const rest = await soon(incoming.next(), "what is left");
        if (rest.value === undefined) throw new Error("the second connection is gone");
        const also = answer(rest.value);
        await exchange(second);
        equal((await incoming.next()).done, true, "then the stream ends");
        first.destroy();
        second.destroy();
        await Promise.all([handled, also]);
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
