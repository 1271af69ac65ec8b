/** What the Dockerfiles of docs/running.md start: the program as the first of all processes. */

import { assert, assertEquals } from "#assert";
import { execFile, execFileSync } from "node:child_process";
import { delimiter, dirname } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { pathOf, ServerProcess } from "../main/server_process.ts";
import { runtime, test } from "../support/harness.ts";
import { documented, filled, get, site } from "./documented.ts";

const FILE = documented({ node: "Node", deno: "Deno", bun: "Bun" }[runtime]);

/** The words of an instruction in brackets. */
function words(instruction: RegExp, values: Record<string, string>): string[] {
  const [, found = ""] = instruction.exec(FILE) ?? [];
  return JSON.parse(filled(found, values)) as string[];
}

/** What makes the next program the first process of a space of its own; nothing where that is forbidden. */
function inSpace(): string[] {
  const unshare = ["unshare", "--pid", "--fork", "--kill-child"];
  try {
    execFileSync("unshare", [...unshare.slice(1), "true"], { stdio: "ignore" });
    return unshare;
  } catch {
    console.log("no process can be the first here: it is tested as any other");
    return [];
  }
}

test(`the Dockerfile's program ends by SIGTERM as process 1 on ${runtime}`, async (t) => {
  const [executable, ...args] = words(/^CMD (.*)$/m, {
    "/srv/incoming/mod.ts": pathOf("mod.ts"),
    "/srv/www": site(t),
    '"8080"': '"0"',
  });
  assertEquals(executable, runtime);
  // The shell says what its process is called outside, and becomes the program.
  const shell = 'read -r pid rest </proc/self/stat; echo "process $pid, $$ inside"; exec "$@"';
  const command = [...inSpace(), "sh", "-c", shell, "sh", process.execPath, ...args];
  const server = new ServerProcess(command, ["--"], {}, "env");
  t.defer(() => server.kill("SIGKILL"));
  const [, pid, inside] = await server.said(/^process ([0-9]+), ([0-9]+) inside$/m);
  const [, port = ""] = await server.said(/^Listening on http:\/\/0\.0\.0\.0:([0-9]+)\//m);
  assert(command[0] !== "unshare" || inside === "1", "it is the first process");

  const [check = "", ...question] = words(/^HEALTHCHECK .*? CMD (.*)$/m, { "8080": port });
  assertEquals(check, runtime);
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const healthy = () =>
    promisify(execFile)(process.execPath, question, { env: { ...process.env, PATH: path } })
      .then(() => true, () => false);
  const home = { port: Number(port), host: "127.0.0.1" };
  assertEquals((await get(home, "/")).split("\r\n")[0], "HTTP/1.1 200 OK");
  assertEquals(await healthy(), true);
  process.kill(Number(pid), "SIGTERM");
  await server.said(/^Stopping/m);
  // It serves on, and the check fails: whoever looks sees it go.
  assertEquals((await get(home, "/")).split("\r\n")[0], "HTTP/1.1 200 OK");
  assertEquals(await healthy(), false);
  assertEquals([await server.ended, server.stderr], [0, ""]);
});

test("the Dockerfiles run nothing as root, and no shell in between", () => {
  for (const name of ["Node", "Deno", "Bun"]) {
    const lines = documented(name).trim().split("\n");
    const user = lines.findIndex((line) => line === `USER ${name.toLowerCase()}`);
    assert(user > 0 && user < lines.findIndex((line) => line.startsWith("CMD [")), name);
  }
});
