/**
 * TLS: protocols and certificates.
 */

import { X509Certificate } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import type { Connection } from "../../../core/connection.ts";
import { NetworkError, NotSupported } from "../../../core/errors.ts";
import type { Listener, TlsListener } from "../../../core/listener.ts";
import { ensure, equal, eventually, failsWith, failure, soon } from "../check.ts";
import { connectTls, type SocketPeer } from "./socket_peer.ts";
import { dial, type SocketSubject } from "./socket_subject.ts";
import { type Case, withListener } from "../subject.ts";
import { echo, exchange, ONE, withEcho } from "./tls_echo.ts";
import { CA, certificateOf, OTHER_CA } from "./tls_files.ts";

const SERVER = certificateOf("server");
/** PEM text that holds no certificate. */
const NOTHING = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/** A connection that is accepted from a client with these options. */
async function acceptedFrom(
  listener: Listener,
  options: ConnectionOptions,
  body: (connection: Connection, peer: SocketPeer) => Promise<void> | void,
): Promise<void> {
  const next = listener.incoming().next();
  const peer = await connectTls(listener.addr, options);
  const { value: connection } = await soon(next, "the connection");
  if (connection === undefined) throw new Error("incoming() has ended");
  await body(connection, peer);
  peer.destroy();
  connection.abort();
  await connection.close();
}

/** Whether a client with these options is served. */
async function isServed(listener: Listener, options: ConnectionOptions): Promise<boolean> {
  let peer: SocketPeer | undefined;
  try {
    // With TLS 1.3 a client learns only later that it was refused.
    peer = await connectTls(listener.addr, options);
    await exchange(peer);
    return true;
  } catch {
    return false;
  } finally {
    peer?.destroy();
  }
}

