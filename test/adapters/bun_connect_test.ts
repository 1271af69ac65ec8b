import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { connect, listen } from "../../adapters/bun.ts";
import type { Connection } from "../../core/connection.ts";
import type { TlsListenOptions } from "../../core/tls.ts";
import { countListeners, gate, macrotask, microtasks, reasonOf } from "../support/gates.ts";
import type { TestContext } from "../support/harness.ts";
import {
  certificateOf,
  codeFrom,
  echo,
  fate,
  pem,
  serverOf,
  testOnBun,
  textFrom,
} from "./bun_peers.ts";

const CA = pem("ca.crt");
const HELLO = new TextEncoder().encode("hello");

/** A port with an echo behind TLS. */
async function echoTls(
  t: TestContext,
  tls: Partial<TlsListenOptions> = {},
  hostname = "127.0.0.1",
) {
  const listener = await listen({ port: 0, hostname, tls: { ...certificateOf("server"), ...tls } });
  const served = listener.incoming().forEachConcurrent(echo, { onError: () => undefined });
  t.defer(async () => {
    await listener.close();
    await served;
  });
  return listener.addr.port;
}

/** A port whose sockets say nothing, and the next of them. */
async function silent(t: TestContext) {
  const accepted = gate<Socket>();
  const port = await serverOf(t, accepted.resolve);
  return { port, accepted: accepted.promise };
}

async function exchange(connection: Connection): Promise<string | null> {
  await connection.write(HELLO);
  const answer = await textFrom(connection);
  await connection.close();
  return answer;
}

testOnBun("connect() of Bun gives a connection with the addresses of both ends", async (t) => {
  const { port, accepted } = await silent(t);
  const connection = await connect({ port });
  const socket = await accepted;
  assertEquals(connection.remoteAddr, { transport: "tcp", hostname: "127.0.0.1", port });
  const local = { transport: "tcp", hostname: "127.0.0.1", port: socket.remotePort ?? 0 } as const;
  assertEquals(connection.localAddr, local);
  assertEquals([connection.alpn, connection.peerCertificate], [undefined, undefined]);
  connection.abort();
});

testOnBun("connect() of Bun names what went wrong", async () => {
  const listener = await listen({ port: 0 });
  const { port } = listener.addr;
  await listener.close();
  const error = await connect({ port }).catch((error: Error) => error) as Error;
  const refused = `Cannot connect to 127.0.0.1:${port}: nobody listens there (ECONNREFUSED)`;
  assertEquals(error.message, refused);
  assert(error.cause instanceof Error);
  assertEquals(await codeFrom(connect({ hostname: "no-such-host.invalid", port })), "ENOTFOUND");
  assertEquals(await codeFrom(connect({ path: "/nowhere/a.sock" })), "ENOENT");
  await assertRejects(() => connect({ port: 0 }), RangeError, "Cannot connect: port must be");
});

testOnBun(
  "connect({ tls }) of Bun checks whose certificate it is, and for which name",
  async (t) => {
    const port = await echoTls(t);
    for (const sni of [undefined, "localhost", "server.test"]) {
      const connection = await connect({ port, tls: { ca: CA, sni } });
      assertEquals(connection.peerCertificate?.commonName, "server.test");
      assertEquals(await exchange(connection), "hello");
    }
    const unknown = [true, { ca: pem("other_ca.crt") }, { ca: CA, sni: "renewed.test" }];
    for (const tls of unknown) {
      const error = await connect({ port, tls }).catch((error: Error) => error) as Error;
      assertEquals([error.name, (error as { code?: string }).code], ["NetworkError", "ECERT"]);
      assert(error.message.startsWith(`Cannot connect to 127.0.0.1:${port}: `), error.message);
      assert(error.cause instanceof Error);
    }
  },
);

testOnBun(
  "connect({ tls }) of Bun holds an address to the addresses of the certificate",
  async (t) => {
    const [here, there] = [await echoTls(t, {}, "::1"), await echoTls(t, {}, "127.0.0.2")];
    // With a limit, it is another way that leads to the server.
    for (const limit of [{}, { timeout: 5000 }]) {
      const to = { port: there, hostname: "127.0.0.2", ...limit };
      const tls = { ca: CA };
      const connection = await connect({ port: here, hostname: "::1", tls, ...limit });
      assertEquals(await exchange(connection), "hello");
      assertEquals(await codeFrom(connect({ ...to, tls })), "ECERT");
      for (const sni of ["localhost", "127.0.0.1"]) {
        const named = await connect({ ...to, tls: { ...tls, sni } });
        assertEquals(await exchange(named), "hello");
      }
      const another = { ...limit, port: here, hostname: "::1", tls: { ...tls, sni: "127.0.0.2" } };
      assertEquals(await codeFrom(connect(another)), "ECERT");
    }
  },
);

