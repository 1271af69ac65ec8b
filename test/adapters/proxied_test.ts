/** The PROXY protocol over real sockets, with every adapter that runs here. */

import { assertEquals, assertRejects } from "#assert";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import * as bun from "../../adapters/bun.ts";
import * as deno from "../../adapters/deno.ts";
import * as node from "../../adapters/node.ts";
import { listen as listenMemory } from "../../adapters/memory.ts";
import type { Adapter } from "../../core/adapter.ts";
import { type Addr, formatAddr } from "../../core/addr.ts";
import { NotSupported } from "../../core/errors.ts";
import type { Listener, ListenOptions } from "../../core/listener.ts";
import { CA, certificateOf } from "../conformance/sockets/tls_files.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { joined, v1, v2, V4_BODY } from "../support/proxy_headers.ts";

const NATIVE: Record<typeof runtime, Adapter> = { node, deno, bun };
const ADAPTERS: [name: string, adapter: Adapter][] = [[runtime, NATIVE[runtime]]];
if (runtime !== "node") ADAPTERS.push([`node:net on ${runtime}`, node]);

const PROXY_PROTOCOL = { trust: ["127.0.0.1"] };
const HEADER = v1("TCP4 192.0.2.1 198.51.100.2 1000 443");
const ENDS = "192.0.2.1:1000 198.51.100.2:443";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (said: string) => new TextEncoder().encode(said);

/** A listener that answers each connection with its addresses and what it has sent. */
async function answering(t: TestContext, adapter: Adapter, options: ListenOptions) {
  const failures: string[] = [];
  const onAcceptError = ({ code }: { code: string }) => void failures.push(code);
  const listener: Listener = await adapter.listen({ onAcceptError, ...options });
  const served = listener.incoming().forEachConcurrent(async (connection) => {
    let said = "";
    for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
      said += text(chunk);
    }
    const { remoteAddr, localAddr } = connection;
    await connection.write(bytes(`${formatAddr(remoteAddr)} ${formatAddr(localAddr)} ${said}`));
    await connection.close();
  }, { limit: 100 });
  t.defer(() => served);
  t.defer(() => listener.close());
  return { listener, failures };
}

/** A client on the port or the path of `addr`. */
async function client(t: TestContext, addr: Addr): Promise<Socket> {
  const to = addr.transport === "unix"
    ? { path: addr.path }
    : { port: addr.port, host: "127.0.0.1" };
  const socket = connect({ ...to, allowHalfOpen: true });
  t.defer(() => socket.destroy());
  await once(socket, "connect");
  socket.setNoDelay(true);
  return socket;
}

/** All that comes; or the code of the error. */
function answer(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    socket.on("data", (chunk) => said += chunk);
    socket.on("end", () => resolve(said));
    socket.on("error", ({ code }: { code?: string }) => resolve(code ?? "no code"));
  });
}

