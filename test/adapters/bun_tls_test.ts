import { assert, assertEquals, assertRejects } from "#assert";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { connect, listen } from "../../adapters/bun.ts";
import type { TcpListenOptions } from "../../core/listener.ts";
import { NetworkError } from "../../core/errors.ts";
import type { TlsListenOptions } from "../../core/tls.ts";
import { gate, outcome } from "../support/gates.ts";
import type { TestContext } from "../support/harness.ts";
import {
  ask,
  certificateOf,
  codeFrom,
  echo,
  fate,
  folder,
  pem,
  secured,
  testOnBun,
  textFrom,
} from "./bun_peers.ts";

const SERVER = certificateOf("server");

/** A listener with TLS, and what it has been told of failed handshakes. */
async function listenTls(
  t: TestContext,
  tls: Partial<TlsListenOptions> = {},
  options: Partial<TcpListenOptions> = {},
) {
  const failed: string[] = [];
  let wake = () => undefined as void;
  const listener = await listen({
    ...options,
    port: 0,
    tls: { ...SERVER, ...tls },
    onAcceptError: (error) => {
      failed.push(error.code);
      wake();
    },
  });
  t.defer(() => listener.close());
  /** Resolves when `count` handshakes have failed, with their codes. */
  const failures = async (count: number) => {
    while (failed.length < count) await new Promise<void>((resolve) => wake = resolve);
    return failed;
  };
  return { listener, port: listener.addr.port, failures };
}

testOnBun("listen({ tls }) of Bun hands out connections whose handshake is over", async (t) => {
  const { listener, port } = await listenTls(t);
  const served = listener.incoming().forEachConcurrent(echo);
  const client = await secured(t, port);
  assertEquals(client.getPeerCertificate().subject.CN, "server.test");
  assertEquals(await ask(client, "hello"), "hello");
  client.end();
  await listener.close();
  await served;
  assertEquals(listener.stats.failedAccepts, 0);
});

testOnBun("listen({ path, tls }) of Bun works over a unix socket", async (t) => {
  const path = join(folder(t), "a.sock");
  const listener = await listen({ path, tls: SERVER });
  const served = listener.incoming().forEachConcurrent(echo);
  const client = await connect({ path, tls: { ca: pem("ca.crt") } });
  await client.write(new TextEncoder().encode("hello"));
  assertEquals(await textFrom(client), "hello");
  await client.close();
  await listener.close();
  await served;
});

testOnBun(
  "listen({ tls: { alpn } }) of Bun chooses the first of its own that the client speaks",
  async (t) => {
    const { listener, port, failures } = await listenTls(t, { alpn: ["h2", "http/1.1"] });
    const incoming = listener.incoming();
    for (
      const [offered, chosen] of [
        [["http/1.1", "h2"], "h2"],
        [["http/1.1"], "http/1.1"],
        [undefined, undefined],
      ] as const
    ) {
      const client = await secured(t, port, offered && { ALPNProtocols: [...offered] });
      const { value: server } = await incoming.next();
      assertEquals(server?.alpn, chosen);
      assertEquals(server?.peerCertificate, undefined);
      server?.abort();
      client.destroy();
    }
    assert(await secured(t, port, { ALPNProtocols: ["x"] }).then(() => false, () => true));
    assertEquals(await failures(1), ["EPROTO"]);
  },
);

testOnBun(
  "listen({ tls: { requestCert } }) of Bun refuses strangers, and tells who is none",
  async (t) => {
    const { listener, port, failures } = await listenTls(t, {
      requestCert: true,
      ca: pem("ca.crt"),
    });
    const incoming = listener.incoming();
    // With TLS 1.3 a client has finished before the server has looked at its certificate.
    await secured(t, port, certificateOf("stranger")).then(fate, () => undefined);
    await secured(t, port).then(fate, () => undefined);
    assertEquals(await failures(2), ["ECERT", "ECERT"]);

    const next = incoming.next();
    assertEquals(await outcome(next), "pending");
    const client = await secured(t, port, certificateOf("client"));
    const { value: server } = await next;
    const { raw, fingerprint256, commonName } = server?.peerCertificate ?? {};
    assertEquals(commonName, "client.test");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(raw ?? [])));
    const pairs = [...digest].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase());
    assertEquals(fingerprint256, pairs.join(":"));

    // Whoever resumes a session is still known.
    const session = gate<Buffer>();
    client.once("session", session.resolve);
    await server?.write(new Uint8Array(1));
    const again = await secured(t, port, {
      ...certificateOf("client"),
      session: await session.promise,
    });
    const { value: resumed } = await incoming.next();
    assertEquals(again.isSessionReused(), true);
    assertEquals(resumed?.peerCertificate?.commonName, "client.test");
    for (const end of [client, again]) end.destroy();
    for (const end of [server, resumed]) end?.abort();
  },
);

testOnBun("a handshake that fails on Bun is counted, told of, and touches nobody", async (t) => {
  const { listener, port, failures } = await listenTls(t, {}, { timeouts: { handshake: 500 } });
  const served = listener.incoming().forEachConcurrent(echo);
  const good = await secured(t, port);
  const dial = () => connectSocket(port, "127.0.0.1");

  const plain = dial();
  plain.write("GET / HTTP/1.1\r\n\r\n");
  await Promise.all([fate(plain), failures(1)]);
  const garbage = dial();
  garbage.write(new Uint8Array(10_000).fill(22));
  await Promise.all([fate(garbage), failures(2)]);
  const short = dial();
  short.end();
  await Promise.all([fate(short), failures(3)]);
  const rude = dial();
  rude.on("connect", () => rude.resetAndDestroy());
  await failures(4);
  const stalled = dial();
  await Promise.all([fate(stalled), failures(5)]);
  const distrustful = secured(t, port, { ca: pem("other_ca.crt") });
  assert(await distrustful.then(() => false, () => true));

  const codes = await failures(6);
  assertEquals(codes.slice(0, 5), ["EPROTO", "EPROTO", "ECONNRESET", "ECONNRESET", "ETIMEDOUT"]);
  assertEquals(await ask(good, "still here"), "still here");
  const late = await secured(t, port);
  assertEquals(await ask(late, "me too"), "me too");
  const { open, failedAccepts, refused } = listener.stats;
  assertEquals([open, failedAccepts, refused], [2, 6, 0]);
  good.end();
  late.end();
  await listener.close();
  await served;
});

