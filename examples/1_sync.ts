/**
 * Step 1: one connection after the other.
 *
 * The loop takes a connection, reads what the client wants, answers, closes, and only then asks for
 * the next one. As long as one client dawdles, all others wait.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`, and open the address that it prints.
 */

import { type Connection, formatAddr, listen, type Listener } from "../mod.ts";

/** Serves one connection at a time, until the listener is closed. */
export async function serve(listener: Listener): Promise<void> {
  for await (const connection of listener.incoming()) {
    try {
      const [requestLine] = (await readHead(connection)).split("\r\n");
      const found = requestLine === "GET / HTTP/1.1";
      const status = found ? "200 OK" : "404 Not Found";
      const page = found ? "<h1>Hello!</h1>" : "<h1>There is nothing here.</h1>";
      const head = `HTTP/1.1 ${status}\r\nContent-Length: ${page.length}\r\nConnection: close`;
      await connection.write(new TextEncoder().encode(`${head}\r\n\r\n${page}`));
    } catch (error) {
      // A client that leaves early is its own affair: the server goes on.
      console.error(String(error));
    } finally {
      await connection.close();
    }
  }
}

/** What the client sends, up to the empty line that ends the head: a read may end anywhere. */
async function readHead(connection: Connection): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\r\n\r\n") && text.length < 16_384) {
    const chunk = await connection.read();
    if (chunk === null) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  console.log(`Listening on http://${formatAddr(listener.addr)}/`);
  await serve(listener);
}

if (import.meta.main) void main();
