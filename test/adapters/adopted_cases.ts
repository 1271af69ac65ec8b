/** What every adopter does, as tests: plain, behind the header of a proxy, and with TLS. */

import { assert, assertEquals } from "#assert";
import type { Socket } from "node:net";
import type { Adopter, AdopterInit } from "../../core/adoption.ts";
import { connect } from "../../mod.ts";
import { CA, certificateOf } from "../conformance/sockets/tls_files.ts";
import { reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { joined, v1 } from "../support/proxy_headers.ts";
import { adopting, askAdopted } from "./adopting.ts";

const LONG = "0123456789abcdef".repeat(2 ** 17);
const bytes = (text: string) => new TextEncoder().encode(text);
const HEADER = v1("TCP4 192.0.2.1 198.51.100.2 1000 443");

type Make = (init: AdopterInit) => Adopter<Socket>;

/** Sockets without TLS. */
export function plainCases(name: string, adopterOf: Make): void {
  test(`${name}: a socket that is adopted is a connection like any other`, async (t) => {
    const { port, gone, stats, failures } = await adopting(t, adopterOf);
    assertEquals(await askAdopted(t, port, bytes(LONG)), `CLIENT SERVER none ${LONG}`);
    assertEquals(await askAdopted(t, port, bytes("")), "CLIENT SERVER none ");
    await gone(2);
    assertEquals([stats().accepted, stats().open, failures], [2, 0, []]);
  });

  test(`${name}: who leaves, and who is cut, is gone`, async (t) => {
    const { port, gone, stats, connections } = await adopting(t, adopterOf);
    const [leaving, staying] = [await connect({ port }), await connect({ port })];
    t.defer(() => staying.abort());
    await staying.write(bytes("!"));
    leaving.abort();
    await gone(1);
    assertEquals(stats().open, 1);
    for (const connection of connections) connection.abort();
    await gone(2);
    assertEquals([stats().open, await staying.read().catch(() => null)], [0, null]);
  });

  test(`${name}: the header of a proxy is read first`, async (t) => {
    const proxyProtocol = { trust: ["127.0.0.1"] };
    const { port, gone, failures } = await adopting(t, adopterOf, { proxyProtocol });
    const sent = joined(HEADER, bytes("hello"));
    assertEquals(await askAdopted(t, port, sent), "192.0.2.1:1000 198.51.100.2:443 none hello");
    const stranger = await connect({ port });
    t.defer(() => stranger.abort());
    await stranger.write(bytes("GET / HTTP/1.1\r\n\r\n"));
    assertEquals(await stranger.read().catch(() => null), null);
    await gone(2);
    assertEquals(failures, ["EBADMSG"]);
  });
}

/** Sockets with TLS. */
export function tlsCases(name: string, adopterOf: Make): void {
  const alpn = ["echo"];

  test(`${name}: the handshake of TLS is made, and another certificate taken`, async (t) => {
    const tls = { ...certificateOf("server"), alpn };
    const { port, gone, stats, adopter, failures } = await adopting(t, adopterOf, { tls });
    const answer = await askAdopted(t, port, bytes(LONG), { ca: CA, alpn });
    assertEquals(answer === `CLIENT SERVER echo ${LONG}`, true);
    const print = async (): Promise<string | undefined> => {
      const client = await connect({ port, tls: { ca: CA, sni: "localhost", alpn } });
      await client.closeWrite();
      while (await client.read() !== null);
      await client.close();
      return client.peerCertificate?.fingerprint256;
    };
    const before = await print();
    const wrong = { ...certificateOf("server"), key: certificateOf("renewed").key };
    assert(await reasonOf(adopter.setCertificate(wrong)) instanceof TypeError);
    assertEquals(await print(), before);
    await adopter.setCertificate(certificateOf("renewed"));
    assert(await print() !== before, "it has the certificate of before");
    await gone(4);
    assertEquals([stats().open, failures], [0, []]);
  });

  test(`${name}: a handshake that fails, stalls or is left holds nobody up`, async (t) => {
    const options = { tls: { ...certificateOf("server"), alpn }, timeouts: { handshake: 800 } };
    const { port, gone, stats, failures } = await adopting(t, adopterOf, options);
    const [silent, plain, leaving] = await Promise.all([1, 2, 3].map(() => connect({ port })));
    for (const client of [silent, plain, leaving]) t.defer(() => client?.abort());
    await plain?.write(bytes("GET / HTTP/1.1\r\n\r\n"));
    leaving?.abort();
    const answer = await askAdopted(t, port, bytes("a"), { ca: CA, alpn });
    assertEquals(answer, "CLIENT SERVER echo a");
    await gone(4);
    assertEquals([stats().open, stats().failedAccepts, failures.length], [0, 3, 3]);
    assert(failures.includes("ETIMEDOUT") && failures.includes("EPROTO"), failures.join());
    assertEquals(await silent?.read().catch(() => null), null);
  });

  test(`${name}: a certificate that cannot be read is a TypeError at once`, async (t) => {
    const tls = { ...certificateOf("server"), key: certificateOf("renewed").key };
    assert(await reasonOf(adopting(t, adopterOf, { tls })) instanceof TypeError);
  });
}
