/** The baseline of a connection: each runtime's own interface, with nothing in between. */

import { createServer, type Socket } from "node:net";

/**
 * What a server does with a connection: sends back all, or the first message and closes; or it waits
 * for the peer's end before it closes, so that nothing can be lost.
 */
export type Manner = "echo" | "once" | "linger";

interface RawConn {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  setNoDelay(): void;
}

interface RawSocket {
  data: Uint8Array | undefined;
  write(bytes: Uint8Array): number;
  shutdown(): void;
  end(): void;
}

/** What is used of the two globals. */
interface Runtimes {
  readonly Deno?: {
    listen(options: { hostname: string; port: number }): {
      readonly addr: { readonly port: number };
      accept(): Promise<RawConn>;
    };
  };
  readonly Bun?: {
    listen(options: {
      hostname: string;
      port: number;
      allowHalfOpen: boolean;
      socket: {
        readonly binaryType: "uint8array";
        data(socket: RawSocket, chunk: Uint8Array): void;
        drain(socket: RawSocket): void;
        end(socket: RawSocket): void;
      };
    }): { readonly port: number };
  };
}

const hostname = "127.0.0.1";

/** Listens with this runtime's own callbacks, or reads and writes; resolves with the port. */
export function listenRaw(manner: Manner): Promise<number> {
  // The types above are all that is used of them.
  const { Deno, Bun } = globalThis as unknown as Runtimes;
  if (Deno !== undefined) return Promise.resolve(listenDeno(Deno, manner));
  if (Bun !== undefined) return Promise.resolve(listenBun(Bun, manner));
  return listenNode(manner);
}

function listenDeno(Deno: NonNullable<Runtimes["Deno"]>, manner: Manner): number {
  const listener = Deno.listen({ hostname, port: 0 });
  const send = async (conn: RawConn, bytes: Uint8Array): Promise<void> => {
    for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
  };
  const echo = async (conn: RawConn): Promise<void> => {
    conn.setNoDelay();
    const buffer = new Uint8Array(64 * 1024);
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      await send(conn, buffer.subarray(0, count));
    }
    conn.close();
  };
  const once = async (conn: RawConn): Promise<void> => {
    const buffer = new Uint8Array(1024);
    const count = await conn.read(buffer);
    if (count !== null) await send(conn, buffer.subarray(0, count));
    if (manner === "linger") {
      await conn.closeWrite();
      while (await conn.read(buffer) !== null) { /* It is not wanted. */ }
    }
    conn.close();
  };
  const handle = manner === "echo" ? echo : once;
  void (async () => {
    // A peer that has gone is no concern.
    for (;;) handle(await listener.accept()).catch(() => undefined);
  })();
  return listener.addr.port;
}

function listenBun(Bun: NonNullable<Runtimes["Bun"]>, manner: Manner): number {
  const flush = (socket: RawSocket, bytes: Uint8Array): void => {
    const sent = socket.write(bytes);
    socket.data = sent < bytes.length ? bytes.slice(sent) : undefined;
  };
  // It may be told of more before the rest has gone.
  const echo = (socket: RawSocket, chunk: Uint8Array): void => {
    flush(socket, socket.data === undefined ? chunk : concatenated(socket.data, chunk));
  };
  const once = (socket: RawSocket, chunk: Uint8Array): void => {
    socket.write(chunk);
    if (manner === "linger") socket.shutdown();
    else socket.end();
  };
  const listener = Bun.listen({
    hostname,
    port: 0,
    allowHalfOpen: manner === "linger",
    socket: {
      binaryType: "uint8array",
      data: manner === "echo" ? echo : once,
      drain: (socket) => socket.data !== undefined && flush(socket, socket.data),
      end: (socket) => socket.end(),
    },
  });
  return listener.port;
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function listenNode(manner: Manner): Promise<number> {
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    if (manner === "echo") socket.on("data", (chunk) => void socket.write(chunk));
    else socket.on("data", (chunk) => void socket.end(chunk));
    socket.on("error", () => socket.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, hostname, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : NaN);
    });
  });
}
