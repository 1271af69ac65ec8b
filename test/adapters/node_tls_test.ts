import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { readFileSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { connect, listen } from "../../adapters/node.ts";
import { tlsErrorCode } from "../../adapters/node_transport.ts";
import type { TcpAddr } from "../../core/addr.ts";
import type { Connection } from "../../core/connection.ts";
import { NetworkError, NotSupported } from "../../core/errors.ts";
import type { TcpListenOptions, TlsListener } from "../../core/listener.ts";
import type { TlsConnectOptions, TlsListenOptions } from "../../core/tls.ts";
import { runtime, test as testEverywhere, type TestContext } from "../support/harness.ts";

/** The others refuse it. */
const test: typeof testEverywhere = (...args) => {
  if (runtime === "node") testEverywhere(...args);
};

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
const pair = (name: string) => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });
const ca = pem("ca.crt");
const ONE = new Uint8Array([1]);

async function listening(
  t: TestContext,
  tls: Partial<TlsListenOptions> = {},
  options: Partial<TcpListenOptions> = {},
): Promise<TlsListener<TcpAddr>> {
  const listener = await listen({ port: 0, ...options, tls: { ...pair("server"), ...tls } });
  t.defer(() => listener.close());
  return listener;
}

const dial = ({ addr }: TlsListener<TcpAddr>, tls: TlsConnectOptions = {}): Promise<Connection> =>
  connect({ port: addr.port, tls: { ca, ...tls } });

/** Both ends of a new connection. */
async function both(
  t: TestContext,
  listener: TlsListener<TcpAddr>,
  tls: TlsConnectOptions = {},
  incoming: AsyncIterator<Connection> = listener.incoming(),
): Promise<[client: Connection, server: Connection]> {
  const accepted = incoming.next();
  const client = await dial(listener, tls);
  t.defer(() => client.abort());
  const { value: server } = await accepted;
  t.defer(() => (server as Connection).abort());
  return [client, server as Connection];
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, NetworkError)).code;
}

/** A client without TLS. */
function plain(t: TestContext, { addr }: TlsListener<TcpAddr>): Socket {
  const socket = connectSocket({ port: addr.port, host: addr.hostname });
  socket.on("error", () => undefined);
  t.defer(() => void socket.destroy());
  return socket.resume();
}

/** A listener, and what it tells of the next failed accept. */
async function watched(
  t: TestContext,
  tls: Partial<TlsListenOptions> = {},
  options: Partial<TcpListenOptions> = {},
): Promise<[TlsListener<TcpAddr>, Promise<NetworkError>]> {
  const { promise, resolve } = Promise.withResolvers<NetworkError>();
  return [await listening(t, tls, { ...options, onAcceptError: resolve }), promise];
}

testEverywhere("tls is refused where node:tls is not that of Node", async () => {
  if (runtime === "node") return;
  const error = await assertRejects(() => listen({ port: 0, tls: pair("server") }), NotSupported);
  assert(/on (Deno|Bun) .* option tls/.test(error.message), error.message);
  await assertRejects(() => connect({ port: 1, tls: true }), NotSupported);
});

test("tlsErrorCode() tells what is wrong with a certificate from what is wrong with TLS", () => {
  const codes = (names: readonly string[]) => names.map((code) => tlsErrorCode({ code } as never));
  const certificate = ["CERT_SIGNATURE_FAILURE", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "INVALID_CA"];
  assertEquals(codes(certificate), ["ECERT", "ECERT", "ECERT"]);
  const handshake = ["ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", "ERR_SSL_TLSV1_ALERT_BAD_CERT"];
  assertEquals(codes(handshake), ["EPROTO", "EPROTO"]);
  assertEquals([tlsErrorCode(undefined), ...codes(["EPIPE"])], ["ECONNRESET", "EPIPE"]);
});

test("listen({ tls: { alpn } }) agrees on a protocol, and refuses who speaks none of them", async (t) => {
  const [listener, failed] = await watched(t, { alpn: ["h2", "http/1.1"] });
  const incoming = listener.incoming();
  const [client, server] = await both(t, listener, { alpn: ["http/1.1", "h2"] }, incoming);
  assertEquals([client.alpn, server.alpn], ["h2", "h2"]);
  const [bare] = await both(t, listener, {}, incoming);
  assertStrictEquals(bare.alpn, undefined);
  assertEquals(await codeOf(dial(listener, { alpn: ["spdy"] })), "EPROTO");
  assertEquals((await failed).code, "EPROTO");
});

