/** A server on serveHttp that tells how much memory it has; see http_abuse_test.ts. */

import process from "node:process";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";

const LARGE = { size: 64 << 20, part: 16 << 10 };
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const listener = await listen({ port: 0 });
console.log(`port ${listener.addr.port}`);

/** An answer that is made as it is taken. */
async function* large(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < LARGE.size; sent += LARGE.part) {
    await Promise.resolve();
    yield new Uint8Array(LARGE.part);
  }
}

function memory(): { resident: number; held: number } {
  // Not every runtime can be asked to collect garbage, nor in the same way.
  const { Bun, gc } = globalThis as { Bun?: { gc(force: boolean): void }; gc?: () => void };
  Bun?.gc(true);
  gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { resident: rss, held: heapUsed + arrayBuffers };
}

await serveHttp(listener, (_request, { target }) => {
  switch (target) {
    case "/resident":
      return { body: String(memory().resident) };
    case "/held":
      return { body: String(memory().held) };
    case "/large":
      return { body: large() };
    default:
      return { body: "Hello, World!" };
  }
}, { signal: stop.signal, grace: 0, timeouts: { headers: 1_000 } });
process.exit(0);
