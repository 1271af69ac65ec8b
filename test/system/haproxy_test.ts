/** Two instances of examples/behind_proxy.ts behind a real HAProxy, one of which is replaced. */

import { assert, assertEquals } from "#assert";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type NetConnectOpts } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

/** Only Node tells the descriptor of a socket, which is what HAProxy is to listen on. */
const NODE = pathOf("node_modules/node/bin/node");
/** How many clients ask, one request after the other each. */
const CLIENTS = 12;

const PROGRAM: Record<typeof runtime, string[]> = { ...RUN, deno: [...RUN.deno, "--allow-env"] };

/** An instance, when it listens. */
async function started(t: TestContext, port = 0): Promise<ServerProcess & { port: number }> {
  const program = [...PROGRAM[runtime], pathOf("examples/behind_proxy.ts")];
  const server = new ServerProcess([String(port)], program);
  t.defer(() => server.kill("SIGKILL"));
  const [, bound] = await server.said(/^Listening on 127\.0\.0\.1:([0-9]+)\n$/);
  return Object.assign(server, { port: Number(bound) });
}

/** HAProxy in front of two ports: its own port, and the path of its socket for questions. */
async function haproxy(
  t: TestContext,
  a: number,
  b: number,
): Promise<{ port: number; stats: string }> {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const stats = join(folder, "stats");
  const server = new ServerProcess(
    ["haproxy", "-db", "-f", pathOf("test/fixtures/haproxy.cfg")],
    [pathOf("test/fixtures/activate.mjs")],
    { STATS: stats, BIND: "fd@3", A: `127.0.0.1:${a}`, B: `127.0.0.1:${b}` },
    NODE,
  );
  t.defer(() => server.kill("SIGTERM"));
  const [, port] = await server.said(/^port ([0-9]+)$/m);
  return { port: Number(port), stats };
}

/** Sends `request`, and gives what is answered until the end, and the own port. */
function talk(to: NetConnectOpts, request: string): Promise<{ text: string; port: number }> {
  return new Promise((resolve, reject) => {
    let [text, port] = ["", 0];
    const socket = connect(to, () => {
      port = socket.localPort ?? 0;
      socket.write(request);
    });
    socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk);
    socket.on("error", reject).on("close", () => resolve({ text, port }));
  });
}

/** What HAProxy finds of its servers: `UP` or `DOWN`, and the last answer of `/health`. */
async function states(stats: string): Promise<Record<string, string>> {
  const { text } = await talk({ path: stats }, "show stat\n");
  const [head = [], ...rows] = text.trim().split("\n").map((line) => line.split(","));
  const column = (name: string) => head.indexOf(name);
  return Object.fromEntries(
    rows.filter(([group]) => group === "instances").map((row) => [
      row[1],
      `${row[column("status")]} ${row[column("check_code")]}`,
    ]),
  );
}

/** Waits until HAProxy finds that of one of its servers. */
async function until(t: TestContext, stats: string, server: string, state: string): Promise<void> {
  for (;;) {
    const found = await states(stats).catch((): Record<string, string> => ({}));
    if (found[server] === state) return;
    if (t.signal.aborted) throw new Error(`${server} is not ${state}: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;

test(
  `two instances behind HAProxy are replaced under load without a failed request on ${runtime}`,
  async (t) => {
    const [a, b] = await Promise.all([started(t), started(t)]);
    const { port, stats } = await haproxy(t, a.port, b.port);
    await Promise.all(["a", "b"].map((name) => until(t, stats, name, "UP 200")));

    const counts = { answered: 0, slow: 0 };
    const failed: string[] = [];
    let going = true;
    const ask = async (path: string): Promise<void> => {
      try {
        const { text, port: own } = await talk({ port, host: "127.0.0.1" }, get(path));
        // The whole answer, and the address that HAProxy has told.
        const good = text.startsWith("HTTP/1.1 200 ") && text.endsWith(`\r\n127.0.0.1:${own}\n`);
        if (!good) failed.push(text);
        counts.answered++;
        if (path === "/slow") counts.slow++;
      } catch (error) {
        failed.push(String(error));
      }
    };
    const load = Array.from({ length: CLIENTS }, async (_, client) => {
      while (going) await ask(client % 3 === 0 ? "/slow" : "/");
    });

    // One after the other, so that both versions of the header and both of their checks are seen.
    for (const [name, old] of [["a", a], ["b", b]] as const) {
      const before = counts.answered;
      const ended = old.kill("SIGTERM");
      await until(t, stats, name, "DOWN 503");
      // It still listens, and says so itself.
      const health = await talk(
        { port: old.port, host: "127.0.0.1" },
        `PROXY UNKNOWN\r\n${get("/health")}`,
      );
      assertEquals(health.text.split("\r\n")[0], "HTTP/1.1 503 Service Unavailable");
      assertEquals(await ended, 0);
      assertEquals(old.stderr, "");
      await started(t, old.port);
      await until(t, stats, name, "UP 200");
      assert(counts.answered > before, "others were served meanwhile");
    }
    going = false;
    await Promise.all(load);
    console.log(
      `${runtime}: ${counts.answered} requests, ${counts.slow} of them slow, ${failed.length} failed`,
    );
    assertEquals(failed, []);
    assert(counts.answered > 200, `only ${counts.answered} requests`);
  },
  { timeout: 60_000 },
);