test("listen({ tls: { requestCert } }) knows its clients, and refuses the others", async (t) => {
  for (const own of [{}, pair("stranger")]) {
    const [listener, failed] = await watched(t, { ca, requestCert: true });
    // The client takes the handshake for done before the server has looked at its certificate.
    const client = await dial(listener, own).catch(() => undefined);
    assertEquals((await failed).code, "ECERT");
    assertEquals([listener.stats.accepted, listener.stats.failedAccepts], [0, 1]);
    client?.abort();
  }
  const listener = await listening(t, { ca, requestCert: true });
  const [client, server] = await both(t, listener, pair("client"));
  assertEquals(server.peerCertificate?.commonName, "client.test");
  assertEquals(client.peerCertificate?.commonName, "server.test");
  assert(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(client.peerCertificate?.fingerprint256 ?? ""));
  assert((client.peerCertificate?.raw.length ?? 0) > 100);
});

test("connect({ tls }) refuses a certificate of another authority, or for another name", async (t) => {
  const listener = await listening(t);
  assertEquals(await codeOf(dial(listener, { ca: pem("other_ca.crt") })), "ECERT");
  assertEquals(await codeOf(connect({ port: listener.addr.port, tls: true })), "ECERT");
  for (const sni of ["elsewhere.test", "127.0.0.2"]) {
    assertEquals(await codeOf(dial(listener, { sni })), "ECERT");
  }
  const [client] = await both(t, listener, { sni: "server.test" });
  assertStrictEquals(client.alpn, undefined);
});

test("clients that speak no TLS, hang up, or reset are counted, and touch nobody", async (t) => {
  const clients: ((socket: Socket) => void)[] = [
    (socket) => void socket.write("GET / HTTP/1.1\r\n\r\n"),
    (socket) => void socket.write(new Uint8Array(1000).fill(0x16)),
    (socket) => void socket.end(),
    (socket) => void socket.resetAndDestroy(),
    (socket) => void socket.end(new Uint8Array([0x16, 3, 1, 2, 0, 1])),
  ];
  for (const act of clients) {
    const [listener, failed] = await watched(t);
    const [client, server] = await both(t, listener);
    const bad = plain(t, listener);
    bad.on("connect", () => act(bad));
    assert(["EPROTO", "ECONNRESET"].includes((await failed).code));
    await client.write(ONE);
    assertEquals((await server.read())?.length, 1);
    assertEquals(listener.stats.failedAccepts, 1);
    assertEquals(listener.stats.open, 1);
  }
});

test("listen({ timeouts: { handshake } }) ends a handshake that stalls, also one that trickles", async (t) => {
  for (const trickle of [false, true]) {
    const [listener, failed] = await watched(t, {}, { timeouts: { handshake: 500 } });
    const slow = plain(t, listener);
    const closed = new Promise((resolve) => slow.on("close", resolve));
    // The head of a record of 16 KiB, then a byte now and then.
    slow.write(new Uint8Array([0x16, 3, 1, 0x40, 0]));
    const timer = setInterval(() => trickle && slow.write(ONE), 10);
    const [client] = await both(t, listener);
    assertEquals((await failed).code, "ETIMEDOUT");
    await closed;
    clearInterval(timer);
    assertEquals(client.signal.aborted, false);
  }
});

test("a handshake counts as open, and is given up when nobody takes the connection", async (t) => {
  const listener = await listening(t);
  const stalled = plain(t, listener);
  const closed = new Promise((resolve) => stalled.on("close", resolve));
  // Connections are accepted in their order, so the stalled one is known when this one is.
  const client = await dial(listener);
  assertEquals(listener.stats.open, 2);
  await listener.close();
  await closed;
  client.abort();
  assertEquals(listener.stats.failedAccepts, 0);
});

test("connect({ timeout, tls }) gives up a server that does not answer the handshake", async (t) => {
  const listener = await listen({ port: 0 });
  t.defer(() => listener.close());
  const { port } = listener.addr;
  assertEquals(await codeOf(connect({ port, timeout: 30, tls: { ca } })), "ETIMEDOUT");
  const timeouts = { handshake: 30 };
  assertEquals(await codeOf(connect({ port, timeouts, tls: { ca } })), "ETIMEDOUT");
  const controller = new AbortController();
  const connecting = connect({ port, signal: controller.signal, tls: { ca } });
  // It is accepted: the handshake is under way.
  const incoming = listener.incoming();
  const ends = [await incoming.next(), await incoming.next(), await incoming.next()];
  controller.abort("enough");
  assertEquals(await connecting.catch((reason: unknown) => reason), "enough");
  // None of the three is left.
  for (const { value: end } of ends) {
    while (await end?.read().catch(() => null)) { /* the client's hello */ }
    end?.abort();
  }
});