export const tlsCases: readonly Case<SocketSubject>[] = [
  {
    name: "tls: the protocol that the listener likes best is agreed on (ALPN)",
    run: async (subject) => {
      const tls = { ...SERVER, alpn: ["h2", "http/1.1"] };
      for (
        const [offered, expected] of [
          [["http/1.1", "h2"], "h2"],
          [["spdy/3", "http/1.1"], "http/1.1"],
          [undefined, undefined],
        ] as const
      ) {
        await withListener(subject, { tls }, (listener) => {
          const options = offered === undefined ? {} : { ALPNProtocols: [...offered] };
          return acceptedFrom(listener, options, (connection, peer) => {
            equal(connection.alpn, expected, `alpn for ${String(offered)}`);
            equal(peer.tls.alpnProtocol || undefined, expected, "what the client sees");
          });
        });
      }
      await withListener(
        subject,
        {},
        (listener) =>
          acceptedFrom(listener, { ALPNProtocols: ["h2"] }, (connection) => {
            equal(connection.alpn, undefined, "alpn of a listener that does not negotiate");
          }),
      );
    },
  },
  {
    name: "tls: a client that speaks none of the protocols is refused alone, and counted",
    run: (subject) =>
      withEcho(subject, { tls: { ...SERVER, alpn: ["h2"] } }, async (listener) => {
        equal(await isServed(listener, { ALPNProtocols: ["spdy/3"] }), false, "it is served");
        await eventually(() => listener.stats.failedAccepts === 1, "it is counted");
        equal(await isServed(listener, { ALPNProtocols: ["h2"] }), true, "another is served");
      }),
  },
  {
    name: "tls: a client that does not trust the certificate harms nobody",
    run: (subject) =>
      withEcho(subject, {}, async (listener) => {
        equal(await isServed(listener, { ca: OTHER_CA }), false, "a client of another authority");
        equal(
          await isServed(listener, { servername: "elsewhere.test" }),
          false,
          "a client that looks for another name",
        );
        // Some clients look at the certificate when the handshake is done.
        await eventually(
          () => listener.stats.accepted + listener.stats.failedAccepts === 3,
          "both are accounted for",
        );
        equal(await isServed(listener, {}), true, "another is served");
      }),
  },
  {
    name: "tls: clients show a certificate where it is asked for, or it is NotSupported",
    run: async (subject) => {
      const tls = { ...SERVER, ca: CA, requestCert: true };
      if (subject.differences.refusedTls.includes("requestCert")) {
        const error = await failsWith("ENOTSUP", subject.listen({ tls }), "requestCert");
        ensure(error instanceof NotSupported, "its class");
        return;
      }
      const codes: string[] = [];
      const onAcceptError = ({ code }: NetworkError): void => void codes.push(code);
      await withListener(subject, { tls, onAcceptError }, async (listener) => {
        const incoming = listener.incoming();
        const next = incoming.next();
        for (const options of [{}, certificateOf("stranger")]) {
          equal(await isServed(listener, options), false, "a client without a good certificate");
        }
        await eventually(() => listener.stats.failedAccepts === 2, "both are counted");
        equal(codes.join(), "ECERT,ECERT", "what is wrong with them");
        const peer = await connectTls(listener.addr, certificateOf("client"));
        const { value: connection } = await soon(next, "the connection");
        const seen = connection?.peerCertificate;
        const sent = new X509Certificate(certificateOf("client").cert);
        equal(seen?.commonName, "client.test", "commonName");
        equal(seen?.fingerprint256, sent.fingerprint256, "fingerprint256");
        equal(seen?.raw.join(), new Uint8Array(sent.raw).join(), "raw");
        peer.destroy();
        connection?.abort();
        await connection?.close();
      });
    },
  },
  {
    name: "tls: another certificate holds for the connections to come, or it is NotSupported",
    run: (subject) =>
      withListener(subject, {}, async (plain) => {
        const listener = plain as TlsListener;
        const shown = async (): Promise<string | undefined> => {
          const peer = await connectTls(listener.addr);
          const { CN } = peer.tls.getPeerCertificate().subject;
          await exchange(peer);
          peer.destroy();
          return String(CN);
        };
        const served = listener.incoming().forEachConcurrent(echo, { onError: () => undefined });
        const old = await connectTls(listener.addr);
        await exchange(old);
        if (subject.differences.refusedTls.includes("setCertificate")) {
          const refused = listener.setCertificate(certificateOf("renewed"));
          const error = await failsWith("ENOTSUP", refused, "setCertificate()");
          ensure(error instanceof NotSupported, "its class");
          equal(await shown(), "server.test", "the certificate");
        } else {
          await listener.setCertificate(certificateOf("renewed"));
          equal(await shown(), "renewed.test", "the certificate");
          const mixed = { cert: SERVER.cert, key: certificateOf("renewed").key };
          const unreadable = { cert: SERVER.cert.replace(/[A-Z]{5}/g, "AAAAA"), key: SERVER.key };
          // As a caller without types does it by mistake: the key in the place of the pair.
          const misplaced = SERVER.key as unknown as typeof SERVER;
          for (const bad of [mixed, unreadable, misplaced]) {
            const error = await failure(listener.setCertificate(bad), "a bad certificate");
            ensure(error instanceof TypeError, `the error: ${String(error)}`);
            const { message } = error as Error;
            ensure(!message.includes(SERVER.key.slice(40, 60)), "no key in it");
          }
          equal(await shown(), "renewed.test", "the certificate after a bad one");
        }
        await exchange(old);
        old.destroy();
        await listener.close();
        await soon(served, "the end");
      }),
  },
  {
    name: "tls: a certificate that is none is a TypeError, which does not show the key",
    run: async (subject) => {
      const other = certificateOf("renewed");
      const { key } = other;
      // As a caller without types does it by mistake.
      const misplaced = key as unknown as typeof SERVER;
      for (
        const tls of [
          { ...SERVER, key },
          { ...SERVER, cert: NOTHING },
          { ...SERVER, cert: key },
          { ...SERVER, ca: key },
          { ...SERVER, ca: NOTHING },
          { ...SERVER, ca: CA.slice(0, -40) },
          { ...SERVER, ca: CA + CA.slice(0, -40) },
          { ...SERVER, alpn: misplaced as never },
          misplaced,
        ]
      ) {
        const error = await failure(subject.listen({ tls }), "listen()");
        ensure(error instanceof TypeError, `the error: ${String(error)}`);
        ensure(!String((error as Error).stack).includes(key.slice(40, 60)), "no key in it");
      }
    },
  },
  {
    name: "tls: connect() refuses another authority, another name, and what is no TLS",
    run: (subject) =>
      withEcho(subject, {}, async (listener) => {
        const names = ["elsewhere.test", "127.0.0.2"].map((sni) => ({ ca: CA, sni }));
        for (const tls of [{ ca: OTHER_CA }, ...names]) {
          const error = await failure(soon(dial(subject, listener.addr, { tls }), "connect()"), "");
          ensure(error instanceof NetworkError, `its class: ${String(error)}`);
          equal((error as NetworkError).code, "ECERT", `the code of ${String(error)}`);
        }
        const connection = await dial(subject, listener.addr, {
          tls: { ca: CA, sni: "server.test" },
        });
        await connection.write(ONE);
        equal((await soon(connection.read(), "the answer"))?.[0], 1, "the answer");
        await connection.close();
      }),
  },
  {
    name: "tls: connect() agrees on a protocol, and tells of the server's certificate",
    run: (subject) =>
      withListener(subject, { tls: { ...SERVER, alpn: ["h2"] } }, async (listener) => {
        const next = listener.incoming().next();
        const tls = { ca: CA, alpn: ["http/1.1", "h2"] };
        const connection = await dial(subject, listener.addr, { tls });
        const { value: accepted } = await soon(next, "the connection");
        equal(connection.alpn, "h2", "alpn of the one that connects");
        equal(accepted?.alpn, "h2", "alpn of the one that is accepted");
        const told = subject.differences.tellsCertificates ? "server.test" : undefined;
        equal(connection.peerCertificate?.commonName, told, "the server's certificate");
        equal(accepted?.peerCertificate, undefined, "a client's that has none");
        connection.abort();
        accepted?.abort();
      }),
  },
];
