/** The baseline of HTTP: each runtime's own server, with the same answer. */

import { createServer } from "node:http";

/** A server that answers. */
export interface HttpServer {
  readonly port: number;
  readonly close: () => Promise<unknown>;
}

/** What every server here answers. */
export const HELLO = "Hello, World!";

type Handler = (request: Request) => Response;

interface Runtimes {
  readonly Deno?: {
    serve(
      options: { hostname: string; port: number; onListen: () => void },
      handler: Handler,
    ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
  };
  readonly Bun?: {
    serve(options: { hostname: string; port: number; development: boolean; fetch: Handler }): {
      readonly port: number;
      stop(force: boolean): Promise<void>;
    };
  };
}

const hostname = "127.0.0.1";

/** Listens with this runtime's own server: `node:http`, `Deno.serve` or `Bun.serve`. */
export function listenNative(): Promise<HttpServer> {
  // The types above are all that is used of them.
  const { Deno, Bun } = globalThis as unknown as Runtimes;
  const hello = () => new Response(HELLO);
  if (Deno !== undefined) {
    const server = Deno.serve({ hostname, port: 0, onListen: () => undefined }, hello);
    return Promise.resolve({ port: server.addr.port, close: () => server.shutdown() });
  }
  if (Bun !== undefined) {
    const server = Bun.serve({ hostname, port: 0, development: false, fetch: hello });
    return Promise.resolve({ port: server.port, close: () => server.stop(true) });
  }
  return listenNode();
}

function listenNode(): Promise<HttpServer> {
  const server = createServer((_, response) => {
    response.setHeader("Content-Type", "text/plain;charset=UTF-8");
    response.end(HELLO);
  });
  return new Promise((resolve) => {
    server.listen(0, hostname, () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : 0,
        close: () => new Promise((closed) => server.close(closed)),
      });
    });
  });
}
