import { assertEquals, assertStrictEquals } from "#assert";
import { readFileSync } from "node:fs";
import process from "node:process";
import { connect as connectSocket, type Socket } from "node:net";
import { connect, listen } from "../../adapters/deno.ts";
import type { TcpAddr } from "../../core/addr.ts";
import type { ConnectOptions } from "../../core/connect_options.ts";
import type { Connection } from "../../core/connection.ts";
import type { NetworkError } from "../../core/errors.ts";
import type { TcpListenOptions, TlsListener } from "../../core/listener.ts";
import type { TlsConnectOptions, TlsListenOptions } from "../../core/tls.ts";
import { gate, reasonOf } from "../support/gates.ts";
import { runtime, test as testEverywhere, type TestContext } from "../support/harness.ts";

/** These are the means of Deno. */
const test: typeof testEverywhere = (...args) => {
  if (runtime === "deno") testEverywhere(...args);
};

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
const pair = (name: string) => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });
const ca = pem("ca.crt");
const ONE = new Uint8Array([1]);
const text = (chunk: Uint8Array | null | undefined) => new TextDecoder().decode(chunk ?? undefined);
const bytes = (words: string) => new TextEncoder().encode(words);

async function listening(
  t: TestContext,
  tls: Partial<TlsListenOptions> = {},
  options: Partial<TcpListenOptions> = {},
): Promise<TlsListener<TcpAddr>> {
  const listener = await listen({ port: 0, ...options, tls: { ...pair("server"), ...tls } });
  t.defer(() => listener.close());
  return listener;
}

async function connected(
  t: TestContext,
  { addr }: TlsListener<TcpAddr>,
  tls: TlsConnectOptions = {},
  options: Partial<ConnectOptions> = {},
): Promise<Connection> {
  const connection = await connect({
    port: addr.port,
    tls: { ca, ...tls },
    ...options,
  } as ConnectOptions);
  t.defer(() => connection.abort());
  return connection;
}

/** A connection from both sides. */
async function both(
  t: TestContext,
  tls: Partial<TlsListenOptions> = {},
  own: TlsConnectOptions = {},
): Promise<[server: Connection, client: Connection, TlsListener<TcpAddr>]> {
  const listener = await listening(t, tls);
  const accepted = listener.incoming().next();
  const client = await connected(t, listener, own);
  const { value: server } = await accepted;
  if (server === undefined) throw new Error("incoming() has ended");
  t.defer(() => server.abort());
  return [server, client, listener];
}

/** A plain socket. */
function dial(t: TestContext, { addr }: TlsListener<TcpAddr>): Promise<Socket> {
  const socket = connectSocket({ port: addr.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  t.defer(() => socket.destroy());
  return new Promise((resolve) => socket.once("connect", () => resolve(socket)));
}

function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (socket.destroyed || socket.readableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once("end", resolve);
    socket.once("close", () => resolve());
  });
}

async function all(connection: Connection): Promise<number> {
  let count = 0;
  for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
    count += chunk.length;
  }
  return count;
}

/** Answers every connection with what comes first; how it ended. */
function answering(listener: TlsListener<TcpAddr>): Promise<void> {
  return listener.incoming().forEachConcurrent(async (connection) => {
    const chunk = await connection.read();
    if (chunk !== null) await connection.write(chunk);
    await connection.close();
  }, { onError: () => undefined });
}

async function exchange(connection: Connection): Promise<void> {
  await connection.write(bytes("hello"));
  assertEquals(text(await connection.read()), "hello");
  await connection.close();
}

test("listen({ tls }) and connect({ tls }) agree on a protocol, and the client sees the certificate", async (t) => {
  const [server, client] = await both(t, { alpn: ["h2", "http/1.1"] }, { alpn: ["x", "http/1.1"] });
  assertEquals([server.alpn, client.alpn], ["http/1.1", "http/1.1"]);
  assertEquals(client.peerCertificate?.commonName, "server.test");
  assertEquals(
    /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(client.peerCertificate?.fingerprint256 ?? ""),
    true,
  );
  assertStrictEquals(server.peerCertificate, undefined);
  assertEquals(server.remoteAddr, client.localAddr);
  await Promise.all([client.close(), server.close()]);
});

test("alpn is undefined when it is not negotiated", async (t) => {
  const [server, client] = await both(t);
  assertEquals([server.alpn, client.alpn], [undefined, undefined]);
  await Promise.all([client.close(), server.close()]);
});

for (const name of ["127.0.0.1", "localhost"]) {
  test(`connect({ tls }) holds the certificate to the host name: ${name}`, async (t) => {
    const listener = await listening(t);
    const served = answering(listener);
    await exchange(await connected(t, listener, {}, { hostname: name }));
    await exchange(await connected(t, listener, { sni: "server.test" }, { hostname: name }));
    const wrong = await reasonOf(connected(t, listener, { sni: "wrong.test" }));
    assertEquals((wrong as NetworkError).code, "ECERT");
    await listener.close();
    await served;
  });
}