async function ask(t: TestContext, { addr }: Listener, ...chunks: Uint8Array[]): Promise<string> {
  const socket = await client(t, addr);
  const answered = answer(socket);
  for (const chunk of chunks) {
    await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  return await answered;
}

for (const [name, adapter] of ADAPTERS) {
  const sendsResets = adapter !== deno;

  test(`${name}: listen({ proxyProtocol }) gives the addresses of both versions, and what follows`, async (t) => {
    const { listener } = await answering(t, adapter, { port: 0, proxyProtocol: PROXY_PROTOCOL });
    const version2 = v2({ body: V4_BODY });
    const pieces = Array.from(HEADER, (byte) => Uint8Array.of(byte));
    assertEquals(await ask(t, listener, joined(HEADER, bytes("hello"))), `${ENDS} hello`);
    assertEquals(await ask(t, listener, joined(version2, bytes("hello"))), `${ENDS} hello`);
    assertEquals(await ask(t, listener, HEADER, bytes("hel"), bytes("lo")), `${ENDS} hello`);
    assertEquals(await ask(t, listener, ...pieces, bytes("hello")), `${ENDS} hello`);
    assertEquals(await ask(t, listener, version2), `${ENDS} `);
    const large = "x".repeat(300_000);
    assertEquals(await ask(t, listener, joined(HEADER, bytes(large))), `${ENDS} ${large}`);
  });

  test(`${name}: listen({ proxyProtocol }) keeps the addresses for LOCAL, and for peers not trusted`, async (t) => {
    const trusting = await answering(t, adapter, { port: 0, proxyProtocol: PROXY_PROTOCOL });
    const own = formatAddr(trusting.listener.addr as Addr & { transport: "tcp" });
    const local = await ask(t, trusting.listener, v2({ command: 0x20 }), bytes("hello"));
    assertEquals([local.startsWith("127.0.0.1:"), local.endsWith(` ${own} hello`)], [true, true]);

    const other = { trust: ["192.0.2.0/24", "::1"] };
    const { listener } = await answering(t, adapter, { port: 0, proxyProtocol: other });
    const plain = await ask(t, listener, joined(HEADER, bytes("hello")));
    assertEquals(plain.startsWith("127.0.0.1:"), true);
    assertEquals(plain.endsWith(` ${text(HEADER)}hello`), true);
  });

  test(`${name}: listen({ proxyProtocol }) refuses what is no header, and counts it`, async (t) => {
    const proxyProtocol = PROXY_PROTOCOL;
    const { listener, failures } = await answering(t, adapter, { port: 0, proxyProtocol });
    const refused = sendsResets ? "ECONNRESET" : "";
    // Of what has come already, the system knows by itself that nobody has read it.
    const anyhow = (got: string) => got === "ECONNRESET" ? refused : got;
    assertEquals(anyhow(await ask(t, listener, bytes("GET / HTTP/1.1\r\n\r\n"))), refused);
    assertEquals(anyhow(await ask(t, listener, v2({ length: 5_000 }))), refused);
    assertEquals(failures, ["EBADMSG", "EMSGSIZE"]);
    // One that says nothing and leaves.
    await ask(t, listener);
    assertEquals(await ask(t, listener, HEADER, bytes("on")), `${ENDS} on`);
    assertEquals(failures, ["EBADMSG", "EMSGSIZE", "ECONNRESET"]);
    assertEquals(listener.stats.failedAccepts, 3);
  });

  test(`${name}: listen({ proxyProtocol }) lets nobody wait for a slow header, which has its limit`, async (t) => {
    const proxyProtocol = { ...PROXY_PROTOCOL, timeout: 800 };
    const { listener, failures } = await answering(t, adapter, { port: 0, proxyProtocol });
    const slow = await client(t, listener.addr);
    const cut = answer(slow);
    slow.write(HEADER.subarray(0, 12));
    assertEquals(await ask(t, listener, HEADER, bytes("fast")), `${ENDS} fast`);
    assertEquals(await cut, sendsResets ? "ECONNRESET" : "");
    assertEquals(failures, ["ETIMEDOUT"]);
  });

  test(`${name}: listen({ path, proxyProtocol }) trusts a unix socket by that name`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "proxied-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "s");
    const proxyProtocol = { trust: ["unix"] };
    const { listener } = await answering(t, adapter, { path, proxyProtocol });
    assertEquals(await ask(t, listener, joined(HEADER, bytes("hello"))), `${ENDS} hello`);
  });
}

test(`${runtime}: listen({ proxyProtocol, tls }) reads the header before the handshake`, async (t) => {
  const options = { port: 0, proxyProtocol: PROXY_PROTOCOL, tls: certificateOf("server") };
  if (runtime === "bun") {
    await assertRejects(() => bun.listen(options), NotSupported, "Bun");
    return;
  }
  const { listener, failures } = await answering(t, NATIVE[runtime], options);
  // What the client begins with comes in one piece with the header.
  const relay = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (hello: Uint8Array) => {
      socket.pause();
      void client(t, listener.addr).then((upstream) => {
        upstream.on("error", () => socket.destroy());
        upstream.write(joined(HEADER, hello));
        socket.pipe(upstream).pipe(socket);
      });
    });
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  t.defer(() => new Promise((resolve) => relay.close(resolve)));
  const { port } = relay.address() as { port: number };
  const connectedTls = (port: number) => {
    const socket = connectTls({ port, host: "127.0.0.1", ca: CA });
    socket.allowHalfOpen = true;
    return socket;
  };
  const socket = connectedTls(port);
  t.defer(() => socket.destroy());
  const answered = answer(socket);
  await once(socket, "secureConnect");
  socket.end("hello");
  assertEquals(await answered, `${ENDS} hello`);

  // What is wrong with either of the two is the peer's affair alone.
  await ask(t, listener, bytes("GET / HTTP/1.1\r\n\r\n"));
  await ask(t, listener, HEADER, bytes("GET / HTTP/1.1\r\n\r\n"));
  assertEquals(failures, ["EBADMSG", "EPROTO"]);
  assertEquals(listener.stats.accepted, 1);

  // One that is not trusted begins with the handshake.
  const proxyProtocol = { trust: ["192.0.2.1"] };
  const plain = await answering(t, NATIVE[runtime], { ...options, proxyProtocol });
  const direct = connectedTls((plain.listener.addr as { port: number }).port);
  t.defer(() => direct.destroy());
  const directly = answer(direct);
  await once(direct, "secureConnect");
  direct.end("hello");
  assertEquals((await directly).startsWith("127.0.0.1:"), true);
});

test("memory has neither proxyProtocol nor fd", async () => {
  const { trust } = PROXY_PROTOCOL;
  await assertRejects(() => listenMemory({ port: 0, proxyProtocol: { trust } }), NotSupported);
  await assertRejects(() => listenMemory({ fd: 3 }), NotSupported);
});
