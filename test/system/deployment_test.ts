/** Two instances of the program behind a real HAProxy and a real nginx, configured as documented. */

import { assert, assertEquals, assertMatch } from "#assert";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { pathOf, RUN, runServer, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import {
  Clients,
  documented,
  filled,
  folder,
  get,
  PAGE,
  program,
  site,
  until,
} from "./documented.ts";

/** Only Node tells the descriptor of a socket, which is what HAProxy is to listen on. */
const NODE = pathOf("node_modules/node/bin/node");
const NOTICE = ["--notice", "2"];

/** A unix socket is a file, to be made and removed. */
const RUN_UNIX: Record<typeof runtime, string[]> = { ...RUN, deno: [...RUN.deno, "--allow-write"] };

interface Proxy {
  readonly port?: number;
  readonly path?: string;
  /** HAProxy's socket for questions. */
  readonly stats: string;
}

/** HAProxy in front of two ports. */
async function haproxy(
  t: TestContext,
  a: number,
  b: number,
): Promise<Required<Omit<Proxy, "path">>> {
  const own = folder(t);
  const [file, stats] = [join(own, "haproxy.cfg"), join(own, "stats")];
  const text = documented("/etc/haproxy/haproxy.cfg");
  const values = { "/run/haproxy/admin.sock": stats, "bind :80": "bind fd@3" };
  const ports = { "127.0.0.1:8081": `127.0.0.1:${a}`, "127.0.0.1:8082": `127.0.0.1:${b}` };
  writeFileSync(file, filled(text, { ...values, ...ports }));
  const activate = [pathOf("test/fixtures/activate.mjs")];
  const server = new ServerProcess(["haproxy", "-db", "-f", file], activate, {}, NODE);
  t.defer(() => server.kill("SIGTERM"));
  const [, port] = await server.said(/^port ([0-9]+)$/m);
  return { port: Number(port), stats };
}

/** nginx on a unix socket, in front of two addresses. */
async function nginx(t: TestContext, a: string, b: string): Promise<{ path: string; log: string }> {
  const own = folder(t);
  const [file, path, log] = ["nginx.conf", "socket", "log"].map((name) => join(own, name)) as [
    string,
    string,
    string,
  ];
  const web = filled(documented("/etc/nginx/conf.d/web.conf"), {
    "listen 80": `listen unix:${path}`,
    "127.0.0.1:8081": a,
    "127.0.0.1:8082": b,
  });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${join(own, kind)};`);
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const main = `${user} daemon off; pid ${join(own, "pid")}; error_log ${log} warn; events {}`;
  writeFileSync(file, `${main} http { access_log off; ${temporary.join(" ")} ${web} }`);
  const server = new ServerProcess(["-p", own, "-c", file, "-e", log], [], {}, "nginx");
  t.defer(() => server.kill("SIGTERM"));
  await until(t, () => Promise.resolve(existsSync(path)));
  return { path, log };
}

/** What HAProxy finds of one of its servers: `UP` or `DOWN`, and the last answer of `/healthz`. */
function stateOf(stats: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ path: stats }, () => socket.write("show stat\n"));
    socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk).on("error", reject);
    socket.on("close", () => {
      const [head = [], ...rows] = text.trim().split("\n").map((line) => line.split(","));
      const row = rows.find(([group, server]) => group === "instances" && server === name) ?? [];
      resolve(`${row[head.indexOf("status")]} ${row[head.indexOf("check_code")]}`);
    });
  });
}

test(
  `instances behind HAProxy and nginx are replaced without a failed request on ${runtime}`,
  async (t) => {
    const args = ["--root", site(t), ...NOTICE];
    const [a, b] = await Promise.all([
      program(t, [...args, "--port", "0"]),
      program(t, [...args, "--port", "0"]),
    ]);
    const [front, side] = await Promise.all([
      haproxy(t, a.port, b.port),
      nginx(t, `127.0.0.1:${a.port}`, `127.0.0.1:${b.port}`),
    ]);
    const is = (name: string, state: string) =>
      until(t, async () => await stateOf(front.stats, name) === state);
    await Promise.all([is("a", "UP 200"), is("b", "UP 200")]);

    const clients = [
      new Clients({ port: front.port, host: "127.0.0.1" }, 6),
      new Clients({ path: side.path }, 6),
    ];
    for (const [name, old] of [["a", a], ["b", b]] as const) {
      const before = clients.map(({ answered }) => answered);
      const ended = old.kill("SIGTERM");
      const itself = { port: old.port, host: "127.0.0.1" };
      await until(t, async () => (await get(itself, "/healthz")).startsWith("HTTP/1.1 503 "));
      // It still takes what comes to it.
      assertMatch(await get(itself, "/"), /^HTTP\/1\.1 200 /);
      await is(name, "DOWN 503");
      assertEquals([await ended, old.stderr], [0, ""]);
      await program(t, [...args, "--port", String(old.port)]);
      await is(name, "UP 200");
      const served = clients.every(({ answered }, index) => answered > (before[index] ?? 0));
      assert(served, "others were served meanwhile");
    }
    await Promise.all(clients.map((each) => each.stop()));
    const counts = clients.map(({ answered, failed }) => `${answered} (${failed.length} failed)`);
    console.log(`${runtime}: HAProxy ${counts[0]}, nginx ${counts[1]}`);
    assertEquals(clients.flatMap(({ failed }) => failed), []);
    assert(clients.every(({ answered }) => answered > 100), counts.join());
  },
  { timeout: 60_000 },
);

test(`HAProxy and nginx keep to themselves what they should on ${runtime}`, async (t) => {
  // Not the program: who is asked has to tell what has come.
  const seen: string[] = [];
  const server = createServer(({ url, headers }, response) => {
    const told = [url, headers["x-forwarded-for"], headers.forwarded];
    if (url !== "/healthz") seen.push(told.join(" "));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.defer(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  // It has been bound to a port.
  const { port } = server.address() as AddressInfo;
  const [front, side] = await Promise.all([
    haproxy(t, port, port),
    nginx(t, `127.0.0.1:${port}`, `127.0.0.1:${port}`),
  ]);
  await until(t, async () => await stateOf(front.stats, "a") === "UP 200");
  const claims = "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n";
  for (const to of [{ port: front.port, host: "127.0.0.1" }, { path: side.path }]) {
    assertMatch(await get(to, "/", claims), /^HTTP\/1\.1 200 /);
    assertMatch(await get(to, "/metrics"), /^HTTP\/1\.1 404 /);
  }
  assertEquals(seen, ["/ 127.0.0.1 ", "/ unix: "]);
});

test(`nginx reaches the program by a unix socket on ${runtime}`, async (t) => {
  const path = join(folder(t), "a.sock");
  const server = new ServerProcess(
    ["--unix", path, "--mode", "660", "--root", site(t)],
    [...RUN_UNIX[runtime], pathOf("mod.ts")],
  );
  t.defer(() => server.kill("SIGKILL"));
  await server.said(/^Listening on /m);
  const front = await nginx(t, `unix:${path}`, `unix:${path}`);
  const answer = await get({ path: front.path }, "/");
  assertEquals(answer.split("\r\n")[0], "HTTP/1.1 200 OK");
  assert(answer.endsWith("\r\n\r\n<h1>Here</h1>\n"), answer);
  assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
  assert(!existsSync(path), "the socket is gone");
});

test("docs/running.md names only flags that the program has", async (t) => {
  const { stdout: help } = await runServer(t, ["--help"]);
  const flags = new Set(help.match(/(?<=^ {2})--[a-z]+/gm));
  const foreign = /--(allow-[a-z]+|no-prompt|now|time|read-only|ulimit|interval|timeout|runtime)\b/;
  const named = PAGE.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
  assertEquals(named.filter((flag) => !flags.has(flag) && !foreign.test(flag)), []);
  assert(named.length > 10, "it names some");
});
