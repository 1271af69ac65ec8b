/**
 * Step 3: a slow request shows what is missing.
 *
 * `/sleep` takes five seconds. It does nothing meanwhile, and the process has nothing else to do; yet
 * whoever asks for `/` in that time waits until the sleeper has its answer.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`; open `/sleep` at the address that it
 * prints, and `/` in a second window.
 */

import { formatAddr, listen, type Listener, type Reader, type Writer } from "../mod.ts";
import { readHead, response } from "./2_async.ts";

/** Stands for slow work that leaves the processor alone: a query, a request to another server. */
export type Sleep = () => Promise<void>;

/** Five seconds. */
export function fiveSeconds(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5_000));
}

/** Reads one request and answers it, after a while when it is for `/sleep`. */
export async function handleConnection(connection: Reader & Writer, sleep: Sleep): Promise<void> {
  const [requestLine] = (await readHead(connection)).split("\r\n");
  if (requestLine === "GET /sleep HTTP/1.1") await sleep();
  await connection.write(
    requestLine === "GET / HTTP/1.1" || requestLine === "GET /sleep HTTP/1.1"
      ? response("200 OK", "<h1>Hello!</h1>")
      : response("404 Not Found", "<h1>There is nothing here.</h1>"),
  );
}

/** Serves one connection at a time, until the listener is closed. */
export async function serve(listener: Listener, sleep: Sleep = fiveSeconds): Promise<void> {
  for await (const connection of listener.incoming()) {
    try {
      await handleConnection(connection, sleep);
    } catch (error) {
      console.error(String(error));
    } finally {
      await connection.close();
    }
  }
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  console.log(`Listening on http://${formatAddr(listener.addr)}/`);
  await serve(listener);
}

if (import.meta.main) void main();
