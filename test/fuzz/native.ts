/** The runtime's own HTTP server: one that echoes, to compare with. */

import { createServer } from "node:http";
import { echoed } from "../http_cases/answers.ts";
import { runtime } from "../support/harness.ts";

/** A server of the runtime's. */
export interface NativeServer {
  readonly name: string;
  readonly port: number;
  readonly close: () => Promise<unknown>;
}

interface Runtimes {
  readonly Deno: {
    serve(
      options: { hostname: string; port: number; onListen: () => void },
      handler: (request: Request) => Promise<Response>,
    ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
  };
  readonly Bun: {
    serve(options: {
      hostname: string;
      port: number;
      development: boolean;
      fetch: (request: Request) => Promise<Response>;
      error: () => Response;
    }): { readonly port: number; stop(force: boolean): Promise<void> };
  };
}

const hostname = "127.0.0.1";

/** Starts `node:http` on Node, `Deno.serve` on Deno, `Bun.serve` on Bun. */
export function startNative(): Promise<NativeServer> {
  const { Deno, Bun } = globalThis as unknown as Runtimes;
  if (runtime === "deno") {
    const server = Deno.serve({ hostname, port: 0, onListen: () => undefined }, answer);
    const close = () => server.shutdown();
    return Promise.resolve({ name: "Deno.serve", port: server.addr.port, close });
  }
  if (runtime === "bun") {
    const error = () => new Response(null, { status: 500 });
    const server = Bun.serve({ hostname, port: 0, development: false, fetch: answer, error });
    return Promise.resolve({
      name: "Bun.serve",
      port: server.port,
      close: () => server.stop(true),
    });
  }
  return startNode();
}

/** A body that breaks off is an error of the client's. */
async function answer(request: Request): Promise<Response> {
  try {
    // Not at once: Deno ends the process when a length that is told is beyond all memory.
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of request.body ?? []) chunks.push(new Uint8Array(chunk));
    return echoed(request, await new Blob(chunks).arrayBuffer());
  } catch {
    return new Response(null, { status: 400 });
  }
}

function startNode(): Promise<NativeServer> {
  const server = createServer((request, response) => {
    const body: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => body.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      response.setHeader("x-method", request.method ?? "");
      response.setHeader("x-target", targetOf(request.url ?? ""));
      response.end(Buffer.concat(body));
    });
  });
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return new Promise((resolve) => {
    server.listen(0, hostname, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({ name: "node:http", port, close });
    });
  });
}

/** As {@linkcode echo} says it. */
function targetOf(url: string): string {
  try {
    const { pathname, search } = new URL(url.startsWith("/") ? `http://a${url}` : url, "http://a");
    return pathname + search;
  } catch {
    return url;
  }
}
