/** The baseline of HTTP: each runtime's own server. */

import { createServer } from "node:http";

/** What every server here answers a GET with; a POST is answered with its own body. */
export const HELLO = "Hello, World!";
/** What a `Response` of that text says of itself. */
export const HELLO_TYPE = "text/plain;charset=UTF-8";

type Handler = (request: Request) => Response;

interface Runtimes {
  readonly Deno?: {
    serve(
      options: { hostname: string; port: number; onListen: () => void },
      handler: Handler,
    ): { readonly addr: { readonly port: number } };
  };
  readonly Bun?: {
    serve(options: {
      hostname: string;
      port: number;
      development: boolean;
      maxRequestBodySize: number;
      idleTimeout: number;
      fetch: Handler;
    }): { readonly port: number };
  };
}

const hostname = "127.0.0.1";

/** Listens with this runtime's own server: `node:http`, `Deno.serve` or `Bun.serve`. */
export function listenNative(): Promise<number> {
  // The types above are all that is used of them.
  const { Deno, Bun } = globalThis as unknown as Runtimes;
  const fetch = (request: Request) =>
    new Response(request.method === "POST" ? request.body : HELLO);
  if (Deno !== undefined) {
    const server = Deno.serve({ hostname, port: 0, onListen: () => undefined }, fetch);
    return Promise.resolve(server.addr.port);
  }
  if (Bun !== undefined) {
    const options = { hostname, port: 0, development: false, idleTimeout: 60 };
    return Promise.resolve(Bun.serve({ ...options, maxRequestBodySize: 2 ** 31, fetch }).port);
  }
  return listenNode();
}

function listenNode(): Promise<number> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (request.method === "POST") {
      request.pipe(response);
      return;
    }
    response.setHeader("Content-Type", HELLO_TYPE);
    response.end(HELLO);
  });
  return new Promise((resolve) => {
    server.listen(0, hostname, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : NaN);
    });
  });
}
