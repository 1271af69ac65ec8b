/** The program where few files may be open. */

import { assert, assertEquals } from "#assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runtime, test } from "../support/harness.ts";
import { getPage } from "./raw_client.ts";
import { pathOf, RUN, ServerProcess } from "./server_process.ts";

const BYTES = 4 * 1024 * 1024;

if (process.platform === "linux") {
  test(`mod.ts leaves each connection its file under ulimit -n 80 on ${runtime}`, async (t) => {
    const root = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(root, { recursive: true, force: true }));
    writeFileSync(join(root, "large.bin"), new Uint8Array(BYTES));
    const command = ["-c", 'ulimit -n 80; exec "$@"', "sh", process.execPath, ...RUN[runtime]];
    const args = [...command, pathOf("mod.ts"), "--port", "0", "--root", root];
    const server = new ServerProcess([], args, {}, "/bin/sh");
    t.defer(() => server.kill("SIGKILL"));
    const [, port] = await server.said(/^Listening on .*:([0-9]+)\/\n/);
    const outcomes = await Promise.all(Array.from({ length: 100 }, async () => {
      try {
        const [status, body] = await getPage(Number(port), "/large.bin");
        return `${status} ${body.length}`;
      } catch {
        return "reset";
      }
    }));
    // One that is over the limit is told so by a reset, and nobody by half an answer.
    assertEquals(new Set([...outcomes, "reset"]), new Set(["reset", `200 ${BYTES}`]));
    assert(outcomes.filter((outcome) => outcome !== "reset").length >= 8, outcomes.join());
    assertEquals(await getPage(Number(port), "/large.bin").then(([status]) => status), "200");
    // What the runtime itself could not open is its own affair.
    assertEquals([await server.kill("SIGTERM"), server.stderr.match(/^Cannot .*/m)], [0, null]);
  });
}
