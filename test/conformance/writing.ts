/**
 * Contract, sentences 13 and 14: writing, and closing one half.
 */

import { ensure, equal, failsWith, failure, pending, soon, turns } from "./check.ts";
import { expectPayload, payload, readSome, SIZES } from "./payload.ts";
import { type Case, withConnection } from "./subject.ts";

export const writingCases: readonly Case[] = [
  ...SIZES.map((size): Case => ({
    name: `13. ${size} bytes are sent whole in one write, then the end of file`,
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const sending = connection.write(payload(size)).then(() => connection.closeWrite());
        await soon(expectPayload(peer, size), "the payload");
        await sending;
      }),
  })),
  {
    name: "13. a write waits for a peer that does not read, and ends when it does",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const size = 32 << 20;
        const bytes = payload(size);
        // A small one before it, which the system takes at once.
        void connection.write(bytes.subarray(0, 1));
        const writing = connection.write(bytes.subarray(1));
        ensure(await pending(writing, 300), "the write waits");
        const checker = await soon(readSome(peer, size), "the payload");
        equal(checker.count, size, "the bytes");
        await soon(writing, "the write");
      }),
  },
  {
    name: "13. writes that are not awaited are sent one after the other",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const bytes = payload(12 << 20);
        const borders = [0, 5 << 20, (5 << 20) + 1, (5 << 20) + 1, 6 << 20, 12 << 20];
        const order: number[] = [];
        const writes = borders.slice(1).map(async (border, i) => {
          await connection.write(bytes.subarray(borders[i], border));
          order.push(i);
        });
        void connection.closeWrite();
        await soon(expectPayload(peer, bytes.length), "the payload");
        await soon(Promise.all(writes), "the writes");
        equal(order.join(), "0,1,2,3,4", "the order in which they resolve");
      }),
  },
  {
    name: "13. many small writes arrive in order, through a peer that reads now and then",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const bytes = payload(3_000_000);
        const sending = (async () => {
          for (let at = 0; at < bytes.length; at += 3_000) {
            await connection.write(bytes.subarray(at, at + 3_000));
          }
          await connection.closeWrite();
        })();
        await turns();
        const checker = await readSome(peer, 10_000);
        await turns();
        await soon(readSome(peer, bytes.length - checker.count, checker), "the rest");
        equal(await soon(peer.read(), "the end"), null, "the end");
        await sending;
      }),
  },
  {
    name: "13. a write after close() is ECLOSED; what is no Uint8Array is a TypeError",
    run: (subject) =>
      withConnection(subject, async (connection) => {
        for (const value of ["text", null, undefined, [1], new ArrayBuffer(1)]) {
          const error = await failure(
            // What a caller without types may pass.
            connection.write(value as unknown as Uint8Array),
            "a bad value",
          );
          ensure(
            error instanceof TypeError && /^Cannot write: .*, got /.test(error.message),
            `the error: ${String(error)}`,
          );
        }
        void connection.close();
        await failsWith("ECLOSED", connection.write(payload(1)), "a write after close()");
        await failsWith(
          "ECLOSED",
          connection.closeWrite().then(() => connection.write(payload(1))),
          "and later",
        );
      }),
  },
  {
    name: "13. a reset rejects the write that waits, and every later one",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const writes = [connection.write(payload(32 << 20)), connection.write(payload(1))];
        ensure(await pending(Promise.any(writes)), "the writes wait");
        peer.reset();
        for (const write of writes) {
          await failsWith("ECONNRESET", soon(write, "the write"), "the write");
        }
        await failsWith("ECONNRESET", connection.write(payload(1)), "a later write");
        await failsWith("ECONNRESET", connection.closeWrite(), "closeWrite()");
      }),
  },
  {
    name: "13. writing to a peer that has gone ends in ECONNRESET, not in silence",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        peer.destroy();
        const writing = (async () => {
          for (;;) {
            await connection.write(payload(1000));
            await turns(5);
          }
        })();
        await failsWith("ECONNRESET", soon(writing, "the writes"), "the writes");
      }),
  },
  {
    name: "14. after the peer's end of file one can still answer",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        void peer.write(payload(100_000)).then(() => peer.end());
        await soon(expectPayload(connection, 100_000), "the request");
        await turns();
        const sending = connection.write(payload(1 << 20)).then(() => connection.closeWrite());
        await soon(expectPayload(peer, 1 << 20), "the answer");
        await sending;
      }),
  },
  {
    name: "14. after the own end of file one can still read",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        await connection.closeWrite();
        equal(await soon(peer.read(), "the peer's end"), null, "the peer's end");
        void peer.write(payload(1 << 20)).then(() => peer.end());
        await soon(expectPayload(connection, 1 << 20), "the payload");
        equal(await connection.read(), null, "the end");
      }),
  },
  {
    name: "14. closeWrite() sends what is queued first, may be repeated, and ends writing",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const writing = connection.write(payload(8 << 20));
        const closing = connection.closeWrite();
        await failsWith("ECLOSED", connection.write(payload(1)), "a write after closeWrite()");
        ensure(await pending(closing), "closeWrite() waits for the queue");
        await soon(expectPayload(peer, 8 << 20), "the payload");
        await soon(Promise.all([writing, closing, connection.closeWrite()]), "all of it");
      }),
  },
  {
    name: "14. both halves at once, 32 MiB each way",
    timeout: 60_000,
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const size = 32 << 20;
        const there = connection.write(payload(size)).then(() => connection.closeWrite());
        const back = peer.write(payload(size)).then(() => peer.end());
        const both = Promise.all([
          expectPayload(peer, size),
          expectPayload(connection, size),
          there,
          back,
        ]);
        await soon(both, "both payloads", 50_000);
      }),
  },
];
