import { assertEquals, assertStrictEquals } from "#assert";
import { distrust, Handshake, type HandshakeInit } from "../../adapters/bun_handshake.ts";
import { tlsErrorCode } from "../../adapters/bun_tls.ts";
import type { Socket } from "../../adapters/bun_transport.ts";
import { test } from "../support/harness.ts";

/** A handshake on a socket that only counts, and what has become of both. */
function handshake(init: Partial<HandshakeInit> = {}) {
  const calls: string[] = [];
  const failures: unknown[] = [];
  // All that a handshake asks of a socket: hence the cast.
  const socket = {
    authorized: false,
    end: () => calls.push("end"),
    terminate: () => calls.push("terminate"),
  } as unknown as Socket;
  const under = new Handshake({
    verify: () => undefined,
    timeout: Infinity,
    finished: () => calls.push("finished"),
    failed: (error) => {
      calls.push("failed");
      failures.push(error);
    },
    ...init,
  });
  under.begin(socket);
  return { under, socket, calls, failures };
}

test("a Handshake of Bun finishes although an error is told, when the peer is the right one", () => {
  const { under, socket, calls } = handshake();
  under.handshaken(socket, true, new Error("no certificate was asked for"));
  under.closed();
  assertEquals(calls, ["finished"]);
});

test("a Handshake of Bun fails once, with what comes first", () => {
  const { under, socket, calls, failures } = handshake();
  const error = new Error("garbage");
  under.handshaken(socket, false, error);
  under.failed(new Error("later"));
  under.closed();
  assertEquals(calls, ["failed", "end"]);
  assertStrictEquals(failures[0], error);
});

test("a Handshake of Bun fails when looking at the certificate does", () => {
  const error = new Error("a certificate that nobody can read");
  const { under, socket, calls, failures } = handshake({
    verify: () => {
      throw error;
    },
  });
  under.handshaken(socket, true, null);
  assertEquals(calls, ["failed", "end"]);
  assertStrictEquals(failures[0], error);
});

test("a Handshake of Bun that is abandoned tells nobody", () => {
  const { under, socket, calls } = handshake();
  under.abandon();
  under.handshaken(socket, true, null);
  under.closed();
  assertEquals(calls, ["terminate"]);
});

test("distrust() never lets a peer pass that Bun has not found good", () => {
  const { socket } = handshake();
  const error = new Error("a stranger");
  assertStrictEquals(distrust(socket, error), error);
  assertEquals((distrust(socket, undefined) as { code?: string }).code, "ECERT");
  assertStrictEquals(distrust({ ...socket, authorized: true }, error), undefined);
});

test("tlsErrorCode() of Bun tells a bad certificate from what the peer finds bad", () => {
  const reasoned = (reason: string) =>
    Object.assign(new Error(`error:1:SSL routines:OPENSSL_internal:${reason}`), { code: "EPROTO" });
  const coded = (code: string) => Object.assign(new Error("no"), { code });
  for (
    const [error, code] of [
      [reasoned("PEER_DID_NOT_RETURN_A_CERTIFICATE"), "ECERT"],
      [reasoned("TLSV1_ALERT_CERTIFICATE_REQUIRED"), "EPROTO"],
      [reasoned("TLSV1_ALERT_UNKNOWN_CA"), "EPROTO"],
      [reasoned("WRONG_VERSION_NUMBER"), "EPROTO"],
      [coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "ECERT"],
      [coded("ERR_TLS_CERT_ALTNAME_INVALID"), "ECERT"],
      [coded("CERT_HAS_EXPIRED"), "ECERT"],
      [coded("DEPTH_ZERO_SELF_SIGNED_CERT"), "ECERT"],
      [coded("ECONNREFUSED"), "ECONNREFUSED"],
      [undefined, "ECONNRESET"],
    ] as const
  ) {
    assertEquals(tlsErrorCode(error), code);
  }
});
