/**
 * One of several instances behind HAProxy or nginx, that is replaced without a failed request.
 *
 * It learns who its clients are by the PROXY protocol, answers `/health` with 200 while it takes
 * requests, and is told by SIGTERM to go: then `/health` is answered with 503, so that the proxy sends
 * nothing more; a while later it stops to listen, finishes what is under way, and ends.
 *
 * Run it with `node`, `deno run --allow-net --allow-env` or `bun run`, and a port. When it is started by
 * systemd with a socket, it takes that instead (not with `Deno.listen`; see docs/scaling.md).
 */

import process from "node:process";
import {
  BufferedReader,
  type Connection,
  formatAddr,
  listen,
  type Listener,
  serve,
} from "../mod.ts";

/** The proxies: they are believed, and have to send a header. */
const PROXY_PROTOCOL = { trust: ["127.0.0.1", "::1"] };

/** How long the proxy may take to notice that `/health` has turned: longer than its interval of checks. */
const NOTICE_MS = 1_000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Answers one request: its path, and who has asked. */
async function handleConnection(connection: Connection, healthy: () => boolean): Promise<void> {
  const reader = new BufferedReader(connection);
  const request = await reader.readLine({ limit: 8_192 });
  // A proxy that only looks whether somebody is there says nothing.
  if (request === null) return;
  for (let field = await reader.readLine({ limit: 8_192 }); field !== "";) {
    if (field === null) return;
    field = await reader.readLine({ limit: 8_192 });
  }
  const [, path] = request.split(" ");
  if (path === "/slow") await pause(300);
  const isWell = path !== "/health" || healthy();
  const body = `${formatAddr(connection.remoteAddr)}\n`;
  await connection.write(new TextEncoder().encode(
    `HTTP/1.1 ${isWell ? "200 OK" : "503 Service Unavailable"}\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  ));
}

/** Serves until `leave` aborts, and the proxy had time to notice. */
export async function serveBehindProxy(
  listener: Listener,
  leave: AbortSignal,
  noticeMs: number = NOTICE_MS,
): Promise<void> {
  const stop = new AbortController();
  leave.addEventListener("abort", () => void pause(noticeMs).then(() => stop.abort()), {
    once: true,
  });
  const handle = (connection: Connection) => handleConnection(connection, () => !leave.aborted);
  await serve(listener, handle, {
    signal: stop.signal,
    grace: 10_000,
    timeouts: { receive: 10_000, send: 30_000 },
    onError: (error) => console.error(String(error)),
  });
}

/** The first socket that systemd has passed on to this process; `undefined` without one. */
function passedOn(): number | undefined {
  const { LISTEN_PID, LISTEN_FDS } = process.env;
  return LISTEN_PID === String(process.pid) && Number(LISTEN_FDS) > 0 ? 3 : undefined;
}

async function main(): Promise<void> {
  const fd = passedOn();
  const proxyProtocol = PROXY_PROTOCOL;
  const port = Number(process.argv[2] ?? 0);
  const listener = await listen(fd === undefined ? { port, proxyProtocol } : { fd, proxyProtocol });
  const leave = new AbortController();
  const onTerm = (): void => leave.abort();
  process.on("SIGTERM", onTerm);
  console.log(`Listening on ${formatAddr(listener.addr)}`);
  await serveBehindProxy(listener, leave.signal);
  process.off("SIGTERM", onTerm);
}

if (import.meta.main) void main();
