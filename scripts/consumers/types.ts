// What a consumer's compiler sees, without the types of any runtime.

import { connect, Connection, listen, type Listener, type Stream } from "@incoming/net";
import type { BoundListener, Transport } from "@incoming/net/adapter";
import { conformance, type ConformanceCase } from "@incoming/net/conformance";
import { listen as listenNode } from "@incoming/net/node";
import { listen as listenDeno } from "@incoming/net/deno";
import { listen as listenBun } from "@incoming/net/bun";
import { listen as listenMemory, type MemoryListener } from "@incoming/net/memory";

export const listeners: Promise<Listener>[] = [
  listen({ port: 0 }),
  listenNode({ port: 0 }),
  listenDeno({ port: 0 }),
  listenBun({ port: 0 }),
];

export const connections: Promise<Connection>[] = [
  connect({ port: 7000, tls: { alpn: ["http/1.1"] } }),
  connect({ path: "/run/app.sock" }),
  Promise.resolve(Connection.from(new TransformStream<Uint8Array, Uint8Array>())),
];

export type Parts = [typeof BoundListener, Transport];

export const cases: ConformanceCase[] = conformance({
  listen: (options) => listenMemory(options),
  connect: (listener) => listener.connect(),
});

export const memory: Promise<MemoryListener> = listenMemory({ port: 0 });

export function handle(connections: Stream<Connection>): Promise<void> {
  return connections.forEachConcurrent(async (connection) => {
    const chunk: Uint8Array | null = await connection.read();
    if (chunk !== null) await connection.write(chunk);
    await connection.close();
  }, { limit: 10 });
}