testOnBun(
  "a handshake that is under way on Bun counts as open, and ends with the listener",
  async (t) => {
    const { listener, port } = await listenTls(t, {}, { maxConnections: 1 });
    const incoming = listener.incoming();
    const next = incoming.next();
    const stalled = connectSocket(port, "127.0.0.1");
    const stalledFate = fate(stalled);
    await new Promise((resolve) => stalled.once("connect", resolve));
    while (listener.stats.open === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const refused = connectSocket(port, "127.0.0.1");
    assertEquals(await fate(refused), "ECONNRESET");
    assertEquals([listener.stats.open, listener.stats.refused], [1, 1]);
    await incoming.return();
    await stalledFate;
    assertEquals((await next).done, true);
    assertEquals(listener.stats.open, 0);
  },
);

testOnBun("setCertificate() of Bun takes another certificate, and drops nobody", async (t) => {
  const { listener, port } = await listenTls(t);
  const served = listener.incoming().forEachConcurrent(echo);
  const before = await secured(t, port);
  await listener.setCertificate(certificateOf("renewed"));
  const after = await secured(t, port);
  assertEquals(before.getPeerCertificate().subject.CN, "server.test");
  assertEquals(after.getPeerCertificate().subject.CN, "renewed.test");
  assertEquals(await ask(before, "old"), "old");
  assertEquals(await ask(after, "new"), "new");

  const mixed = { cert: SERVER.cert, key: pem("renewed.key") };
  const error = await assertRejects(() => listener.setCertificate(mixed), TypeError);
  assert(error.message.startsWith("Cannot set the certificate: tls must have "), error.message);
  await assertRejects(() => listener.setCertificate({ ...SERVER, key: "?" }), TypeError);
  const last = await secured(t, port);
  assertEquals(last.getPeerCertificate().subject.CN, "renewed.test");
  for (const client of [before, after, last]) client.end();
  await listener.close();
  await served;
});

testOnBun(
  "setCertificate() of Bun loses none of the connections that are being made",
  async (t) => {
    const { listener, port } = await listenTls(t);
    const served = listener.incoming().forEachConcurrent(echo);
    const names: Promise<string>[] = [];
    for (let i = 0; i < 60; i++) {
      names.push(
        secured(t, port).then(async (client) => {
          await ask(client, "x");
          client.end();
          return String(client.getPeerCertificate().subject.CN);
        }),
      );
      if (i % 10 === 9) {
        await listener.setCertificate(i % 20 === 9 ? certificateOf("renewed") : SERVER);
        await names[i];
      }
    }
    const seen = await Promise.all(names);
    assertEquals(new Set(seen), new Set(["server.test", "renewed.test"]));
    await listener.close();
    await served;
    assertEquals([listener.stats.accepted, listener.stats.failedAccepts], [60, 0]);
  },
);

testOnBun(
  "listen({ tls }) of Bun refuses certificates that cannot be used, and shows no key",
  async () => {
    const key = pem("renewed.key");
    for (const tls of [{ ...SERVER, key }, { ...SERVER, ca: SERVER.cert.replaceAll("M", "!") }]) {
      const error = await assertRejects(() => listen({ port: 0, tls }), TypeError);
      assert(
        error.message.startsWith("Cannot listen: tls must have a certificate "),
        error.message,
      );
      assert(!error.message.includes("PRIVATE"));
    }
  },
);

testOnBun("a TLS connection of Bun makes its peer wait while nobody reads", async (t) => {
  const { listener, port } = await listenTls(t);
  const incoming = listener.incoming();
  const client = await secured(t, port);
  const { value: server } = await incoming.next();
  const total = 32 * 1024 * 1024;
  const block = new Uint8Array(64 * 1024);
  let taken = 0;
  const sending = (async () => {
    for (let sent = 0; sent < total; sent += block.length) {
      await new Promise<void>((resolve) => client.write(block, () => resolve()));
      taken += block.length;
    }
    client.end();
  })();
  let before = -1;
  // A time: that nothing more is taken is no event. One that is too short only looks too early.
  while (before !== taken) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(taken < total / 2, `${taken} bytes were taken`);
  let received = 0;
  for (let chunk = await server?.read(); chunk; chunk = await server?.read()) {
    received += chunk.length;
  }
  await sending;
  assertEquals(received, total);
  await server?.close();
});

testOnBun(
  "a TLS connection that breaks on Bun rejects its reads with a NetworkError",
  async (t) => {
    const { listener, port } = await listenTls(t);
    const incoming = listener.incoming();
    const raw = connectSocket(port, "127.0.0.1");
    raw.on("error", () => undefined);
    t.defer(() => raw.destroy());
    const client = secured(t, port, { socket: raw });
    client.catch(() => undefined);
    const { value: server } = await incoming.next();
    const reading = server?.read();
    raw.resetAndDestroy();
    assert(await reading?.catch((error: unknown) => error) instanceof NetworkError);
    assertEquals(await codeFrom(Promise.resolve(server?.read())), "ECONNRESET");
    await server?.close();
  },
);
