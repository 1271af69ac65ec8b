/** The program with several workers. */

import { assert, assertEquals, assertMatch } from "#assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { TLSSocket } from "node:tls";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { get, getPage, RawClient, statusAndBody } from "./raw_client.ts";
import { pathOf, RUN, ServerProcess } from "./server_process.ts";

const HELLO = readFileSync(pathOf("static/hello.html"), "latin1");

/** What the program needs on Deno beside its own permissions, to start workers. */
const RUN_WORKERS = runtime === "deno"
  ? [...RUN.deno, "--allow-write", "--allow-env", "--allow-run", pathOf("mod.ts")]
  : [...RUN[runtime], pathOf("mod.ts")];

/** The program with two workers; `defer` sees to its end. */
async function withWorkers(
  t: TestContext,
  ...args: string[]
): Promise<{ server: ServerProcess; port: number }> {
  const server = new ServerProcess(["--port", "0", "--workers", "2", ...args], RUN_WORKERS);
  t.defer(() => server.kill("SIGKILL"));
  const [, port] = await server.said(/^Listening on https?:\/\/127\.0\.0\.1:([0-9]+)\/\n/);
  return { server, port: Number(port) };
}

/** The figures whose names do not depend on the machine. */
function figuresOf(text: string): Record<string, number> {
  const lines = [...text.matchAll(/^(incoming_\w+(?:\{status="\w+"\})?) ([0-9]+)$/gm)];
  return Object.fromEntries(lines.map(([, name = "", value]) => [name, Number(value)]));
}

if (process.platform !== "win32") {
  test(`mod.ts --workers 2 serves, and a signal drains both on ${runtime}`, async (t) => {
    const { server, port } = await withWorkers(t, "--log", "common");
    const answers = await Promise.all(Array.from({ length: 40 }, () => getPage(port, "/")));
    assertEquals(new Set(answers.map(String)), new Set([`200,${HELLO}`]));
    assertEquals(await getPage(port, "/sleep?ms=1"), ["200", "slept 1 ms\n"]);
    // Both workers have one that is half there when the signal comes.
    const running = await Promise.all([1, 2, 3, 4].map(async () => {
      return await new RawClient(port).send("GET /x HTTP/1.1\r\n");
    }));
    await get(port, "/");
    const ended = server.kill("SIGTERM");
    await server.said(/\nStopping: /);
    for (const client of running) await client.send("Host: localhost\r\n\r\n");
    for (const client of running) assertEquals(statusAndBody(await client.answer)[0], "404");
    assertEquals([await ended, server.stderr], [0, ""]);
    const logged = [...server.stdout.matchAll(/^127\.0\.0\.1 - - \[.*\] "GET (\S+) HTTP\/1\.1"/gm)];
    const paths = logged.map(([, path]) => path).sort();
    assertEquals(paths, [
      ...Array.from({ length: 41 }, () => "/"),
      "/sleep?ms=1",
      ..."/x /x /x /x".split(" "),
    ]);
  });

  test(`mod.ts --workers 2 has the figures of both at one path on ${runtime}`, async (t) => {
    const { port } = await withWorkers(t, "--metrics", "/m");
    await Promise.all(Array.from({ length: 20 }, () => getPage(port, "/nothing")));
    const [status, text] = await getPage(port, "/m");
    assertEquals(status, "200");
    const figures = figuresOf(text);
    assertEquals(figures['incoming_http_requests_total{status="4xx"}'], 20);
    assertEquals(figures["incoming_connections_accepted_total"], 21);
    assertEquals(figures["incoming_workers"], 2);
    assertEquals(figures["incoming_worker_restarts_total"], 0);
    assertMatch(text, /^process_resident_memory_bytes [0-9]{8,}$/m);
    // The answer before is counted now, whichever worker has given it.
    const [, next] = await getPage(port, "/m");
    assertEquals(figuresOf(next)['incoming_http_requests_total{status="2xx"}'], 1);
  });

  test(`mod.ts --workers 2 says so in /healthz when it will stop on ${runtime}`, async (t) => {
    const { server, port } = await withWorkers(t, "--notice", "60");
    void server.kill("SIGTERM");
    await server.said(/\nStopping: it serves on for 60 s/);
    const told = new Set<string>();
    // Word has to get to both workers.
    for (let i = 0; i < 200 && !told.has("503"); i++) {
      told.add((await getPage(port, "/healthz"))[0]);
    }
    assert(told.has("503"), [...told].join());
    assertEquals(await getPage(port, "/"), ["200", HELLO]);
    assertEquals(await server.kill("SIGTERM"), 143);
  });

  test(`mod.ts --workers 2 serves a unix socket on ${runtime}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(folder, { recursive: true, force: true }));
    const place = join(folder, "s");
    const server = new ServerProcess(["--unix", place, "--workers", "2"], RUN_WORKERS);
    t.defer(() => server.kill("SIGKILL"));
    await server.said(/^Listening on unix:/);
    assertEquals(await getPage(place, "/"), ["200", HELLO]);
    assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
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

  for (const workers of ["1", "2"]) {
    test(`mod.ts --workers ${workers} speaks TLS, and reads its certificate anew by SIGHUP, on ${runtime}`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "incoming-"));
      t.defer(() => rmSync(folder, { recursive: true, force: true }));
      const [cert, key] = [join(folder, "c.pem"), join(folder, "k.pem")];
      const use = (name: string) => {
        writeFileSync(cert, readFileSync(pathOf(`test/fixtures/tls/${name}.crt`)));
        writeFileSync(key, readFileSync(pathOf(`test/fixtures/tls/${name}.key`)));
      };
      use("server");
      const args = ["--port", "0", "--workers", workers, "--cert", cert, "--key", key];
      const server = new ServerProcess(args, RUN_WORKERS);
      t.defer(() => server.kill("SIGKILL"));
      const [, port] = await server.said(/^Listening on https:\/\/127\.0\.0\.1:([0-9]+)\/\n/);
      assertEquals(await secured(Number(port)), [200, "server.test"]);
      writeFileSync(key, "nothing");
      process.kill(server.pid, "SIGHUP");
      await server.complained(
        /^Cannot use the key .*: it is no private key in PEM; the one before/,
      );
      assertEquals(await secured(Number(port)), [200, "server.test"]);
      use("renewed");
      process.kill(server.pid, "SIGHUP");
      await server.said(/\nRead the certificate \S+ anew\n/);
      assertEquals(await secured(Number(port)), [200, "renewed.test"]);
      assertEquals(await server.kill("SIGTERM"), 0);
    });
  }
}

/** The status of the answer to GET / over TLS, and whom the certificate names. */
function secured(port: number): Promise<[number | undefined, string | undefined]> {
  const ca = readFileSync(pathOf("test/fixtures/tls/ca.crt"), "utf8");
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", path: "/", ca, agent: false }, (response) => {
      // Of a connection with TLS.
      const socket = response.socket as TLSSocket;
      const { CN } = socket.getPeerCertificate().subject;
      response.resume().on("end", () => resolve([response.statusCode, String(CN)]));
    });
    asked.on("error", reject).end();
  });
}
