/** serveHttp, as curl, wrk and h2load see it. */

import { assert, assertEquals, assertMatch } from "#assert";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pattern } from "../apps/client_answers.ts";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

const [KIBIBYTE, MEBIBYTE] = [1 << 10, 1 << 20];
const SIZES = [0, 1, 100, KIBIBYTE, 64 * KIBIBYTE, MEBIBYTE, 8 * MEBIBYTE];
const LOAD_SECONDS = 2;
/** For the less usual kinds of load. */
const SHORT_LOAD_SECONDS = 1;

interface Served {
  readonly base: string;
  /** Curl's output. */
  curl(...args: string[]): Promise<string>;
  /** A file that is gone when the test ends. */
  file(name: string, bytes?: Uint8Array): string;
  /** Ends the server in order; nothing may have been reported. */
  ended(): Promise<void>;
}

/** The server as a process of its own. */
async function served(t: TestContext): Promise<Served> {
  const server = new ServerProcess([], [...RUN[runtime], pathOf("test/system/http_server.ts")]);
  t.defer(() => server.kill("SIGKILL"));
  const [, port = ""] = await server.said(/^port ([0-9]+)\n/);
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return {
    base: `http://127.0.0.1:${port}`,
    curl: (...args) => run("curl", "--silent", "--show-error", "--max-time", "20", ...args),
    file: (name, bytes) => {
      const file = join(folder, name);
      if (bytes !== undefined) writeFileSync(file, bytes);
      return file;
    },
    ended: async () => {
      assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
      assertMatch(server.stdout, /\ncut 0\n$/);
    },
  };
}

/** What a tool prints. */
async function run(tool: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(tool, args, { timeout: 60_000 });
  return stdout;
}

test(`curl keeps its connection to serveHttp on ${runtime}`, async (t) => {
  const { base, curl, ended } = await served(t);
  const told = [
    "--write-out",
    "%{num_connects} %{response_code} %{http_version} %{size_download}\n",
  ];
  const urls = ["/", "/bytes?size=70000", "/stream?size=70000", "/empty", "/nowhere", "/"]
    .flatMap((path) => ["--output", "/dev/null", base + path]);
  assertEquals((await curl(...told, ...urls)).split("\n"), [
    "1 200 1.1 6",
    "0 200 1.1 70000",
    "0 200 1.1 70000",
    "0 204 1.1 0",
    "0 404 1.1 10",
    "0 200 1.1 6",
    "",
  ]);
  await ended();
});

test(`curl gets heads alone, and closes when it is told, from serveHttp on ${runtime}`, async (t) => {
  const { base, curl, ended } = await served(t);
  const head = await curl("--head", `${base}/bytes?size=1000`, `${base}/`);
  assertEquals([...head.matchAll(/^content-length: ([0-9]+)\r$/gmi)].map(([, size]) => size), [
    "1000",
    "6",
  ]);
  assertEquals(head.match(/^HTTP\/1\.1 200 /gm)?.length, 2);
  assertMatch(head, /^date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT\r$/mi);

  const last = await curl("--include", "--header", "Connection: close", base);
  assertMatch(last, /^connection: close\r$/mi);
  const old = ["--http1.0", "--include"];
  const fixed = await curl(...old, `${base}/bytes?size=10`);
  assertMatch(fixed, /^content-length: 10\r$/mi);
  const until = await curl(...old, `${base}/stream?size=70000`);
  assert(!/^transfer-encoding/mi.test(until), "HTTP/1.0 has no chunks");
  const asked = await curl(...old, "--header", "Connection: keep-alive", base);
  assertMatch(asked, /^connection: keep-alive\r$/mi);
  assert(!/^content-length/mi.test(await curl("--include", `${base}/empty`)), "204 has none");
  const kept = ["--write-out", "%{num_connects}", "--header", "Connection: keep-alive"];
  const outputs = ["--output", "/dev/null", `${base}/`, "--output", "/dev/null", `${base}/`];
  assertEquals(await curl("--http1.0", ...kept, ...outputs), "10");
  await ended();
});

