/** The program as a process: what it says, what it serves, and how it ends. */

import { assertEquals, assertMatch, assertStringIncludes } from "#assert";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { VERSION } from "../main.ts";
import { get, getPage, RawClient, statusAndBody } from "./main/raw_client.ts";
import { pathOf, RUN, runServer, ServerProcess } from "./main/server_process.ts";
import { runtime, test } from "./support/harness.ts";

const HELLO = readFileSync(pathOf("static/hello.html"), "latin1");
const LOST = readFileSync(pathOf("static/404.html"), "latin1");
const HOST = "Host: localhost\r\n\r\n";

test(`mod.ts serves the demo on ${runtime}, says where, and stops by a signal`, async (t) => {
  const server = await ServerProcess.listening(t);
  const home = await get(server.port, "/");
  assertEquals(statusAndBody(home), ["200", HELLO]);
  assertStringIncludes(home, "\r\nContent-Type: text/html; charset=utf-8\r\n");
  assertEquals(await getPage(server.port, "/nothing"), ["404", LOST]);
  const head = await new RawClient(server.port).send("HEAD / HTTP/1.0\r\n\r\n");
  assertEquals(statusAndBody(await head.answer), ["200", ""]);
  assertStringIncludes(await head.answer, `\r\nContent-Length: ${HELLO.length}\r\n`);
  assertStringIncludes(server.stdout, `\nServing the demo in ${pathOf("static")} on `);
  if (process.platform === "win32") return;
  assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
  assertMatch(server.stdout, /^Listening [^\n]+\nServing [^\n]+\nStopping: [^\n]+\n$/);
});

test(`mod.ts answers several requests on one connection on ${runtime}`, async (t) => {
  const server = await ServerProcess.listening(t, "--root", pathOf("examples"));
  const client = new RawClient(server.port);
  await client.send(`GET /echo.ts HTTP/1.1\r\n${HOST}GET /nothing HTTP/1.1\r\n${HOST}`);
  await client.send(`GET /healthz HTTP/1.1\r\nConnection: close\r\n${HOST}`);
  const statuses = [...(await client.answer).matchAll(/^HTTP\/1\.1 ([0-9]+)/gm)];
  assertEquals(statuses.map(([, status]) => status), ["200", "404", "200"]);
  assertStringIncludes(await client.answer, readFileSync(pathOf("examples/echo.ts"), "latin1"));
});

test("mod.ts --version is that of package.json and deno.json", async (t) => {
  for (const file of ["package.json", "deno.json"]) {
    const { version } = JSON.parse(readFileSync(pathOf(file), "utf8"));
    assertEquals([file, version], [file, VERSION]);
  }
  const { code, stdout, stderr } = await runServer(t, ["--version"]);
  assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
});

