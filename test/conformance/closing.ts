/**
 * Contract, sentence 15: closing.
 */

import { ensure, equal, failsWith, pending, soon, turns } from "./check.ts";
import { Checker, expectPayload, payload, readSome } from "./payload.ts";
import { type Case, withConnection } from "./subject.ts";

export const closingCases: readonly Case[] = [
  {
    name: "15. close() loses nothing of what was written and not awaited",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const writing = connection.write(payload(32 << 20));
        const closing = connection.close();
        await soon(expectPayload(peer, 32 << 20), "the payload");
        peer.end();
        await soon(Promise.all([writing, closing]), "the close");
      }),
  },
  {
    name: "15. close() loses nothing when there is unread input",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        void peer.write(payload(200_000));
        await turns();
        void connection.write(payload(2 << 20));
        const closing = connection.close();
        await turns();
        await soon(expectPayload(peer, 2 << 20), "the payload");
        peer.end();
        await soon(closing, "the close");
      }),
  },
  {
    name: "15. close() loses nothing of 8 MiB while the peer reads slowly and sends now and then",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const closing = connection.write(payload(8 << 20)).then(() => connection.close());
        const checker = new Checker();
        for (let goal = 0; goal < 8 << 20; goal += 512 * 1024) {
          if (checker.count < goal) await readSome(peer, goal - checker.count, checker);
          void peer.write(payload(1));
          await turns(10);
        }
        await readSome(peer, (8 << 20) - checker.count, checker);
        equal(checker.count, 8 << 20, "the bytes");
        equal(await soon(peer.read(), "the end"), null, "the end");
        peer.end();
        await soon(closing, "the close");
      }),
  },
  {
    name: "15. close() loses nothing of 8 MiB while the peer goes on sending more than it discards",
    idles: true,
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        void connection.write(payload(8 << 20));
        const closing = connection.close();
        let going = true;
        const flood = (async () => {
          while (going) await peer.write(payload(65_536));
        })().catch(() => undefined);
        await soon(expectPayload(peer, 8 << 20), "the payload");
        going = false;
        peer.destroy();
        await soon(Promise.all([closing, flood]), "the close");
      }),
  },
  {
    name: "15. close() ends although the peer does not: 2 seconds after the end of file",
    idles: true,
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const start = performance.now();
        const closing = connection.close();
        equal(await soon(peer.read(), "the end of file"), null, "the end of file");
        ensure(await pending(closing, 1000), "close() waits for the peer");
        await soon(closing, "close()");
        // The upper bound is only there to tell 2 seconds from never.
        ensure(performance.now() - start < 8000, "close() took its time");
      }),
  },
  {
    name: "15. close() ends at once when the peer has finished",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        peer.end();
        equal(await soon(connection.read(), "the end"), null, "the end");
        await soon(connection.close(), "close()", 1500);
        equal(await soon(peer.read(), "the peer's end"), null, "the peer's end");
      }),
  },
  {
    name: "15. close() ends soon when the peer finishes during it",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const closing = connection.close();
        equal(await soon(peer.read(), "the end of file"), null, "the end of file");
        peer.end();
        await soon(closing, "close()", 1500);
      }),
  },
  {
    name:
      "15. close() is idempotent, and rejects the pending read and every later one with ECLOSED",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const reading = connection.read();
        const closes = [connection.close(), connection.close(), connection[Symbol.asyncDispose]()];
        await failsWith("ECLOSED", soon(reading, "the pending read"), "the pending read");
        await failsWith("ECLOSED", connection.read(), "a later read");
        peer.end();
        await soon(Promise.all(closes), "the closes");
        await connection.close();
        await failsWith("ECLOSED", connection.read(), "a read when it is released");
        connection.abort();
      }),
  },
  {
    name: "15. close() never rejects, whatever the peer does",
    run: async (subject) => {
      for (const act of ["reset", "destroy", "end"] as const) {
        await withConnection(subject, async (connection, peer) => {
          void connection.write(payload(8 << 20));
          const closing = connection.close();
          if (act === "end") await readSome(peer, 8 << 20);
          peer[act]();
          await soon(closing, `close() after ${act}`);
        });
        await withConnection(subject, async (connection, peer) => {
          void connection.read();
          peer[act]();
          await turns(50);
          await soon(connection.close(), `close() after ${act}`);
        });
      }
    },
  },
  {
    name: "15. abort() rejects what waits, aborts the signal, and resets where that can be done",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const { signal } = connection;
        // What TLS sends at the start is before this byte: where it was left unread, the system resets.
        const sent = peer.write(payload(1));
        await soon(connection.read(), "the first read");
        await soon(sent, "the byte");
        const reading = connection.read();
        const writing = connection.write(payload(32 << 20));
        await turns();
        connection.abort();
        await failsWith("ECLOSED", soon(reading, "the read"), "the read");
        await failsWith("ECLOSED", soon(writing, "the write"), "the write");
        await failsWith("ECLOSED", connection.write(payload(1)), "a later write");
        await failsWith("ECLOSED", connection.read(), "a later read");
        equal(signal.aborted, true, "the signal");
        await soon(connection.close(), "close() after abort()");
        const toTheEnd = (async () => {
          while (await peer.read() !== null);
          return "the end of file";
        })().catch((error: { code?: string }) => error.code);
        const seen = await soon(toTheEnd, "what the peer sees");
        equal(
          seen,
          subject.differences.abortResets ? "ECONNRESET" : "the end of file",
          "what the peer sees",
        );
      }),
  },
  {
    name: "15. abort() ends a close() that waits",
    run: (subject) =>
      withConnection(subject, async (connection) => {
        void connection.write(payload(32 << 20));
        const closing = connection.close();
        ensure(await pending(closing), "close() waits for the flush");
        connection.abort();
        await soon(closing, "close()", 1500);
      }),
  },
];