test("connect({ tls }) refuses a server of another authority, and one that speaks no TLS", async (t) => {
  const listener = await listening(t);
  const served = answering(listener);
  for (const other of [pem("other_ca.crt"), undefined]) {
    const error = await reasonOf(connected(t, listener, { ca: other })) as NetworkError;
    assertEquals(error.code, "ECERT", error.message);
    assertEquals(/^Cannot connect to 127\.0\.0\.1:\d+: .+ \(ECERT\)$/.test(error.message), true);
  }
  await listener.close();
  await served;

  const plain = await listen({ port: 0 });
  t.defer(() => plain.close());
  const greeted = plain.incoming().take(1).forEach(async (connection) => {
    await connection.write(bytes("220 hello\r\n"));
    await connection.read();
    await connection.close();
  });
  const error = await reasonOf(connect({ port: plain.addr.port, tls: { ca } })) as NetworkError;
  assertEquals(error.code, "EPROTO", error.message);
  await greeted;
});

test("listen({ tls: { requestCert } }) takes clients that ca vouches for, and no other", async (t) => {
  const failures: string[] = [];
  const listener = await listening(t, { requestCert: true, ca }, {
    onAcceptError: (error) => failures.push(error.code),
  });
  const names: (string | undefined)[] = [];
  const served = listener.incoming().forEachConcurrent(async (connection) => {
    names.push(connection.peerCertificate?.commonName);
    await connection.write(ONE);
    await connection.close();
  });
  for (const own of [{}, pair("stranger"), pair("client")]) {
    const good = "cert" in own && own.cert === pem("client.crt");
    // A client learns of it with its first read: its own part of the handshake was done before.
    const client = await connected(t, listener, own).catch(() => undefined);
    const chunk = await client?.read().catch(() => undefined);
    assertEquals(chunk?.length, good ? 1 : undefined);
    client?.abort();
  }
  assertEquals(names, ["client.test"]);
  assertEquals([listener.stats.failedAccepts, failures.length], [2, 2]);
  await listener.close();
  await served;
});

test("half-close works in both directions, with 8 MiB each", async (t) => {
  const [server, client] = await both(t);
  const payload = new Uint8Array(8 << 20).fill(7);
  const received = all(server);
  await client.write(payload);
  await client.closeWrite();
  assertEquals(await received, payload.length);
  const answered = all(client);
  await server.write(payload);
  await server.close();
  assertEquals(await answered, payload.length);
  await client.close();
});

test("what was written before close() arrives, also while the peer goes on sending", async (t) => {
  const [server, client] = await both(t);
  const sending = client.write(new Uint8Array(1 << 20)).catch(() => undefined);
  const received = all(client);
  await server.write(new Uint8Array(4 << 20));
  const closing = server.close();
  assertEquals(await received, 4 << 20);
  client.abort();
  await Promise.all([sending, closing]);
});