if (process.platform !== "win32") {
  test(`mod.ts finishes running requests after a signal on ${runtime}`, async (t) => {
    const server = await ServerProcess.listening(t);
    const [running, silent] = [new RawClient(server.port), new RawClient(server.port)];
    await running.send("GET / HTTP/1.1\r\n");
    await silent.connected();
    // The server has taken both when it has answered one that came later.
    await get(server.port, "/");
    const ended = server.kill("SIGINT");
    await server.said(/\nStopping: /);
    while (
      await new RawClient(server.port).connected().then((late) => (late.reset(), true), () => false)
    );
    await running.send(HOST);
    assertEquals(statusAndBody(await running.answer), ["200", HELLO]);
    assertStringIncludes(await running.answer, "\r\nConnection: close\r\n");
    await silent.answer.catch(() => "reset");
    assertEquals([await ended, server.stderr], [0, ""]);
  });

  test(`mod.ts stops in good order when nobody reads its output on ${runtime}`, async (t) => {
    const server = await ServerProcess.listening(t, "--log", "common");
    await server.deafen();
    for (let i = 0; i < 3; i++) assertEquals((await getPage(server.port, "/x"))[0], "404");
    assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
  });

  test(`mod.ts ends at once by a second signal on ${runtime}`, async (t) => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      const server = await ServerProcess.listening(t);
      const running = await new RawClient(server.port).send("GET");
      await get(server.port, "/");
      void server.kill("SIGTERM");
      await server.said(/\nStopping: /);
      assertEquals([await server.kill(signal), server.stderr], [code, ""]);
      await running.answer.catch(() => "reset");
    }
  });

  test(`mod.ts --unix has a socket file with its mode, and removes it on ${runtime}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(folder, { recursive: true, force: true }));
    const place = join(folder, "s");
    const server = new ServerProcess(["--unix", place, "--mode", "600"], UNIX);
    t.defer(() => server.kill("SIGKILL"));
    await server.said(new RegExp(`^Listening on unix:${place}\n`));
    assertEquals(statSync(place).mode & 0o777, 0o600);
    assertEquals(await getPage(place, "/"), ["200", HELLO]);
    assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
    assertEquals(existsSync(place), false);
  });

  test(`mod.ts serves the socket that systemd has bound on ${runtime}`, async (t) => {
    const run = runtime === "deno" ? [...RUN.deno, "--allow-env", "--allow-run"] : RUN[runtime];
    const node = pathOf("node_modules/.bin/node");
    const args = [pathOf("test/fixtures/activate.mjs"), process.execPath, ...run, pathOf("mod.ts")];
    const server = new ServerProcess([], args, {}, node);
    t.defer(() => server.kill("SIGTERM"));
    const [, port] = await server.said(/^port ([0-9]+)\n/m);
    await server.said(/^Listening on http:\/\/127\.0\.0\.1:[0-9]+\/\n/m);
    assertEquals(await getPage(Number(port), "/"), ["200", HELLO]);
    assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
  });
}

/** What the program needs on Deno to make a socket file. */
const UNIX = runtime === "deno"
  ? [...RUN.deno, "--allow-write", pathOf("mod.ts")]
  : [...RUN[runtime], pathOf("mod.ts")];

test(`mod.ts outlives clients that leave at any moment on ${runtime}`, async (t) => {
  const server = await ServerProcess.listening(t, "--log", "common");
  for (
    const text of ["", "GET", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /sleep HTTP/1.0\r\n\r\n"]
  ) {
    for (let i = 0; i < 20; i++) (await new RawClient(server.port).send(text)).reset();
  }
  assertEquals(await getPage(server.port, "/"), ["200", HELLO]);
  if (process.platform === "win32") return;
  assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
});

if (runtime === "deno") {
  test("mod.ts names the permissions that are missing, when nobody can be asked", async (t) => {
    const cases: [given: string, args: string[], missing: string][] = [
      // One that is of no use here; to a child that is given none at all, Deno grants everything.
      ["--allow-env", [], "--allow-net --allow-read"],
      ["--allow-net", [], "--allow-read"],
      ["--allow-read", [], "--allow-net"],
      ["--allow-read=docs", [], "--allow-net --allow-read"],
      ["--allow-net --allow-read", ["--workers", "2"], "--allow-env --allow-run"],
    ];
    await Promise.all(cases.map(async ([given, args, missing]) => {
      const run = ["run", "--no-prompt", ...given.split(" "), pathOf("mod.ts")];
      const { code, stdout, stderr } = await runServer(t, ["--port", "0", ...args], run);
      assertEquals([given, code, stdout], [given, 1, ""]);
      assertEquals(stderr, `Cannot start: Deno needs ${missing} for it\n`);
    }));
  });

  test("mod.ts fetches its pages from where it was loaded", async (t) => {
    const origin = createHttpServer(({ url = "" }, response) => {
      const type = url.endsWith(".ts") ? "text/typescript" : "text/html";
      response.writeHead(200, { "content-type": type, "connection": "close" });
      response.end(readFileSync(pathOf(url.slice(1))));
    });
    await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
    t.defer(() => new Promise((resolve) => origin.close(resolve)));
    const address = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/mod.ts`;
    const cache = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(cache, { recursive: true, force: true }));
    const run = [...RUN.deno, "--allow-import", "--no-config", address];
    const server = new ServerProcess(["--port", "0"], run, { DENO_DIR: cache });
    t.defer(() => server.kill("SIGKILL"));
    const [, port] = await server.said(/^Listening on .*:([0-9]+)\/\n/);
    assertEquals(await getPage(Number(port), "/"), ["200", HELLO]);
    assertEquals(await getPage(Number(port), "/demo.css"), [
      "200",
      readFileSync(pathOf("static/demo.css"), "latin1"),
    ]);
  });
}