testOnBun("connect({ tls }) of Bun offers protocols, and shows its own certificate", async (t) => {
  const port = await echoTls(t, { alpn: ["h2", "http/1.1"], requestCert: true, ca: CA });
  const own = certificateOf("client");
  const connection = await connect({ port, tls: { ca: CA, ...own, alpn: ["http/1.1"] } });
  assertEquals(connection.alpn, "http/1.1");
  assertEquals(await exchange(connection), "hello");
  assertEquals(await codeFrom(connect({ port, tls: { ca: CA, ...own, alpn: ["x"] } })), "EPROTO");
  const mixed = { ca: CA, cert: own.cert, key: pem("server.key") };
  await assertRejects(() => connect({ port, tls: mixed }), TypeError, "Cannot connect: tls must");
});

testOnBun(
  "connect({ tls }) of Bun sends the name of the server, and never an address",
  async (t) => {
    const server = createServer(certificateOf("server"));
    t.defer(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    for (const [sni, sent] of [["localhost", "localhost"], [undefined, false]] as const) {
      const accepted = gate<TLSSocket>();
      server.once("secureConnection", accepted.resolve);
      const connection = await connect({ port, tls: { ca: CA, sni } });
      const socket = await accepted.promise;
      assertEquals((socket as { servername?: string | false }).servername || false, sent);
      connection.abort();
      socket.destroy();
    }
  },
);

testOnBun(
  "connect({ tls }) of Bun is EPROTO when the server refuses its certificate",
  async (t) => {
    // With TLS 1.3, a client has finished before the server has looked.
    const options = { ...certificateOf("server"), ca: CA, requestCert: true };
    const server = createServer({ ...options, maxVersion: "TLSv1.2" });
    server.on("tlsClientError", () => undefined);
    t.defer(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    assertEquals(await codeFrom(connect({ port, tls: { ca: CA } })), "EPROTO");
  },
);

testOnBun(
  "connect({ tls }) of Bun fails when the server does not speak it, or is gone",
  async (t) => {
    const tls = { ca: CA };
    const plain = await serverOf(t, (socket) => socket.write("220 welcome to plain text\r\n"));
    assertEquals(await codeFrom(connect({ port: plain, tls })), "EPROTO");
    const short = await serverOf(t, (socket) => socket.destroy());
    assertEquals(await codeFrom(connect({ port: short, tls })), "ECONNRESET");
    const rude = await serverOf(t, (socket) => socket.on("data", () => socket.resetAndDestroy()));
    assertEquals(await codeFrom(connect({ port: rude, tls })), "ECONNRESET");
  },
);

testOnBun(
  "connect({ timeout }) of Bun is ETIMEDOUT, also in a handshake that stalls",
  async (t) => {
    for (
      const limit of [{ timeout: 30 }, { timeouts: { handshake: 30 } }, {
        timeout: 30,
        timeouts: { handshake: Infinity },
      }]
    ) {
      const { port, accepted } = await silent(t);
      assertEquals(await codeFrom(connect({ port, tls: { ca: CA }, ...limit })), "ETIMEDOUT");
      await fate(await accepted);
    }
  },
);

testOnBun(
  "connect({ signal }) of Bun rejects at once, and leaves nothing behind",
  async (t) => {
    const reason = new Error("no more");
    assertStrictEquals(
      await reasonOf(connect({ port: 1, signal: AbortSignal.abort(reason) })),
      reason,
    );
    const { port } = await silent(t);
    const controller = new AbortController();
    const listeners = countListeners(controller.signal);
    // What dials is loaded when it is needed: by now, it is.
    await (await connect({ port })).close();
    const connecting = connect({ port, signal: controller.signal });
    await microtasks();
    assertEquals(listeners(), 1);
    controller.abort(reason);
    assertStrictEquals(await reasonOf(connecting), reason);
    assertEquals(listeners(), 0);
  },
);

testOnBun("connect({ signal }) of Bun gives up a handshake", async (t) => {
  const reason = new Error("no more");
  const { port, accepted } = await silent(t);
  const controller = new AbortController();
  const connecting = connect({ port, tls: { ca: CA }, signal: controller.signal });
  connecting.catch(() => undefined);
  const socket = await accepted;
  await new Promise((resolve) => socket.once("data", resolve));
  controller.abort(reason);
  assertStrictEquals(await reasonOf(connecting), reason);
  await fate(socket);
});

testOnBun("connect({ signal }) of Bun means nothing once the connection is there", async (t) => {
  const port = await echoTls(t);
  const controller = new AbortController();
  const listeners = countListeners(controller.signal);
  const connection = await connect({
    port,
    tls: { ca: CA },
    timeout: 5000,
    signal: controller.signal,
  });
  assertEquals(listeners(), 0);
  controller.abort();
  await macrotask();
  assertEquals(await exchange(connection), "hello");
});
