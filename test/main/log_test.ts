/** The access log of the program, as a process writes it. */

import { assert, assertEquals, assertMatch } from "#assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { get, getPage, RawClient } from "./raw_client.ts";
import { pathOf, RUN, ServerProcess } from "./server_process.ts";
import { Unread } from "./unread.ts";

/** A folder with one large file. */
function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, "large.bin"), new Uint8Array(64 * 1024 * 1024));
  return root;
}

if (process.platform !== "win32") {
  test(`mod.ts --log common has a line for each answer, as it was sent, on ${runtime}`, async (t) => {
    const server = await ServerProcess.listening(t, "--root", folder(t), "--log", "common");
    const nasty = 'GET /"\\\x80\xff HTTP/1.1\r\nHost: x\r\nUser-Agent: \x1b[31m\r\n\r\n';
    await (await new RawClient(server.port).send(nasty)).answer;
    await getPage(server.port, "/healthz?a=%0Ab");
    const slow = await new RawClient(server.port).get("/large.bin");
    await slow.begun();
    slow.reset();
    await server.said(/\/large\.bin.*\n/);
    await new RawClient(server.port).send("HEAD /nothing HTTP/1.0\r\n\r\n").then((c) => c.answer);
    assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
    const [, , ...lines] = server.stdout.split("\n");
    const date = "\\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000\\]";
    const expected = [
      '"-" 400 \\d+',
      '"GET /healthz\\?a=%0Ab HTTP/1\\.1" 200 3',
      '"GET /large\\.bin HTTP/1\\.1" 200 (?:\\d+|-) aborted',
      '"HEAD /nothing HTTP/1\\.0" 404 -',
    ];
    for (const [at, line] of expected.entries()) {
      assertMatch(lines[at] ?? "", new RegExp(`^127\\.0\\.0\\.1 - - ${date} ${line}$`));
    }
    assertMatch(lines[expected.length] ?? "", /^Stopping: /);
    const [, sent = "-"] = / 200 (\d+) aborted/.exec(lines[2] ?? "") ?? [];
    assert(sent === "-" || Number(sent) < 64 * 1024 * 1024, sent);
  });

  test(`mod.ts --log json has nothing but JSON, a line each, on ${runtime}`, async (t) => {
    const server = new ServerProcess(["--port", "0", "--log", "json"], [
      ...RUN[runtime],
      pathOf("mod.ts"),
    ]);
    t.defer(() => server.kill("SIGKILL"));
    const [, port] = await server.said(/Listening on http:\/\/127\.0\.0\.1:([0-9]+)\/"/);
    const fields = "Host: x\r\nUser-Agent: a\tb\r\nReferer: http://x/\r\nConnection: close\r\n\r\n";
    await (await new RawClient(Number(port)).send(`GET /sleep?ms=20 HTTP/1.1\r\n${fields}`)).answer;
    await (await new RawClient(Number(port)).send("nonsense\r\n\r\n")).answer;
    assertEquals(await server.kill("SIGTERM"), 0);
    const lines = server.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.length, 5);
    const { time, ms, ...slept } = lines[2];
    assertEquals(slept, {
      client: "127.0.0.1",
      method: "GET",
      target: "/sleep?ms=20",
      version: "1.1",
      status: 200,
      bytes: 12,
      agent: "a\tb",
      referer: "http://x/",
    });
    assert(ms >= 19 && ms < 10_000, `${ms}`);
    assert(Math.abs(Date.parse(time) - Date.now()) < 60_000, time);
    const { status, method, client } = lines[3];
    assertEquals([status, method, client], [400, undefined, "127.0.0.1"]);
  });

  test(`mod.ts goes on when nobody reads its log, and ends, on ${runtime}`, async (t) => {
    const root = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(root, { recursive: true, force: true }));
    const place = join(root, "s");
    const granted = runtime === "deno" ? [...RUN.deno, "--allow-write"] : RUN[runtime];
    const server = new Unread([...granted, pathOf("mod.ts"), "--unix", place, "--log", "json"]);
    t.defer(() => server.end());
    while (!(await getPage(place, "/healthz").then(([status]) => status === "200", () => false)));
    // Far more than a pipe takes, and more than is kept: 1,300 bytes each.
    const target = `/${"x".repeat(1000)}`;
    for (let turn = 0; turn < 30; turn++) {
      const client = new RawClient(place);
      const all = `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(99);
      await client.send(`${all}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assertMatch(await client.answer, /HTTP\/1\.1 200 OK[^]*<h1>Hello!<\/h1>/);
    }
    assertMatch(await get(place, "/healthz"), /^HTTP\/1\.1 200 OK\r\n/);
    await server.kill("SIGTERM");
    const [, code] = await server.said(/^exit ([0-9]+)\n/m);
    assertEquals(code, "0");
  });

  if (process.platform === "linux") {
    test(`mod.ts serves on when the disk of its log is full, and says so once, on ${runtime}`, async (t) => {
      const place = join(folder(t), "s");
      const granted = runtime === "deno" ? [...RUN.deno, "--allow-write"] : RUN[runtime];
      const server = new ServerProcess(
        ["--unix", place, "--log", "common"],
        ["-c", 'exec "$@" >/dev/full', "sh", process.execPath, ...granted, pathOf("mod.ts")],
        {},
        "/bin/sh",
      );
      t.defer(() => server.kill("SIGKILL"));
      await server.complained(/^Cannot print for now: .*\n/);
      for (let i = 0; i < 3; i++) assertEquals((await getPage(place, "/healthz"))[0], "200");
      assertEquals(await server.kill("SIGTERM"), 0);
      assertMatch(server.stderr, /^Cannot print for now: [^\n]*no space[^\n]*\n$/i);
    });
  }
}