test("a handler that does not read makes the peer's sends wait", async (t) => {
  const [server, client] = await both(t);
  const before = process.memoryUsage().rss;
  let sent = 0;
  const sending = (async () => {
    for (;;) {
      await client.write(new Uint8Array(1 << 16));
      sent += 1 << 16;
    }
  })().catch(() => undefined);
  // It stands still when 300 ms have passed without a byte: that nothing happens is no event.
  for (let last = -1; sent !== last;) {
    last = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assertEquals(sent < 32 << 20, true, `${sent} bytes`);
  assertEquals(process.memoryUsage().rss - before < 64 << 20, true);
  assertEquals((await server.read() ?? ONE).length > 1, true);
  client.abort();
  server.abort();
  await sending;
});

test("abort() lets go of a peer that does not read", async (t) => {
  const [server, client] = await both(t);
  const writing = reasonOf(server.write(new Uint8Array(32 << 20)));
  // Then some of it is sent, and most is not.
  await client.read();
  server.abort();
  assertEquals((await writing as NetworkError).code, "ECLOSED");
  await server.close();
  // All that was sent before comes, and then the end of it.
  assertEquals(await all(client).catch(() => 0) < 32 << 20, true);
  await client.close();
});

test("bad clients are counted and reported, and touch nobody", async (t) => {
  const codes: string[] = [];
  const allTold = gate();
  const listener = await listening(t, { alpn: ["h2"] }, {
    timeouts: { handshake: 800 },
    onAcceptError: (error) => {
      if (codes.push(error.code) === 8) allTold.resolve();
    },
  });
  const served = answering(listener);
  const stalled = await dial(t, listener);
  const half = await dial(t, listener);
  half.write(new Uint8Array([22, 3, 1, 2, 0, 1]));
  const plain = await dial(t, listener);
  plain.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const garbage = await dial(t, listener);
  garbage.write(new Uint8Array(100_000).fill(0xa5));
  const gone = await dial(t, listener);
  gone.end();
  (await dial(t, listener)).resetAndDestroy();
  await reasonOf(connected(t, listener, { ca: pem("other_ca.crt") }));
  await reasonOf(connected(t, listener, { alpn: ["x"] }));
  // Those who stall are still there.
  await exchange(await connected(t, listener, { alpn: ["h2"] }));
  await Promise.all([stalled, half, plain, garbage, gone].map(closed));
  await allTold.promise;
  assertEquals(
    codes.toSorted(),
    [
      "ECONNRESET",
      "ECONNRESET",
      "ECONNRESET",
      "EPROTO",
      "EPROTO",
      "EPROTO",
      "ETIMEDOUT",
      "ETIMEDOUT",
    ],
  );
  assertEquals([listener.stats.failedAccepts, listener.stats.accepted], [8, 1]);
  await listener.close();
  await served;
});

test("no more than maxPending handshakes are under way, and those who wait are served", async (t) => {
  const listener = await listening(t, {}, { maxPending: 3, timeouts: { handshake: 600 } });
  const served = answering(listener);
  const stalled = await Promise.all(Array.from({ length: 7 }, () => dial(t, listener)));
  await exchange(await connected(t, listener));
  assertEquals(listener.stats.failedAccepts >= 5, true);
  await Promise.all(stalled.map(closed));
  await listener.close();
  await served;
});

test("leaving incoming() ends the handshakes that are under way", async (t) => {
  const listener = await listening(t, {}, { timeouts: { handshake: Infinity } });
  const incoming = listener.incoming();
  const next = incoming.next();
  const stalled = await dial(t, listener);
  while (listener.stats.open === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await incoming.return();
  await closed(stalled);
  assertEquals((await next).done, true);
});

test("setCertificate() is for the connections to come; one that cannot be used changes nothing", async (t) => {
  const [server, client, listener] = await both(t);
  assertEquals(client.peerCertificate?.commonName, "server.test");
  const garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
  for (
    const bad of [
      { cert: pem("renewed.crt"), key: pem("server.key") },
      { cert: garbage, key: pem("server.key") },
      { cert: pem("renewed.crt"), key: pem("renewed.crt") },
    ]
  ) {
    const error = await reasonOf(listener.setCertificate(bad));
    assertEquals(error instanceof TypeError, true);
    assertEquals(String(error).includes("BEGIN"), false);
  }
  await listener.setCertificate(pair("renewed"));
  await client.write(ONE);
  assertEquals((await server.read())?.length, 1);
  await Promise.all([client.close(), server.close()]);
});

test("setCertificate(): the next client sees the new certificate", async (t) => {
  const listener = await listening(t);
  const served = answering(listener);
  const before = await connected(t, listener);
  await listener.setCertificate(pair("renewed"));
  const after = await connected(t, listener);
  assertEquals(
    [before.peerCertificate?.commonName, after.peerCertificate?.commonName],
    ["server.test", "renewed.test"],
  );
  await exchange(before);
  await exchange(after);
  await listener.close();
  await served;
});

test("listen({ tls }) and connect({ tls }) refuse what cannot be read, and do not show it", async () => {
  const garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
  const attempts = [
    listen({ port: 0, tls: { cert: pem("server.crt"), key: pem("renewed.key") } }),
    listen({ port: 0, tls: { cert: garbage, key: pem("server.key") } }),
    listen({ port: 0, tls: { ...pair("server"), ca: garbage } }),
    connect({ port: 1, tls: { ca: garbage } }),
    connect({ port: 1, tls: { ca, cert: pem("client.crt"), key: pem("server.key") } }),
  ];
  for (const attempt of attempts) {
    const error = await reasonOf(attempt) as Error;
    assertEquals(error instanceof TypeError, true, String(error));
    assertEquals(/AAAA|BEGIN/.test(error.message), false);
  }
});

for (const way of ["signal", "timeout", "timeouts.handshake"] as const) {
  test(`connect({ tls }) gives up a server that does not answer: ${way}`, async (t) => {
    const silent = await listen({ port: 0 });
    t.defer(() => silent.close());
    const accepted = silent.incoming().next();
    const controller = new AbortController();
    const reason = new Error("mine");
    const failed = reasonOf(connect({
      port: silent.addr.port,
      tls: { ca },
      ...(way === "signal" ? { signal: controller.signal } : {}),
      ...(way === "timeout" ? { timeout: 100 } : {}),
      ...(way === "timeouts.handshake" ? { timeouts: { handshake: 100 } } : {}),
    }));
    const { value: connection } = await accepted;
    if (connection === undefined) throw new Error("incoming() has ended");
    assertEquals((await connection.read() ?? ONE).length > 1, true);
    if (way === "signal") controller.abort(reason);
    const error = await failed;
    if (way === "signal") assertStrictEquals(error, reason);
    else assertEquals((error as NetworkError).code, "ETIMEDOUT");
    assertStrictEquals(await connection.read(), null);
    await connection.close();
  });
}
