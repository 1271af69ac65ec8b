/** What workers make of the sockets that they are given: unix sockets, headers of proxies, TLS. */

import { assert, assertEquals } from "#assert";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect as connectRaw } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { connect, type Connection, type ConnectOptions, NotSupported } from "../../mod.ts";
import { canMoveSockets } from "../../parallel/launch_thread.ts";
import type { AnyParallelOptions } from "../../parallel/options.ts";
import type { ParallelServer } from "../../parallel/parallel_server.ts";
import { serveParallel } from "../../parallel/serve_parallel.ts";
import { CA, certificateOf } from "../conformance/sockets/tls_files.ts";
import { reasonOf } from "../support/gates.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { joined, v1 } from "../support/proxy_headers.ts";

const ENDS = new URL("./workers/ends.ts", import.meta.url);
const MEANS = canMoveSockets() ? ["threads", "processes"] as const : ["processes"] as const;
const HEADER = v1("TCP4 192.0.2.1 198.51.100.2 1000 443");
const trust = { trust: ["127.0.0.1", "unix"] };
const bytes = (text: string) => new TextEncoder().encode(text);

type Server = ParallelServer<ParallelServer["addr"] | { transport: "unix"; path: string }>;

async function serving(t: TestContext, options: AnyParallelOptions): Promise<Server> {
  const server = await serveParallel(ENDS, { workers: 2, grace: 2_000, ...options });
  t.defer(() => server.close());
  return server;
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A client of `server`; `tls` trusts the certificates of the tests. */
async function client(t: TestContext, { addr }: Server, tls?: object): Promise<Connection> {
  const to = addr.transport === "unix" ? { path: addr.path } : { port: addr.port };
  const options = { ...to, ...(tls && { tls: { ca: CA, sni: "localhost", ...tls } }) };
  const connection = await connect(options as ConnectOptions);
  t.defer(() => connection.abort());
  return connection;
}

/** All that comes, as text. */
async function rest(connection: Connection): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** What `server` answers to `sent`, with the client's own address as CLIENT, the server's as SERVER. */
async function answer(
  t: TestContext,
  server: Server,
  sent: Uint8Array,
  tls?: object,
): Promise<string> {
  const connection = await client(t, server, tls);
  await connection.write(sent);
  await connection.closeWrite();
  const said = await rest(connection);
  await connection.close();
  const { localAddr, remoteAddr } = connection;
  if (localAddr.transport !== "tcp" || remoteAddr.transport !== "tcp") return said;
  return said.replace(`:${localAddr.port} `, ":CLIENT ").replace(
    `:${remoteAddr.port} `,
    ":SERVER ",
  );
}

/** Waits until nothing is left of any connection. */
async function untilNoneOpen(server: Server): Promise<void> {
  while (server.stats().open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

test(`workers serve a unix socket, whose file goes with the server, on ${runtime}`, async (t) => {
  const path = join(folder(t), "a.sock");
  const server = await serving(t, { path, mode: 0o600, proxyProtocol: trust });
  assertEquals(server.addr, { transport: "unix", path });
  const [first, second] = await Promise.all([
    answer(t, server, joined(HEADER, bytes("one"))),
    answer(t, server, joined(v1("UNKNOWN"), bytes("two"))),
  ]);
  assertEquals(first, "192.0.2.1:1000 198.51.100.2:443 plain one");
  assertEquals(second, `unix: unix:${path} plain two`);
  await server.reload();
  assertEquals(
    await answer(t, server, joined(HEADER, bytes("three"))),
    first.replace("one", "three"),
  );
  await untilNoneOpen(server);
  assertEquals(server.stats().workers.map(({ accepted }) => accepted).join("+"), "2+1");
  await server.close();
  assertEquals(existsSync(path), false);
});

test(`a connection over a unix socket that is one too many is closed on ${runtime}`, async (t) => {
  const path = join(folder(t), "a.sock");
  const server = await serving(t, { path, maxConnections: 1 });
  const first = await client(t, server);
  await first.write(bytes("a"));
  while (server.stats().open === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const second = await client(t, server);
  assertEquals(await rest(second).catch(() => ""), "");
  assertEquals(server.stats().refused, 1);
  await first.closeWrite();
  assertEquals(await rest(first), `unix: unix:${path} plain a`);
});

for (const means of MEANS) {
  const on = `with ${means} on ${runtime}`;

  test(`workers read the header of a proxy, and refuse what is none, ${on}`, async (t) => {
    const server = await serving(t, { port: 0, means, proxyProtocol: trust });
    assertEquals(
      await answer(t, server, joined(HEADER, bytes("hello"))),
      "192.0.2.1:1000 198.51.100.2:443 plain hello",
    );
    const stranger = await client(t, server);
    await stranger.write(bytes("GET / HTTP/1.1\r\n\r\n"));
    assertEquals(await rest(stranger).catch(() => ""), "");
    await untilNoneOpen(server);
    assertEquals(server.stats().accepted, 2);
  });

  test(`workers make the handshakes of TLS, and take another certificate, ${on}`, async (t) => {
    const tls = { ...certificateOf("server"), alpn: ["echo"] };
    const server = await serving(t, { port: 0, means, tls });
    const long = "0123456789abcdef".repeat(2 ** 16);
    const alpn = { alpn: ["echo"] };
    const said = await answer(t, server, bytes(long), alpn);
    assertEquals(said.slice(0, 50), `127.0.0.1:CLIENT 127.0.0.1:SERVER echo ${long}`.slice(0, 50));
    assertEquals(said.slice(said.indexOf("echo ") + 5) === long, true);
    // Who says nothing that TLS knows holds nobody up, and is gone.
    const plain = await client(t, server);
    await plain.write(bytes("GET / HTTP/1.1\r\n\r\n"));
    await rest(plain).catch(() => "");
    const gone = await client(t, server);
    gone.abort();
    const print = async (): Promise<string | undefined> => {
      const connection = await client(t, server, alpn);
      connection.abort();
      return connection.peerCertificate?.fingerprint256;
    };
    const before = await print();
    const wrong = { ...certificateOf("server"), key: certificateOf("renewed").key };
    assert(await reasonOf(server.setCertificate(wrong)) instanceof TypeError);
    assertEquals(await print(), before);
    await server.setCertificate(certificateOf("renewed"));
    const after = await print();
    await server.reload();
    assertEquals(await print(), after);
    assert(before !== after, "the certificate has not changed");
    await untilNoneOpen(server);
  });

  if (runtime === "bun") continue;

  test(`workers read the header of a proxy before TLS ${on}`, async (t) => {
    const tls = certificateOf("server");
    const server = await serving(t, { port: 0, means, tls, proxyProtocol: trust });
    assert(server.addr.transport === "tcp", server.addr.transport);
    const raw = connectRaw({ port: server.addr.port, host: "127.0.0.1" });
    t.defer(() => raw.destroy());
    raw.write(HEADER);
    const socket = connectTls({ socket: raw, ca: CA, servername: "localhost" });
    socket.on("error", () => undefined);
    let said = "";
    socket.on("data", (chunk) => said += String(chunk));
    socket.end("hello");
    await once(socket, "end");
    assertEquals(said, "192.0.2.1:1000 198.51.100.2:443 plain hello");
    raw.destroy();
    await untilNoneOpen(server);
  });
}

test(`setCertificate() without TLS is NotSupported on ${runtime}`, async (t) => {
  for (const workers of [1, 2]) {
    const server = await serving(t, { port: 0, workers });
    assert(await reasonOf(server.setCertificate(certificateOf("server"))) instanceof NotSupported);
    await server.close();
  }
});

test(`a server with several workers shares its port with another by reusePort on ${runtime}`, async (t) => {
  const first = await serving(t, { port: 0, reusePort: true });
  assert(first.addr.transport === "tcp", first.addr.transport);
  const second = await serving(t, { port: first.addr.port, reusePort: true });
  await second.close();
  assertEquals(
    await answer(t, first, bytes("a")),
    "127.0.0.1:CLIENT 127.0.0.1:SERVER plain a",
  );
});
