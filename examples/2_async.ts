/**
 * Step 2: an asynchronous handler, and still one connection after the other.
 *
 * What is done with a connection has become a function of its own. It asks for no socket, only for
 * something to read from and write to, so that a test can hand it a few bytes. But `async` alone makes
 * nothing concurrent: the loop awaits the handler before it asks for the next connection.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`, and open the address that it prints.
 */

import { formatAddr, listen, type Listener, type Reader, type Writer } from "../mod.ts";

/** Reads one request and answers it. It does not close: that is for whoever took the connection. */
export async function handleConnection(connection: Reader & Writer): Promise<void> {
  const [requestLine] = (await readHead(connection)).split("\r\n");
  await connection.write(
    requestLine === "GET / HTTP/1.1"
      ? response("200 OK", "<h1>Hello!</h1>")
      : response("404 Not Found", "<h1>There is nothing here.</h1>"),
  );
}

/** Serves one connection at a time, until the listener is closed. */
export async function serve(listener: Listener): Promise<void> {
  for await (const connection of listener.incoming()) {
    try {
      await handleConnection(connection);
    } catch (error) {
      console.error(String(error));
    } finally {
      await connection.close();
    }
  }
}

/** What the client sends, up to the empty line that ends the head. */
export async function readHead(reader: Reader): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\r\n\r\n") && text.length < 16_384) {
    const chunk = await reader.read();
    if (chunk === null) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** A page, as the bytes that are sent. */
export function response(status: string, page: string): Uint8Array {
  const head = `HTTP/1.1 ${status}\r\nContent-Length: ${page.length}\r\nConnection: close`;
  return new TextEncoder().encode(`${head}\r\n\r\n${page}`);
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  console.log(`Listening on http://${formatAddr(listener.addr)}/`);
  await serve(listener);
}

if (import.meta.main) void main();