test(`curl gets and sends every size through serveHttp on ${runtime}`, async (t) => {
  const { base, curl, file, ended } = await served(t);
  const [output, again] = [file("output"), file("again")];
  for (const size of SIZES) {
    const bytes = pattern(size);
    const input = file("input", bytes);
    await curl("--output", output, `${base}/bytes?size=${size}`);
    assert(bytes.length === 0 || readFileSync(output).equals(bytes), `bytes, ${size}`);
    const sent = ["--data-binary", `@${input}`, "--header", "Content-Type: text/plain"];
    await curl("--output", output, ...sent, `${base}/echo`);
    assert(bytes.length === 0 || readFileSync(output).equals(bytes), `echo, ${size}`);
    // From a pipe curl knows no length: it sends chunks.
    const chunked = ["--upload-file", ".", "--header", "Transfer-Encoding: chunked"];
    await run(
      "sh",
      "-c",
      'input=$1 output=$2; shift 2; curl "$@" <"$input" >"$output"',
      "sh",
      input,
      again,
      "--silent",
      "--show-error",
      "--max-time",
      "20",
      ...chunked,
      `${base}/echo`,
    );
    assert(readFileSync(again).equals(bytes), `chunks, ${size}`);
  }
  await ended();
}, { timeout: 120_000 });

test(`curl waits for serveHttp to continue on ${runtime}`, async (t) => {
  const { base, curl, file, ended } = await served(t);
  const input = file("input", pattern(2 * MEBIBYTE));
  const expect = ["--header", "Expect: 100-continue", "--expect100-timeout", "15", "--include"];
  const started = performance.now();
  const whole = await curl(...expect, "--data-binary", `@${input}`, `${base}/length`);
  assertMatch(whole, /^HTTP\/1\.1 100 [^]*\r\n\r\nHTTP\/1\.1 200 [^]*\n2097152\n$/);
  // Who does not read the body asks nobody to send it.
  const refused = await curl(...expect, "--data-binary", `@${input}`, `${base}/ignore`);
  assertMatch(refused, /^HTTP\/1\.1 200 [^]*\nignored\n$/);
  assert(performance.now() - started < 14_000, "curl has waited for its own time to be over");
  await ended();
});

test(`curl sees its fields again, __proto__ too, from serveHttp on ${runtime}`, async (t) => {
  const { base, curl, ended } = await served(t);
  const fields = ["X-One: 1", "__proto__: two", "X-Empty;", "X-Latin: \xe4"];
  const text = await curl(...fields.flatMap((field) => ["--header", field]), `${base}/fields`);
  const got = JSON.parse(text) as Record<string, string>;
  assertEquals([got["x-one"], got["x-empty"], got["user-agent"]?.startsWith("curl/")], [
    "1",
    "",
    true,
  ]);
  assertMatch(text, /"__proto__":"two"/);
  await ended();
});

for (const [path, seconds] of [["/", LOAD_SECONDS], ["/stream?size=10000", SHORT_LOAD_SECONDS]]) {
  test(`wrk finds no error in serveHttp (${path}) on ${runtime}`, async (t) => {
    const { base, ended } = await served(t);
    const output = await run("wrk", "-t1", "-c32", `-d${seconds}s`, `${base}${path}`);
    const count = Number(/([0-9]+) requests in/.exec(output)?.[1]);
    assert(count > 100 && !/Socket errors|Non-2xx/.test(output), output);
    console.log(`${runtime}: wrk ${path}: ${count} requests`);
    await ended();
  });
}

for (const [pipelined, time] of [[1, LOAD_SECONDS], [8, SHORT_LOAD_SECONDS]]) {
  test(`h2load finds no error in serveHttp, ${pipelined} at a time, on ${runtime}`, async (t) => {
    const { base, ended } = await served(t);
    const seconds = ["-D", String(time)];
    const output = await run("h2load", "--h1", "-c16", `-m${pipelined}`, ...seconds, `${base}/`);
    const [, done, succeeded, failed, errored, late] =
      /([0-9]+) done, ([0-9]+) succeeded, ([0-9]+) failed, ([0-9]+) errored, ([0-9]+) timeout/.exec(
        output,
      ) ?? [];
    assertEquals([failed, errored, late], ["0", "0", "0"], output);
    assert(Number(done) > 100 && done === succeeded, output);
    console.log(`${runtime}: h2load, ${pipelined} at a time: ${done} requests`);
    await ended();
  });
}
