/** The baseline of an echo: each runtime's own interface, with nothing in between. */

import { createServer } from "node:net";

/** A server that echoes. */
export interface RawServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface RawConn {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
  setNoDelay(): void;
}

interface RawSocket {
  write(bytes: Uint8Array): number;
  end(): void;
}

/** What is used of the two globals. */
interface Runtimes {
  readonly Deno?: {
    listen(options: { hostname: string; port: number }): {
      readonly addr: { readonly port: number };
      accept(): Promise<RawConn>;
      close(): void;
    };
  };
  readonly Bun?: {
    listen(options: {
      hostname: string;
      port: number;
      socket: {
        readonly binaryType: "uint8array";
        data(socket: RawSocket, chunk: Uint8Array): void;
        end(socket: RawSocket): void;
      };
    }): { readonly port: number; stop(force: boolean): void };
  };
}

/** Echoes with this runtime's own callbacks, or reads and writes. */
export function listenRaw(): Promise<RawServer> {
  // The types above are all that is used of them.
  const { Deno, Bun } = globalThis as unknown as Runtimes;
  if (Deno !== undefined) return Promise.resolve(listenDeno(Deno));
  if (Bun !== undefined) return Promise.resolve(listenBun(Bun));
  return listenNode();
}

function listenDeno(Deno: NonNullable<Runtimes["Deno"]>): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const echo = async (conn: RawConn): Promise<void> => {
    conn.setNoDelay();
    const buffer = new Uint8Array(64 * 1024);
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      for (let sent = 0; sent < count;) sent += await conn.write(buffer.subarray(sent, count));
    }
    conn.close();
  };
  void (async () => {
    for (;;) void echo(await listener.accept());
  })().catch(() => undefined); // It is closed.
  return {
    port: listener.addr.port,
    close: () => {
      listener.close();
      return Promise.resolve();
    },
  };
}

function listenBun(Bun: NonNullable<Runtimes["Bun"]>): RawServer {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      binaryType: "uint8array",
      data: (socket, chunk) => void socket.write(chunk),
      end: (socket) => socket.end(),
    },
  });
  return {
    port: listener.port,
    close: () => {
      listener.stop(true);
      return Promise.resolve();
    },
  };
}

function listenNode(): Promise<RawServer> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", (chunk) => void socket.write(chunk));
    socket.on("error", () => socket.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : 0,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}
