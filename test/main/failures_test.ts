/** What keeps the program from serving: one line that says so, its exit code, and nothing left behind. */

import { assertEquals, assertMatch, assertStringIncludes } from "#assert";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { pathOf, RUN, runServer, ServerProcess } from "./server_process.ts";

/** With all that it may need on Deno. */
const RUN_ALL = runtime === "deno"
  ? [...RUN.deno, "--allow-write", "--allow-env", "--allow-run", pathOf("mod.ts")]
  : [...RUN[runtime], pathOf("mod.ts")];

/** Listens until the test ends. */
async function bound(t: TestContext, server: Server, place: object): Promise<number> {
  await new Promise<void>((resolve) => server.listen(place, resolve));
  t.defer(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

type Failure = readonly [args: string[], named: string];

/** Each of them ends with `code`, and says one line that has `named` in it. */
async function assertFailures(
  t: TestContext,
  code: number,
  failures: readonly Failure[],
): Promise<void> {
  await Promise.all(failures.map(async ([args, named]) => {
    const { code: ended, stdout, stderr } = await runServer(t, args, RUN_ALL);
    assertEquals([args, ended, stdout], [args, code, ""]);
    assertMatch(stderr, /^Cannot [^\n]+\n$/, String(args));
    assertStringIncludes(stderr, named);
  }));
}

test(`mod.ts answers a wrong argument with one line and exit code 2 on ${runtime}`, async (t) => {
  await assertFailures(t, 2, [
    [["--bogus"], '"--bogus" is not an option; --help shows them'],
    [["--workers=2", "--hostname", "a b", "--port", "0"], "hostname must be an address"],
    [["--unix", "x".repeat(108)], "path must be of 107 bytes at most, got 108 bytes"],
  ]);
});

test(`mod.ts says in one line why it cannot serve, with exit code 1, on ${runtime}`, async (t) => {
  const port = await bound(t, createServer(), { port: 0, host: "127.0.0.1" });
  const free = ["--port", "0"];
  const inUse = `127.0.0.1:${port}: the address is in use (EADDRINUSE); stop what listens there`;
  const pem = (name: string) => pathOf(`test/fixtures/tls/${name}`);
  await assertFailures(t, 1, [
    [["--port", String(port)], inUse],
    [["--port", String(port), "--workers", "2"], inUse],
    [["--hostname", "no.such.host.invalid"], "no.such.host.invalid:7878: the host name is unknown"],
    // An address that is kept for documents: nobody has it.
    [["--hostname=192.0.2.1"], "192.0.2.1:7878: the address is not one of this machine"],
    [["--hostname=192.0.2.1", "--workers=2"], "of this machine, or 0.0.0.0 for all of them"],
    [[...free, "--root", "no/such/folder", "--workers", "2"], "there is no such folder"],
    [[...free, "--root", pathOf("mod.ts")], "it is a file, not a folder"],
    [
      [...free, "--cert", pem("server.crt"), "--key", pem("client.key")],
      `Cannot use the key ${JSON.stringify(pem("client.key"))}: it is not that of the certificate`,
    ],
  ]);
});

if (process.platform !== "win32") {
  test(`mod.ts leaves alone what it cannot listen on, and no file behind, on ${runtime}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(folder, { recursive: true, force: true }));
    const [live, plain] = [join(folder, "live"), join(folder, "plain")];
    await bound(t, createServer(), { path: live });
    writeFileSync(plain, "text");
    mkdirSync(join(folder, "sub"));
    const before = readdirSync(folder).sort();
    await assertFailures(t, 1, [
      [["--unix", live], `unix:${live}: the address is in use (EADDRINUSE)`],
      [["--unix", plain], `unix:${plain}: the address is in use (EADDRINUSE)`],
      [
        ["--unix", join(folder, "no", "s")],
        "there is no such file (ENOENT); its folder has to exist",
      ],
      [["--unix", join(folder, "one"), "--root", join(folder, "no")], "there is no such folder"],
    ]);
    assertEquals([readdirSync(folder).sort(), existsSync(live)], [before, true]);
  });

  // Nothing is closed to the superuser, who is somebody else here.
  const [nobody, ...asNobody] = process.getuid?.() === 0
    ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", process.execPath]
    : [process.execPath];
  test(`mod.ts refuses a root that this user may not enter, or list when it is to, on ${runtime}`, async (t) => {
    const root = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(root, { recursive: true, force: true }));
    t.defer(() => chmodSync(root, 0o755));
    for (
      const [mode, more] of [[0o644, []], [0, ["--workers", "2"]], [0o711, ["--listing"]]] as const
    ) {
      chmodSync(root, mode);
      const args = ["--port", "0", "--root", root, ...more];
      const server = new ServerProcess(args, [...asNobody, ...RUN_ALL], {}, nobody);
      t.defer(() => server.kill("SIGKILL"));
      assertEquals([await server.ended, server.stdout], [1, ""]);
      const said = `Cannot serve the files of ${JSON.stringify(root)}: permission denied\n`;
      assertEquals(server.stderr, said);
    }
  });
}
