import { assert, assertEquals, assertRejects } from "#assert";
import { readFileSync } from "node:fs";
import { UsageError } from "../../program/failures.ts";
import { connectionsBesideFiles, listenAt, tlsOptions } from "../../program/listening.ts";
import { pathOf } from "../main/server_process.ts";
import { runtime, test } from "../support/harness.ts";

test("listenAt() listens on a port, and with a certificate takes another one", async (t) => {
  const plain = await listenAt({ place: { hostname: undefined, port: 0 }, limit: 10 }, undefined);
  t.defer(() => plain.close());
  assertEquals(plain.addr.transport, "tcp");
  const text = (name: string) => readFileSync(pathOf(`test/fixtures/tls/${name}`), "utf8");
  const certificate = { cert: text("server.crt"), key: text("server.key") };
  const secure = await listenAt(
    { place: { hostname: "localhost", port: 0 }, limit: 10 },
    certificate,
  );
  t.defer(() => secure.close());
  assert("setCertificate" in secure);
});

test("listenAt() says what to do, and takes a wrong place for a wrong argument", async (t) => {
  const listener = await listenAt(
    { place: { hostname: undefined, port: 0 }, limit: 10 },
    undefined,
  );
  t.defer(() => listener.close());
  const taken = "port" in listener.addr ? listener.addr.port : 0;
  const { message } = await assertRejects(
    () => listenAt({ place: { hostname: undefined, port: taken }, limit: 10 }, undefined),
    Error,
  );
  assert(message.endsWith("; stop what listens there, or choose another"), message);
  await assertRejects(
    () => listenAt({ place: { hostname: "a b", port: 0 }, limit: 10 }, undefined),
    UsageError,
  );
  await assertRejects(
    () => listenAt({ place: { path: "x".repeat(108), mode: 0o600 }, limit: 10 }, undefined),
    UsageError,
  );
});

test("tlsOptions() speaks HTTP/1.1 and nothing else", () => {
  const certificate = { cert: "c", key: "k" };
  assertEquals(tlsOptions(certificate), { ...certificate, alpn: ["http/1.1"] });
  assertEquals(tlsOptions(undefined), undefined);
});

test("connectionsBesideFiles() leaves each connection a file, where the limit is known", () => {
  const [, files] = /^Max open files +(\d+)/m.exec(limits()) ?? [];
  assertEquals(connectionsBesideFiles(1), undefined);
  const most = connectionsBesideFiles(10_000_000);
  if (files === undefined) return assertEquals(most, undefined);
  assert(most !== undefined && most * 2 < Number(files) - 16, `${most} of ${files}`);
  assert(most * 2 > Number(files) * 0.8, `${most} of ${files}`);
  // Processes have as many each, threads share them.
  const together = connectionsBesideFiles(10_000_000, 2) ?? 0;
  assert(runtime === "node" ? together < most : together >= 2 * most, `${together}, ${most}`);
});

/** What the system says; Deno lets nobody look there who may not do everything. */
function limits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}
