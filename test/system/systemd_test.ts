/** The units of docs/running.md, as systemd's own programs see them. */

import { assert, assertEquals, assertMatch } from "#assert";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test } from "../support/harness.ts";
import { Clients, documented, filled, folder, site } from "./documented.ts";

/** What the unit's ExecStart is on this runtime. */
const RUNS: Record<typeof runtime, string[]> = {
  ...RUN,
  deno: ["run", "--no-prompt", "--allow-net", "--allow-read", "--allow-env"],
};
const COMMAND = [process.execPath, ...RUNS[runtime], pathOf("mod.ts")];

/**
 * Runs a program three times on the sockets that the shell was given, as systemd does when a service
 * is restarted: the socket stays.
 */
const RESTARTED = `
for turn in 1 2 3; do
  sh -c 'LISTEN_PID=$$ exec "$@"' sh "$@" &
  echo "started $!"
  wait $!
  echo "ended $?"
done`;

test("systemd takes the documented units, and finds them safe", async (t) => {
  const units = folder(t);
  for (const unit of ["web.socket", "web.service"]) {
    const text = documented(`/etc/systemd/system/${unit}`);
    const values = {
      "/usr/bin/node /srv/incoming/mod.ts": COMMAND.join(" "),
      "/srv/www": site(t),
    };
    writeFileSync(join(units, unit), unit === "web.service" ? filled(text, values) : text);
  }
  const analyze = (...args: string[]) =>
    promisify(execFile)("systemd-analyze", ["--no-pager", ...args]);
  const files = ["web.socket", "web.service"].map((unit) => join(units, unit));
  const { stdout, stderr } = await analyze("verify", ...files);
  assertEquals([stdout, stderr], ["", ""]);
  // In tenths: 3 of 10. It rejects when the exposure is more.
  await analyze("security", "--offline=yes", "--threshold=30", join(units, "web.service"));
});

/** A port that was free a moment ago: systemd-socket-activate does not say which it has. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port ?? 0 : 0));
    });
  });
}

test(`a restart on a socket of systemd refuses nobody on ${runtime}`, async (t) => {
  const port = await freePort();
  const { PATH = "", HOME = "" } = process.env;
  const server = new ServerProcess(
    [
      "--listen",
      `127.0.0.1:${port}`,
      `--setenv=PATH=${PATH}`,
      `--setenv=HOME=${HOME}`,
      ...["sh", "-c", RESTARTED, "sh", ...COMMAND, "--root", site(t)],
    ],
    [],
    {},
    "systemd-socket-activate",
  );
  let pid = 0;
  t.defer(() => server.kill("SIGKILL"));
  t.defer(() => pid > 0 && running(pid) && process.kill(pid, "SIGKILL"));
  while (!server.stderr.includes("Listening on ")) {
    await new Promise((done) => setTimeout(done, 10));
  }

  // It is started by the first who comes.
  const clients = new Clients({ port, host: "127.0.0.1" }, 6);
  for (let turn = 1; turn <= 3; turn++) {
    const before = clients.answered;
    const found = await server.said(
      new RegExp(`(?:started ([0-9]+)\\n[^]*?Listening on .*\\n[^]*?){${turn}}`),
    );
    pid = Number(found[1]);
    assertMatch(server.stdout, new RegExp(`Listening on http://127\\.0\\.0\\.1:${port}/`));
    while (clients.answered < before + 50) await new Promise((done) => setTimeout(done, 10));
    // The last one goes when nobody asks any more.
    if (turn === 3) await clients.stop();
    process.kill(pid, "SIGTERM");
    await server.said(new RegExp(`(?:ended 0\\n[^]*){${turn}}`));
  }
  assertEquals([await server.ended, clients.failed], [0, []]);
  console.log(
    `${runtime}: ${clients.answered} requests, 2 restarts, ${clients.failed.length} failed`,
  );
  assert(clients.answered >= 150);
});

function running(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
