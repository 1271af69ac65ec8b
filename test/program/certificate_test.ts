import { assertEquals, assertRejects } from "#assert";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { readCertificate } from "../../program/certificate.ts";
import { pathOf } from "../main/server_process.ts";
import { test } from "../support/harness.ts";

const CERT = pathOf("test/fixtures/tls/server.crt");
const KEY = pathOf("test/fixtures/tls/server.key");

test("readCertificate() gives both as text", async () => {
  assertEquals(await readCertificate({ cert: CERT, key: KEY }), {
    cert: readFileSync(CERT, "utf8"),
    key: readFileSync(KEY, "utf8"),
  });
});

test("readCertificate() says in one line what is wrong, and never what is in a key", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const key = readFileSync(KEY, "utf8");
  const cert = readFileSync(CERT, "utf8");
  const broken = (kind: string) => `-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----\n`;
  const secret = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n";
  const wrong: [cert: string, key: string, what: string, reason: string][] = [
    [join(folder, "no"), KEY, "certificate", "there is no such file"],
    [CERT, join(folder, "no"), "key", "there is no such file"],
    [folder, KEY, "certificate", "it is a folder"],
    [file("empty", ""), KEY, "certificate", "it is no certificate in PEM"],
    [file("text", "hello"), KEY, "certificate", "it is no certificate in PEM"],
    [file("cut", broken("CERTIFICATE")), KEY, "certificate", "it is no certificate in PEM"],
    [KEY, KEY, "certificate", "it is no certificate in PEM"],
    [CERT, CERT, "key", "it is no private key in PEM"],
    [CERT, file("cut.key", broken("PRIVATE KEY")), "key", "it is no private key in PEM"],
    [CERT, file("half.key", key.slice(0, 120)), "key", "it is no private key in PEM"],
    [
      CERT,
      file("locked.key", key.replace("-----\n", `-----\n${secret}\n`)),
      "key",
      "it is encrypted; give one without a passphrase",
    ],
    [
      CERT,
      pathOf("test/fixtures/tls/client.key"),
      "key",
      `it is not that of the certificate ${JSON.stringify(CERT)}`,
    ],
  ];
  for (const [cert, key, what, reason] of wrong) {
    const { message } = await assertRejects(() => readCertificate({ cert, key }), Error);
    const named = JSON.stringify(what === "key" ? key : cert);
    assertEquals(message, `Cannot use the ${what} ${named}: ${reason}`);
  }
  // The system's own may read everything.
  if (process.platform === "win32" || process.getuid?.() === 0) return;
  const unreadable = file("unreadable", cert);
  chmodSync(unreadable, 0o000);
  const { message } = await assertRejects(
    () => readCertificate({ cert: unreadable, key: KEY }),
    Error,
  );
  assertEquals(message.endsWith(": this user may not read it"), true);
});
