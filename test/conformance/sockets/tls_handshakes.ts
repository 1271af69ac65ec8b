/**
 * TLS: clients without manners, each of which must fail alone.
 */

import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Addr } from "../../../core/addr.ts";
import type { Connection } from "../../../core/connection.ts";
import type { NetworkError } from "../../../core/errors.ts";
import { equal, eventually, soon } from "../check.ts";
import { type Case, withListener } from "../subject.ts";
import { connectRaw, connectTls } from "./socket_peer.ts";
import type { SocketSubject } from "./socket_subject.ts";
import { exchange, withEcho } from "./tls_echo.ts";

/** What a client of TLS begins with: a record of a handshake, most of which is missing. */
const HALF_HELLO = new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 1, 2, 3]);

/** What a client sees in the end: the code of an error, or nothing. */
async function endOf(socket: Socket): Promise<void> {
  await new Promise((resolve) => {
    socket.on("error", () => undefined).on("close", resolve).resume();
    socket.once("end", () => socket.destroy());
    if (socket.destroyed) resolve(undefined);
  });
}

/**
 * Runs `body` with the address of somebody who passes everything on to `addr` and back, and with what
 * sends `addr` something on top.
 */
async function withMeddler(
  addr: Addr,
  body: (addr: Addr, meddle: (bytes: Uint8Array) => void) => Promise<void>,
): Promise<void> {
  const to = await connectRaw(addr);
  const server = createServer({ allowHalfOpen: true }, (from) => {
    from.on("error", () => undefined).on("data", (chunk) => to.write(chunk));
    to.on("error", () => undefined).on("data", (chunk) => from.write(chunk));
    to.on("close", () => from.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { address, port } = server.address() as AddressInfo;
    await body({ transport: "tcp", hostname: address, port }, (bytes) => to.write(bytes));
  } finally {
    to.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A client without manners: `act` is given its socket, and it is over when that is closed. */
function badClient(name: string, act: (socket: Socket) => void): Case<SocketSubject> {
  return {
    name: `tls: ${name}: it fails alone, and is counted once`,
    run: (subject) =>
      withEcho(subject, { timeouts: { handshake: 800 } }, async (listener, connections) => {
        const before = listener.stats;
        const socket = await connectRaw(listener.addr);
        const ended = endOf(socket);
        act(socket);
        // While it is at it, others come in.
        const next = await soon(connectTls(listener.addr), "another client");
        await exchange(next);
        await soon(ended, "its end");
        await eventually(
          () => listener.stats.failedAccepts === before.failedAccepts + 1,
          "it is counted",
        );
        next.destroy();
        equal(connections.length, 2, "connections that were handed out");
        equal(listener.stats.accepted, 2, "stats.accepted");
        await eventually(() => listener.stats.open === 1, "only the one that goes on is open");
      }),
  };
}

export const handshakeCases: readonly Case<SocketSubject>[] = [
  badClient("a client that speaks plain text", (socket) => {
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }),
  badClient("a client that sends garbage", (socket) => {
    socket.write(new Uint8Array(5000).fill(0x80));
  }),
  badClient("a client that stalls, until the time for the handshake is over", (socket) => {
    socket.write(HALF_HELLO);
  }),
  badClient("a client that says nothing, until the time for the handshake is over", () => {}),
  badClient("a client that resets in the handshake", (socket) => {
    socket.write(HALF_HELLO, () => socket.resetAndDestroy());
  }),
  badClient("a client that leaves in the handshake", (socket) => {
    socket.end(HALF_HELLO);
  }),
  {
    name: "tls: what breaks the encryption of a connection is EPROTO, and harms no other",
    run: (subject) =>
      withEcho(subject, {}, async (listener, connections) => {
        await withMeddler(listener.addr, async (addr, meddle) => {
          const peer = await connectTls(addr);
          await exchange(peer);
          meddle(new Uint8Array(100).fill(0x80));
          const { signal } = connections[1] as Connection;
          await eventually(() => signal.aborted, "its end");
          equal((signal.reason as NetworkError).code, "EPROTO", "the code");
          peer.destroy();
        });
        await eventually(() => listener.stats.open === 1, "only the one that goes on is open");
      }),
  },
  {
    name: "tls: handshakes that are under way end when the consumer leaves",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const socket = await connectRaw(listener.addr);
        const ended = endOf(socket);
        socket.write(HALF_HELLO);
        const incoming = listener.incoming();
        const next = incoming.next();
        await eventually(() => listener.stats.open === 1, "the handshake is under way");
        await soon(incoming.return(), "return()");
        equal((await next).done, true, "the end");
        await soon(ended, "the client's end");
        equal(listener.stats.open, 0, "stats.open");
      }),
  },
];