test("connect({ tls }) to a server that hangs up, or speaks no TLS, fails at once", async (t) => {
  for (const [answer, code] of [["", "ECONNRESET"], ["hello\n", "EPROTO"]] as const) {
    const listener = await listen({ port: 0 });
    t.defer(() => listener.close());
    const served = listener.incoming().take(1).forEach(async (connection) => {
      await connection.write(new TextEncoder().encode(answer));
      await connection.close();
    });
    assertEquals(await codeOf(connect({ port: listener.addr.port, tls: { ca } })), code);
    await served;
  }
});

test("setCertificate() is for connections to come; a bad one changes nothing", async (t) => {
  const listener = await listening(t);
  const incoming = listener.incoming();
  const [before, server] = await both(t, listener, {}, incoming);
  await assertRejects(
    () => listener.setCertificate({ cert: pem("renewed.crt"), key: pem("client.key") }),
    TypeError,
    "Cannot set the certificate",
  );
  const [same] = await both(t, listener, {}, incoming);
  await listener.setCertificate(pair("renewed"));
  const [after] = await both(t, listener, {}, incoming);
  const prints = [before, same, after].map((client) => client.peerCertificate?.fingerprint256);
  assertStrictEquals(prints[0], prints[1]);
  assert(prints[1] !== prints[2]);
  await before.write(ONE);
  assertEquals((await server.read())?.length, 1);
});

test("certificates that cannot be read are a TypeError that does not show them", async () => {
  const bad = (kind: string) => `-----BEGIN ${kind}-----\nU0VDUkVU\n-----END ${kind}-----\n`;
  const server = pair("server");
  for (
    const tls of [
      { ...server, key: pem("client.key") },
      { ...server, key: bad("PRIVATE KEY") },
      { ...server, cert: bad("CERTIFICATE") },
      { ...server, ca: bad("CERTIFICATE") },
      { ...server, ca: ca + bad("CERTIFICATE") },
    ]
  ) {
    const error = await assertRejects(() => listen({ port: 0, tls }), TypeError, "Cannot listen: ");
    assert(!/U0VD|-----/.test(error.message), error.message);
  }
  const own = { cert: pem("client.crt"), key: pem("server.key") };
  await assertRejects(() => connect({ port: 1, tls: own }), TypeError, "Cannot connect: ");
});

test("abort() in the moment of the handshake ends both ends, and never the process", async (t) => {
  const listener = await listening(t);
  const incoming = listener.incoming();
  for (let round = 0; round < 20; round++) {
    const [client, server] = await both(t, listener, {}, incoming);
    const [aborted, other] = round % 2 === 0 ? [client, server] : [server, client];
    aborted.abort();
    aborted.abort();
    assertEquals(await codeOf(other.read()), "ECONNRESET");
    await Promise.all([client.close(), server.close()]);
  }
  assertEquals(listener.stats.open, 0);
});

test("a peer that reads nothing makes the writer wait, also with TLS", async (t) => {
  const [client, server] = await both(t, await listening(t));
  const written = server.write(new Uint8Array(64 * 2 ** 20)).then(() => "all", () => "cut");
  let count = 0;
  const chunk = await client.read();
  // As much as is on its way has come in when a write the other way has.
  await client.write(ONE);
  await server.read();
  assert((chunk?.length ?? 0) <= 64 * 1024);
  while (count < 2 ** 20) count += (await client.read())?.length ?? 0;
  client.abort();
  assertEquals(await written, "cut");
});

test("either end can answer after the other's end of file, also with TLS", async (t) => {
  const listener = await listening(t);
  const incoming = listener.incoming();
  for (const swap of [false, true]) {
    const [client, server] = await both(t, listener, {}, incoming);
    const [first, last] = swap ? [server, client] : [client, server];
    await first.closeWrite();
    assertStrictEquals(await last.read(), null);
    await last.write(ONE);
    assertEquals((await first.read())?.length, 1);
    await Promise.all([last.close(), first.close()]);
  }
});
