/**
 * Contract, sentences 10 to 12: reading.
 */

import { ensure, equal, eventually, failsWith, failure, pending, soon, turns } from "./check.ts";
import { expectPayload, payload, readSome, SIZES } from "./payload.ts";
import type { Connection } from "../../core/connection.ts";
import { type Case, type Peer, withConnection } from "./subject.ts";

/** What a peer's reset is where there is none: the end of file, and then nobody to write to. */
async function endsInstead(connection: Connection, peer: Peer): Promise<void> {
  peer.reset();
  equal(await soon(connection.read(), "the end"), null, "the end");
  const writing = (async () => {
    for (;;) await connection.write(payload(65_536));
  })();
  await failsWith("ECONNRESET", soon(writing, "the writes"), "the writes");
  equal(connection.signal.aborted, true, "the signal");
}

export const readingCases: readonly Case[] = [
  ...SIZES.map((size): Case => ({
    name: `10. ${size} bytes arrive whole, then null for ever`,
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const sent = size === 0 ? Promise.resolve() : peer.write(payload(size));
        void sent.then(() => peer.end());
        await soon(expectPayload(connection, size), "the payload");
        for (let i = 0; i < 3; i++) equal(await connection.read(), null, "a read after the end");
      }),
  })),
  {
    name: "10. bytes that come one by one arrive in order",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const bytes = payload(2000);
        const sending = (async () => {
          for (let i = 0; i < bytes.length; i++) await peer.write(bytes.subarray(i, i + 1));
          peer.end();
        })();
        await soon(expectPayload(connection, bytes.length), "the payload");
        await sending;
      }),
  },
  {
    name: "10. a chunk belongs to the caller: later input does not change it",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const chunks: Uint8Array[] = [];
        const copies: string[] = [];
        for (let i = 0; i < 200; i++) {
          void peer.write(new Uint8Array(20 + i * 7).fill(i));
          const chunk = await soon(connection.read(), "a chunk");
          if (chunk === null) throw new Error("the end of file");
          ensure(Object.getPrototypeOf(chunk) === Uint8Array.prototype, "a plain Uint8Array");
          chunks.push(chunk);
          copies.push(chunk.join());
          if (i % 2 === 0) chunk.fill(255);
          if (i % 2 === 0) copies[i] = chunk.join();
        }
        chunks.forEach((chunk, i) => equal(chunk.join(), copies[i], `chunk ${i}`));
      }),
  },
  {
    name:
      "10. a chunk belongs to the caller with its buffer: what gives that away loses nothing else",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const kept: Uint8Array[] = [];
        for (let i = 0; i < 100; i++) {
          const sent = peer.write(new Uint8Array(20 + i).fill(i));
          const chunk = await soon(connection.read(), "a chunk");
          equal(
            [chunk?.length, chunk?.[0], chunk?.at(-1)].join(),
            [20 + i, i, i].join(),
            "a chunk",
          );
          await sent;
          if (chunk === null) throw new Error("the end of file");
          if (i % 2 === 0) structuredClone(null, { transfer: [chunk.buffer as ArrayBuffer] });
          else kept.push(chunk);
        }
        kept.forEach((chunk, i) => {
          equal(chunk.join(), new Uint8Array(21 + 2 * i).fill(2 * i + 1).join(), `chunk ${i}`);
        });
      }),
  },
  {
    name: "10. a read waits, and a second one meanwhile is refused",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const first = connection.read();
        await failsWith("EBUSY", connection.read(), "a second read");
        ensure(await pending(first), "the first read still waits");
        await peer.write(new Uint8Array([7]));
        equal((await soon(first, "the first read"))?.[0], 7, "its byte");
      }),
  },
  {
    name: "10. a reset rejects the pending read, and every later one with the same error",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        if (!subject.differences.hasResets) return await endsInstead(connection, peer);
        const reading = connection.read();
        await turns(20);
        peer.reset();
        const error = await failsWith("ECONNRESET", soon(reading, "the read"), "the read");
        ensure((error as Error).cause !== undefined, "the cause is what the runtime said");
        for (let i = 0; i < 3; i++) {
          equal(
            await failure(connection.read(), "a later read"),
            error,
            "the error of a later read",
          );
        }
      }),
  },
  {
    name: "10. what arrived before a reset is handed out before the error",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const { signal } = connection;
        const bytes = payload(1000);
        void peer.write(bytes.subarray(0, 500));
        const checker = await readSome(connection, 500);
        // Nobody reads now: this is what is held ahead.
        void peer.write(bytes.subarray(500));
        await turns();
        peer.reset();
        await turns();
        await readSome(connection, 500, checker);
        if (!subject.differences.hasResets) return await endsInstead(connection, peer);
        await failsWith("ECONNRESET", soon(connection.read(), "the next read"), "the next read");
        equal(signal.aborted, true, "the signal");
      }),
  },
  {
    name: "11. a handler that does not read makes the peer wait, and nothing is lost",
    timeout: 60_000,
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const size = 32 << 20;
        let sent = 0;
        const sending = (async () => {
          const bytes = payload(size);
          for (; sent < size; sent += 65_536) await peer.write(bytes.subarray(sent, sent + 65_536));
          peer.end();
        })();
        // Reading has begun, and stops after the first chunk.
        const first = await soon(connection.read(), "the first chunk");
        let before = -1;
        while (before !== sent) {
          before = sent;
          await turns(200);
        }
        ensure(sent < 16 << 20, `the peer could send ${sent} bytes that nobody reads`);
        const chunks = [first];
        const whole = { read: () => Promise.resolve(chunks.shift() ?? connection.read()) };
        await soon(expectPayload(whole, size), "the payload", 50_000);
        await sending;
      }),
  },
  {
    name: "12. the signal aborts when the peer resets, while the handler is busy",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const { signal } = connection;
        equal(signal.aborted, false, "the signal at first");
        if (!subject.differences.hasResets) return await endsInstead(connection, peer);
        const aborted = new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => resolve())
        );
        await turns(20);
        peer.reset();
        await soon(aborted, "the abort");
        await failsWith("ECONNRESET", Promise.reject(signal.reason), "its reason");
        equal(await failure(connection.read(), "a read"), signal.reason, "the error of a read");
        equal(connection.signal, signal, "the signal is one object");
      }),
  },
  {
    name: "12. a signal that is first read after the reset has aborted",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        if (!subject.differences.hasResets) return await endsInstead(connection, peer);
        const reading = connection.read();
        peer.reset();
        const error = await failure(soon(reading, "the read"), "the read");
        equal(connection.signal.aborted, true, "the signal");
        equal(connection.signal.reason, error, "its reason");
      }),
  },
  {
    name: "12. a handler that was busy all the time finds that the peer has reset",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        await turns(20);
        peer.reset();
        await turns();
        if (!subject.differences.hasResets) return await endsInstead(connection, peer);
        await eventually(() => connection.signal.aborted, "the signal");
        await failsWith("ECONNRESET", connection.write(new Uint8Array(1)), "a write");
      }),
  },
  {
    name: "12. an orderly end does not abort the signal",
    run: (subject) =>
      withConnection(subject, async (connection, peer) => {
        const { signal } = connection;
        peer.end();
        equal(await soon(connection.read(), "the end"), null, "the end");
        await connection.close();
        equal(signal.aborted, false, "the signal");
      }),
  },
];
