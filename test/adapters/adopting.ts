/** What the tests of adopters need: sockets that are accepted here, and connections that answer. */

import { type AddressInfo, createServer, type Socket } from "node:net";
import { PushAcceptor } from "../../core/acceptor.ts";
import { type Adopter, type AdopterInit, countGone } from "../../core/adoption.ts";
import { formatAddr } from "../../core/addr.ts";
import { BoundListener } from "../../core/bound_listener.ts";
import type { Connection } from "../../core/connection.ts";
import { resolveListenOptions } from "../../core/listen_options.ts";
import type { CommonListenOptions, ListenerStats } from "../../core/listener.ts";
import { connect } from "../../mod.ts";
import { macrotask } from "../support/gates.ts";
import type { TestContext } from "../support/harness.ts";

const ADDR = { transport: "memory", hostname: "memory", port: 1 } as const;
const encoder = new TextEncoder();

/** A server whose sockets are adopted. */
export interface Adopting {
  readonly port: number;
  readonly stats: () => ListenerStats;
  readonly adopter: Adopter<Socket>;
  /** Codes of what has failed. */
  readonly failures: string[];
  /** The connections, in their order. */
  readonly connections: Connection[];
  /** Waits until so many sockets are gone. */
  readonly gone: (count: number) => Promise<void>;
}

/** Has each socket adopted; its connection answers its own addresses, ALPN, and all that it has read. */
export async function adopting(
  t: TestContext,
  adopterOf: (init: AdopterInit) => Adopter<Socket>,
  options: CommonListenOptions = {},
): Promise<Adopting> {
  const [failures, connections, sockets]: [string[], Connection[], Socket[]] = [[], [], []];
  let gone = 0;
  const acceptor = new PushAcceptor({
    maxPending: Infinity,
    onAcceptError: ({ code }) => void failures.push(code),
    stop: () => undefined,
  });
  const adopter = adopterOf({
    acceptor: countGone(acceptor, () => void gone++),
    options: resolveListenOptions({ port: 0, ...options }),
  });
  const listener = new BoundListener(ADDR, acceptor);
  const served = listener.incoming().forEachConcurrent(async (connection) => {
    connections.push(connection);
    await answer(connection);
  }, { onError: () => undefined });
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.push(socket);
    adopter.adopt(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.defer(async () => {
    server.close();
    await listener.close();
    for (const connection of connections) connection.abort();
    await served;
  });
  return {
    // It listens on a port: hence the cast.
    port: (server.address() as AddressInfo).port,
    stats: () => acceptor.stats,
    adopter,
    failures,
    connections,
    gone: async (count) => {
      while (gone < count) await macrotask();
    },
  };
}

async function answer(connection: Connection): Promise<void> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    if (chunk[0] === 33) {
      return await new Promise((resolve) => {
        connection.signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    chunks.push(chunk);
  }
  const { remoteAddr, localAddr, alpn = "none" } = connection;
  const from = formatAddr(remoteAddr).replace(/^127\.0\.0\.1:\d+$/, "CLIENT");
  const to = formatAddr(localAddr).replace(/^127\.0\.0\.1:\d+$/, "SERVER");
  await connection.write(encoder.encode(`${from} ${to} ${alpn} `));
  for (const chunk of chunks) await connection.write(chunk);
  await connection.close();
}

/** What is answered to `sent`. */
export async function askAdopted(
  t: TestContext,
  port: number,
  sent: Uint8Array,
  tls?: { readonly ca: string; readonly alpn?: readonly string[] },
): Promise<string> {
  const client = await connect({ port, tls: tls && { sni: "localhost", ...tls } });
  t.defer(() => client.abort());
  const wrote = client.write(sent).then(() => client.closeWrite());
  let text = "";
  const decoder = new TextDecoder();
  for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) {
    text += decoder.decode(chunk, { stream: true });
  }
  await wrote;
  await client.close();
  return text;
}
