/**
 * Peers for the tests of the Bun adapter: sockets of `node:net` and `node:tls`, the certificates of the
 * tests, and paths for unix sockets.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { Connection } from "../../core/connection.ts";
import type { NetworkError } from "../../core/errors.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

/** Declares a test of what only Bun has. */
export function testOnBun(name: string, body: (t: TestContext) => Promise<void>): void {
  if (runtime === "bun") test(name, body);
}

/** One of the files of `test/fixtures/tls/`. */
export function pem(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
}

/** The certificate and the key of `server`, `renewed`, `client` or `stranger`. */
export function certificateOf(name: string): { cert: string; key: string } {
  return { cert: pem(`${name}.crt`), key: pem(`${name}.key`) };
}

/** A folder of the test's own. */
export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "bun-"));
  t.defer(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Resolves when `socket` is closed, with the code of its error, or "end" when it has ended before. */
export function fate(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let code = "close";
    socket.on("end", () => code = "end");
    socket.on("error", (error: NodeJS.ErrnoException) => code = error.code ?? error.message);
    socket.on("close", () => resolve(code));
    socket.resume();
  });
}

/** Connects with TLS by `node:tls`; resolves when the handshake is over. */
export function secured(
  t: TestContext,
  port: number,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const to = { port, host: "127.0.0.1", servername: "localhost", ca: pem("ca.crt") };
    const socket = connectTls({ ...to, ...options }, () => resolve(socket));
    socket.on("error", reject);
    t.defer(() => socket.destroy());
  });
}

/** Sends `text` over a socket, and resolves with what comes first. */
export function ask(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (chunk) => resolve(String(chunk)));
    socket.write(text);
  });
}

/** A server of `node:net` whose every socket goes to `accept`. */
export async function serverOf(t: TestContext, accept: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Sends back what comes, and closes. */
export async function echo(connection: Connection): Promise<void> {
  try {
    for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
      await connection.write(chunk);
    }
  } finally {
    await connection.close();
  }
}

/** The text of the next chunk of a connection. */
export async function textFrom(connection: Connection): Promise<string | null> {
  const chunk = await connection.read();
  return chunk === null ? null : new TextDecoder().decode(chunk);
}

/** The code that `promise` rejects with. */
export async function codeFrom(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as NetworkError).code ?? String(error);
  }
  throw new Error("expected a rejection");
}
