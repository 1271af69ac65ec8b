import { assertEquals, assertMatch, assertStringIncludes } from "#assert";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { program, VERSION } from "../main.ts";
import { get, RawClient } from "./main/raw_client.ts";
import { pathOf, RUN, runServer, ServerProcess } from "./main/server_process.ts";
import { gate } from "./support/gates.ts";
import { runtime, test, type TestContext } from "./support/harness.ts";

const HELLO = readFileSync(pathOf("static/hello.html"), "latin1");
const LOST = readFileSync(pathOf("static/404.html"), "latin1");

function answerOf(status: string, page: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/html; charset=utf-8\r\n` +
    `Content-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`;
}

/** Listens on a free port until the test ends. */
async function bound(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.defer(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** One line, and no stack. */
function assertOneLine(text: string, about: string): void {
  assertMatch(text, /^Cannot [^\n]+\n$/, about);
}

test(`mod.ts serves the pages on ${runtime}, says where, and stops by a signal`, async (t) => {
  const server = await ServerProcess.listening(t);
  assertEquals(await get(server.port, "/"), answerOf("200 OK", HELLO));
  assertEquals(await get(server.port, "/nothing"), answerOf("404 Not Found", LOST));
  const head = await new RawClient(server.port).send("HEAD / HTTP/1.0\r\n\r\n");
  assertEquals(await head.answer, answerOf("200 OK", HELLO).replace(HELLO, ""));
  assertStringIncludes(
    server.stdout,
    `\nServing the pages of ${pathOf("static")}; Ctrl-C stops it\n`,
  );
  if (process.platform === "win32") return;
  assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
});

test("program() serves hundreds while a request sleeps", async () => {
  const lines: string[] = [];
  const [asleep, slept, listening] = [gate(), gate(), gate<number>()];
  const stop = new AbortController();
  const ended = program({
    args: ["--port=0", "--limit=1000"],
    stop: stop.signal,
    print: (line) => {
      lines.push(line);
      const [, port] = /^Listening on .*:([0-9]+)\/$/.exec(line) ?? [];
      if (port !== undefined) listening.resolve(Number(port));
    },
    complain: (line) => lines.push(line),
    sleep: () => {
      asleep.resolve();
      return slept.promise;
    },
  });
  const port = await listening.promise;
  let done = false;
  const slow = get(port, "/sleep").finally(() => done = true);
  await asleep.promise;
  const answers = await Promise.all(Array.from({ length: 300 }, () => get(port, "/")));
  assertEquals(new Set(answers), new Set([answerOf("200 OK", HELLO)]));
  assertEquals([answers.length, done], [300, false]);
  // The request that runs is finished after the stop.
  stop.abort();
  slept.resolve();
  assertEquals(await slow, answerOf("200 OK", HELLO));
  assertEquals([await ended, lines.length], [0, 2]);
});

test("program() reports a fault of a handler in one line, and serves on", async () => {
  const complaints: string[] = [];
  const listening = gate<number>();
  const stop = new AbortController();
  const ended = program({
    args: ["--port", "0"],
    stop: stop.signal,
    print: (line) => listening.resolve(Number(/:([0-9]+)\/$/.exec(line)?.[1])),
    complain: (line) => complaints.push(line),
    sleep: () => Promise.reject(new Error("a fault\nof two lines")),
  });
  const port = await listening.promise;
  await get(port, "/sleep").catch(() => "reset");
  assertEquals(await get(port, "/"), answerOf("200 OK", HELLO));
  stop.abort();
  assertEquals(await ended, 0);
  assertEquals(complaints.length, 1);
  assertMatch(complaints[0] ?? "", /^Cannot answer 127\.0\.0\.1:[0-9]+: a fault of two lines$/);
});

test(`mod.ts answers a wrong argument with one line and exit code 2 on ${runtime}`, async (t) => {
  const wrong: [args: string[], named: string][] = [
    [["--bogus"], '"--bogus" is not an option'],
    [["--__proto__=1"], '"--__proto__" is not an option'],
    [["-p", "80"], '"-p" is not an option'],
    [["static"], '"static" is not an option'],
    [["--port"], "--port needs a value"],
    [["--port", "--help"], "--port needs a value"],
    [["--port", "http"], 'from 0 to 65535, got "http"'],
    [["--port", "-1"], 'got "-1"'],
    [["--port=65536"], 'got "65536"'],
    [["--port=0x50"], 'got "0x50"'],
    [["--port="], 'got ""'],
    [["--limit", "0"], '--limit must be an integer from 1 to 1000000, got "0"'],
    [["--limit", "1.5"], 'got "1.5"'],
    [["--workers", "0"], '--workers must be an integer from 1 to 1024, got "0"'],
    [["--workers=two"], 'got "two"'],
    [["--workers=2", "--hostname", "a b", "--port", "0"], "hostname must be an address"],
    [["--root", ""], "--root must not be empty"],
    [["--version=yes"], "--version takes no value"],
    [["--hostname", "a b", "--port", "0"], 'hostname must be an address or a host name, got "a b"'],
  ];
  await Promise.all(wrong.map(async ([args, named]) => {
    const { code, stdout, stderr } = await runServer(t, args);
    assertEquals([args, code, stdout], [args, 2, ""]);
    assertOneLine(stderr, String(args));
    assertStringIncludes(stderr, named);
  }));
});

test(`mod.ts says in one line why it cannot serve, with exit code 1, on ${runtime}`, async (t) => {
  const taken = await bound(t, createServer());
  const failures: [args: string[], named: string][] = [
    [["--port", String(taken)], `127.0.0.1:${taken}: the address is in use (EADDRINUSE)`],
    [["--hostname", "no.such.host.invalid"], "no.such.host.invalid:7878: the host name is unknown"],
    // An address that is kept for documents: nobody has it.
    [["--hostname=192.0.2.1"], "192.0.2.1:7878: the address is not one of this machine"],
    [["--root", "no/such/folder"], '"no/such/folder": there is no such folder'],
    [["--root", pathOf("mod.ts")], "it is a file, not a folder"],
    [["--root", pathOf("core")], "it has no hello.html"],
  ];
  await Promise.all(failures.map(async ([args, named]) => {
    const { code, stdout, stderr } = await runServer(t, args);
    assertEquals([args, code, stdout], [args, 1, ""]);
    assertOneLine(stderr, String(args));
    assertStringIncludes(stderr, named);
  }));
});

test("mod.ts --version is that of package.json and deno.json", async (t) => {
  for (const file of ["package.json", "deno.json"]) {
    const { version } = JSON.parse(readFileSync(pathOf(file), "utf8"));
    assertEquals([file, version], [file, VERSION]);
  }
  const { code, stdout, stderr } = await runServer(t, ["--version"]);
  assertEquals([code, stdout, stderr], [0, `${VERSION}\n`, ""]);
});

test("mod.ts --help lists the options", async (t) => {
  const { code, stdout, stderr } = await runServer(t, ["--help"]);
  assertEquals([code, stderr], [0, ""]);
  const listed = [...stdout.matchAll(/^ {2}(--[a-z]+)/gm)].map(([, name]) => name);
  const options = ["--hostname", "--port", "--limit", "--workers", "--root", "--help", "--version"];
  assertEquals(listed, options);
});

/** What the program needs on Deno beside its own permissions, to start workers. */
const RUN_WORKERS = runtime === "deno"
  ? [...RUN.deno, "--allow-env", "--allow-run", pathOf("mod.ts")]
  : [...RUN[runtime], pathOf("mod.ts")];

/** The program with two workers; `defer` sees to its end. */
async function withWorkers(t: TestContext): Promise<{ server: ServerProcess; port: number }> {
  const server = new ServerProcess(["--port", "0", "--workers", "2"], RUN_WORKERS);
  t.defer(() => server.kill("SIGKILL"));
  const [, port] = await server.said(/^Listening on http:\/\/127\.0\.0\.1:([0-9]+)\/\n/);
  return { server, port: Number(port) };
}

if (process.platform !== "win32") {
  test(`mod.ts --workers 2 serves, and a signal drains both on ${runtime}`, async (t) => {
    const { server, port } = await withWorkers(t);
    const answers = await Promise.all(Array.from({ length: 40 }, () => get(port, "/")));
    assertEquals(new Set(answers), new Set([answerOf("200 OK", HELLO)]));
    // Both workers have one that is half there when the signal comes.
    const running = await Promise.all([1, 2, 3, 4].map(async () => {
      return await new RawClient(port).send("GET / HTTP/1.1\r\n");
    }));
    await get(port, "/");
    const ended = server.kill("SIGTERM");
    await server.said(/\nStopping: /);
    for (const client of running) await client.send("Host: localhost\r\n\r\n");
    for (const client of running) assertEquals(await client.answer, answerOf("200 OK", HELLO));
    assertEquals([await ended, server.stderr], [0, ""]);
  });

  test(`mod.ts --workers 2 ends at once by a second signal on ${runtime}`, async (t) => {
    const { server, port } = await withWorkers(t);
    const running = await new RawClient(port).send("GET");
    await get(port, "/");
    void server.kill("SIGTERM");
    await server.said(/\nStopping: /);
    assertEquals([await server.kill("SIGTERM"), server.stderr], [143, ""]);
    await running.answer.catch(() => "reset");
  });

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
    await running.send("Host: localhost\r\n\r\n");
    assertEquals(await running.answer, answerOf("200 OK", HELLO));
    await silent.answer.catch(() => "reset");
    assertEquals([await ended, server.stderr], [0, ""]);
  });

  test(`mod.ts stops in good order when nobody reads its output on ${runtime}`, async (t) => {
    const server = await ServerProcess.listening(t);
    await server.deafen();
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
}

test(`mod.ts outlives clients that leave at any moment on ${runtime}`, async (t) => {
  const server = await ServerProcess.listening(t);
  for (
    const text of ["", "GET", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /sleep HTTP/1.0\r\n\r\n"]
  ) {
    for (let i = 0; i < 20; i++) (await new RawClient(server.port).send(text)).reset();
  }
  assertEquals(await get(server.port, "/"), answerOf("200 OK", HELLO));
  if (process.platform === "win32") return;
  assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
});

if (runtime === "deno") {
  test("mod.ts names the permissions that it needs, when nobody can be asked", async (t) => {
    for (const given of ["--allow-env", "--allow-net", "--allow-read"]) {
      // One that is of no use here; to a child that is given none at all, Deno grants everything.
      const run = ["run", "--no-prompt", given, pathOf("mod.ts")];
      const { code, stdout, stderr } = await runServer(t, ["--port", "0"], run);
      assertEquals([code, stdout], [1, ""]);
      assertEquals(stderr, "Cannot start: Deno needs --allow-net --allow-read for it\n", given);
    }
    const run = [...RUN.deno, pathOf("mod.ts")];
    const { code, stderr } = await runServer(t, ["--port", "0", "--workers", "2"], run);
    const needed = "--allow-net --allow-read --allow-env --allow-run";
    assertEquals([code, stderr], [1, `Cannot start: Deno needs ${needed} for it\n`]);
  });

  test("mod.ts fetches its pages from where it was loaded", async (t) => {
    const origin = createHttpServer(({ url = "" }, response) => {
      const type = url.endsWith(".ts") ? "text/typescript" : "text/html";
      response.writeHead(200, { "content-type": type, "connection": "close" });
      response.end(readFileSync(pathOf(url.slice(1))));
    });
    const address = `http://127.0.0.1:${await bound(t, origin)}/mod.ts`;
    const cache = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(cache, { recursive: true, force: true }));
    const run = [...RUN.deno, "--allow-import", "--no-config", address];
    const server = new ServerProcess(["--port", "0"], run, { DENO_DIR: cache });
    t.defer(() => server.kill("SIGKILL"));
    const [, port] = await server.said(/^Listening on .*:([0-9]+)\/\n/);
    assertEquals(await get(Number(port), "/"), answerOf("200 OK", HELLO));
  });
}
