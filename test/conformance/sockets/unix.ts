/**
 * Contract, sentence 4: unix sockets, and the files that stand for them.
 */

import { linkSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Listener } from "../../../core/listener.ts";
import { ensure, equal, failsWith, failure, soon } from "../check.ts";
import { connectSocket } from "./socket_peer.ts";
import { dial, freePath, type SocketSubject } from "./socket_subject.ts";
import { type Case, withListener } from "../subject.ts";

/** Whether there is a file. */
function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What tells a file from another one that has its name. */
function identity(path: string): string {
  const { ino, mtimeMs } = lstatSync(path);
  return `${ino}, ${mtimeMs}`;
}

/** Makes a socket file that nobody answers on, as a process leaves that was killed. */
async function makeStale(): Promise<string> {
  const [bound, stale] = [freePath(), freePath()];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(bound, resolve));
  linkSync(bound, stale);
  await new Promise((resolve) => server.close(resolve));
  return stale;
}

/** Sends a byte to `listener` and back, and closes it. */
async function works(listener: Listener): Promise<void> {
  // Who looked whether somebody answers may be among those that have connected.
  const served = listener.incoming().forEachConcurrent(async (connection) => {
    const chunk = await connection.read();
    if (chunk !== null) await connection.write(chunk);
    await connection.close();
  }, { onError: () => undefined });
  const peer = await connectSocket(listener.addr);
  await peer.write(new Uint8Array([7]));
  equal((await soon(peer.read(), "the byte"))?.[0], 7, "the byte");
  peer.destroy();
  await listener.close();
  await soon(served, "the end");
}

export const unixCases: readonly Case<SocketSubject>[] = [
  {
    name: "4. a socket file that nobody answers on is replaced, and is gone after close()",
    run: async (subject) => {
      const path = await makeStale();
      ensure(exists(path), "the stale file is there");
      await withListener(subject, { path }, async (listener) => {
        equal(listener.addr.transport === "unix" ? listener.addr.path : "", path, "addr.path");
        await works(listener);
      });
      ensure(!exists(path), "the file is gone");
    },
  },
  {
    name: "4. of two listeners that replace one file at the same time, one has it",
    run: async (subject) => {
      const path = await makeStale();
      const attempts = await Promise.allSettled([
        subject.listen({ path }),
        subject.listen({ path }),
      ]);
      const listeners = attempts.flatMap((attempt) =>
        attempt.status === "fulfilled" ? [attempt.value] : []
      );
      try {
        const [winner] = listeners;
        equal(listeners.length, 1, "listeners");
        if (winner !== undefined) await works(winner);
        for (const attempt of attempts) {
          if (attempt.status === "rejected") {
            await failsWith("EADDRINUSE", Promise.reject(attempt.reason), "the other");
          }
        }
      } finally {
        for (const listener of listeners) await listener.close();
      }
      ensure(!exists(path), "the file is gone");
    },
  },
  {
    name: "4. a live socket is EADDRINUSE, and goes on",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const path = listener.addr.transport === "unix" ? listener.addr.path : "";
        const before = identity(path);
        const error = await failsWith("EADDRINUSE", subject.listen({ path }), "a second listener");
        ensure((error as Error).message.includes(path), "the message names the path");
        equal(identity(path), before, "the file");
        await works(listener);
      }),
  },
  {
    name: "4. any other file is EADDRINUSE, and is left as it is",
    run: async (subject) => {
      const file = freePath();
      writeFileSync(file, "mine");
      const folder = mkdtempSync(freePath());
      try {
        for (const path of [file, folder]) {
          const before = identity(path);
          await failsWith("EADDRINUSE", subject.listen({ path }), path);
          equal(identity(path), before, "the file");
        }
        equal(readFileSync(file, "utf8"), "mine", "what is in it");
      } finally {
        rmSync(file);
        rmSync(folder, { recursive: true });
      }
    },
  },
  {
    name: "4. the file has the mode that is given",
    run: async (subject) => {
      for (const mode of [0o600, 0o660, 0o777]) {
        const path = freePath();
        await withListener(subject, { path, mode }, (listener) => {
          equal(lstatSync(path).mode & 0o777, mode, "the mode");
          return works(listener);
        });
      }
    },
  },
  {
    name: "4. a signal that aborts takes the file away, too",
    run: async (subject) => {
      const path = freePath();
      const controller = new AbortController();
      await withListener(subject, { path, signal: controller.signal }, async (listener) => {
        ensure(exists(path), "the file is there");
        const next = listener.incoming().next();
        controller.abort();
        equal((await soon(next, "the end")).done, true, "the end");
        await listener.close();
        ensure(!exists(path), "the file is gone");
      });
    },
  },
  {
    name: "4. closing leaves a file alone that is another listener's by now",
    run: async (subject) => {
      const path = freePath();
      const first = await subject.listen({ path });
      rmSync(path);
      await withListener(subject, { path }, async (second) => {
        await first.close();
        ensure(exists(path), "the file of the second listener is there");
        await works(second);
      });
    },
  },
  {
    name: "4. a folder that is not there is ENOENT, and nothing is left of a failure",
    run: async (subject) => {
      const folder = freePath();
      const path = join(folder, "a.sock");
      await failsWith("ENOENT", subject.listen({ path }), "listening in no folder");
      ensure(!exists(folder), "the folder is not made");
    },
  },
  {
    name: "4. an abstract name has no file, is taken or free, and peers without a name say so",
    run: async (subject) => {
      const path = `\0${freePath()}`;
      for (let round = 0; round < 2; round++) {
        await withListener(subject, { path }, async (listener) => {
          equal(listener.addr.transport === "unix" ? listener.addr.path : "", path, "addr.path");
          ensure(!exists(path.slice(1)), "no file");
          await failsWith("EADDRINUSE", subject.listen({ path }), "a second listener");
          const incoming = listener.incoming();
          const connection = await dial(subject, listener.addr);
          const { value: accepted } = await soon(incoming.next(), "the connection");
          for (const addr of [accepted?.remoteAddr, connection.localAddr]) {
            equal(addr?.transport === "unix" ? addr.path : undefined, "", "an unnamed end");
          }
          for (const addr of [accepted?.localAddr, connection.remoteAddr]) {
            equal(addr?.transport === "unix" ? addr.path : undefined, path, "the named end");
          }
          connection.abort();
          accepted?.abort();
        });
      }
      await failure(connectSocket({ transport: "unix", path }), "connecting when it is closed");
    },
  },
];
