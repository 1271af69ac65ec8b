// What a consumer's compiler sees, without the types of any runtime.

import { type Connection, listen, type Listener, type Stream } from "@incoming/net";
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

export const memory: Promise<MemoryListener> = listenMemory({ port: 0 });

export function handle(connections: Stream<Connection>): Promise<void> {
  return connections.forEachConcurrent(async (connection) => {
    const chunk: Uint8Array | null = await connection.read();
    if (chunk !== null) await connection.write(chunk);
    await connection.close();
  }, { limit: 10 });
}
