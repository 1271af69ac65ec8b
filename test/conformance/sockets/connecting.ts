/**
 * Connections that are made: contract, sentences 1 to 3 as seen from the other end. Once they are
 * there, the cases on connections hold for them.
 */

import { createServer, type Server, type Socket } from "node:net";
import type { Addr } from "../../../core/addr.ts";
import type { ConnectOptions } from "../../../core/connect_options.ts";
import { NetworkError, NotSupported } from "../../../core/errors.ts";
import { ensure, equal, eventually, failsWith, failure, soon } from "../check.ts";
import { dial, freePath, type SocketSubject } from "./socket_subject.ts";
import { type Case, withListener } from "../subject.ts";

/** Runs `body` with a server that accepts, and then says no word; it tells how many sockets are open. */
async function withSilence(
  subject: SocketSubject,
  body: (addr: Addr, open: () => number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket)).resume();
  });
  const path = freePath();
  const where = subject.kind === "unix" ? { path } : { port: 0, host: "127.0.0.1" };
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const address = server.address();
  const addr: Addr = typeof address === "object" && address !== null
    ? { transport: "tcp", hostname: address.address, port: address.port }
    : { transport: "unix", path };
  try {
    await body(addr, () => sockets.size);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What is wrong, and the class of the error that says so. */
const INVALID: readonly [unknown, string][] = [
  [undefined, "TypeError"],
  [{}, "TypeError"],
  [{ port: 0 }, "RangeError"],
  [{ port: 1, hostname: "" }, "TypeError"],
  [{ port: 1, timeout: 0 }, "RangeError"],
  [{ port: 1, signal: {} }, "TypeError"],
  [{ port: 1, timeouts: { send: -1 } }, "RangeError"],
  [{ port: 1, tls: { ca: "ca.crt" } }, "TypeError"],
  [{ path: "" }, "TypeError"],
  [{ path: "a", port: 1 }, "TypeError"],
];

export const connectingCases: readonly Case<SocketSubject>[] = [
  {
    name: "2. connect() refuses an invalid option with the value",
    run: async ({ adapter }) => {
      for (const [options, expected] of INVALID) {
        const what = `connect(${JSON.stringify(options)})`;
        const error = await failure(adapter.connect(options as ConnectOptions), what);
        ensure(
          error instanceof Error && error.name === expected &&
            /^Cannot connect: [\w.]+ must .*, got /.test(error.message),
          `${what}: expected a ${expected}, got ${String(error)}`,
        );
      }
    },
  },
  {
    name: "2. connect() with TLS is NotSupported where listen() with TLS is",
    run: async ({ adapter, differences }) => {
      if (!differences.refusedOptions.includes("tls")) return;
      const error = await failsWith("ENOTSUP", adapter.connect({ port: 1, tls: true }), "tls");
      ensure(error instanceof NotSupported, "its class");
    },
  },
  {
    name: "3. connect() to nobody is ECONNREFUSED, to no file ENOENT, to no host ENOTFOUND",
    run: async (subject) => {
      const { adapter, kind } = subject;
      let addr: Addr | undefined;
      await withListener(subject, {}, (listener) => {
        addr = listener.addr;
        return Promise.resolve();
      });
      if (addr === undefined) throw new Error("no address");
      const code = kind === "unix" ? "ENOENT" : "ECONNREFUSED";
      const error = await failsWith(code, dial(subject, addr), "connecting to nobody");
      ensure(error instanceof NetworkError, "its class");
      const where = addr.transport === "unix" ? addr.path : String(addr.port);
      ensure((error as Error).message.includes(where), `the address in: ${String(error)}`);
      const unknown = adapter.connect({ port: 1, hostname: "no-such-host.invalid" });
      await failsWith(subject.differences.connectUnknownHostCode, unknown, "an unknown host");
    },
  },
  {
    name: "2. connect() with a signal that has aborted rejects with its reason, and does nothing",
    run: (subject) =>
      withSilence(subject, async (addr, open) => {
        const reason = { why: "enough" };
        const signal = AbortSignal.abort(reason);
        equal(await failure(dial(subject, addr, { signal }), "connect()"), reason, "the error");
        equal(open(), 0, "sockets");
      }),
  },
  {
    name: "2. a signal that aborts while it connects ends that with its reason, and leaves nothing",
    run: (subject) =>
      withSilence(subject, async (addr, open) => {
        for (const when of ["at once", "in the handshake"]) {
          if (when !== "at once" && subject.kind !== "tls") continue;
          const controller = new AbortController();
          const reason = new Error("enough");
          const connecting = dial(subject, addr, { signal: controller.signal });
          if (when !== "at once") await eventually(() => open() === 1, "the handshake begins");
          controller.abort(reason);
          equal(await failure(soon(connecting, "the end"), "connect()"), reason, "the error");
          await eventually(() => open() === 0, "nothing is left");
        }
      }),
  },
  {
    name: "2. connect() with a timeout is ETIMEDOUT, the handshake included, and leaves nothing",
    run: (subject) =>
      withSilence(subject, async (addr, open) => {
        if (subject.kind !== "tls") {
          // Here it is there in no time, and is not touched by the timeout any more.
          const connection = await dial(subject, addr, { timeout: 1000 });
          connection.abort();
          await connection.close();
        } else {
          const connecting = dial(subject, addr, { timeout: 200 });
          await failsWith("ETIMEDOUT", soon(connecting, "the end"), "connect()");
        }
        await eventually(() => open() === 0, "nothing is left");
      }),
  },
  {
    name: "2. a signal has no meaning once the connection is there",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const controller = new AbortController();
        const incoming = listener.incoming();
        const accepting = incoming.next();
        const connection = await dial(subject, listener.addr, { signal: controller.signal });
        const { value: accepted } = await soon(accepting, "the connection");
        controller.abort();
        await accepted?.write(new Uint8Array([7]));
        equal((await soon(connection.read(), "the byte"))?.[0], 7, "the byte");
        equal(connection.signal.aborted, false, "its own signal");
        for (const end of [connection, accepted]) {
          end?.abort();
          await end?.close();
        }
      }),
  },
  {
    name: "2. the adapter's two ends talk to each other, many at once",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const served = listener.incoming().forEachConcurrent(async (connection) => {
          const chunk = await connection.read();
          if (chunk !== null) await connection.write(chunk);
          await connection.close();
        });
        const talk = async (byte: number): Promise<void> => {
          const connection = await dial(subject, listener.addr, { timeout: 10_000 });
          await connection.write(new Uint8Array([byte]));
          equal((await connection.read())?.[0], byte, "the byte that comes back");
          equal(await connection.read(), null, "then the end");
          await connection.close();
        };
        await soon(Promise.all(Array.from({ length: 50 }, (_, i) => talk(i))), "all of them");
        await listener.close();
        await soon(served, "the end");
        equal(listener.stats.accepted, 50, "stats.accepted");
      }),
  },
];
