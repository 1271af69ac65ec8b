/** The program under load, as wrk sees it. */

import { assert, assertEquals, assertMatch } from "#assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runtime, test } from "../support/harness.ts";
import { program, site } from "./documented.ts";

const SECONDS = 1;

/** What is asked for: a small file, a large one, and what is known already. */
const LOADS: Record<string, string[]> = {
  "a small file": ["/"],
  "a large file": ["/large.txt"],
  "a file that has not changed": ["/large.txt", "-H", "If-None-Match: *"],
};

/** The permissions that workers need on Deno. */
const WORKERS = ["--allow-env", "--allow-run"];

for (const workers of ["1", "2"]) {
  test(`wrk finds no error in the program with --workers ${workers} on ${runtime}`, async (t) => {
    const args = ["--port", "0", "--root", site(t), "--workers", workers];
    const server = await program(t, args, WORKERS);
    const found: string[] = [];
    for (const [what, [path, ...fields]] of Object.entries(LOADS)) {
      // One is enough to see that there are several.
      if (workers !== "1" && found.length > 0) break;
      const address = `http://127.0.0.1:${server.port}${path}`;
      const flags = ["-t1", "-c32", `-d${SECONDS}s`, ...fields, address];
      const { stdout } = await promisify(execFile)("wrk", flags);
      const [, requests] = /([0-9]+) requests in/.exec(stdout) ?? [];
      assert(!/Socket errors|Non-2xx/.test(stdout), `${what}: ${stdout}`);
      assert(Number(requests) >= 32, `${what}: ${stdout}`);
      found.push(`${what} ${requests}`);
    }
    assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
    assertMatch(server.stdout, /^Listening on .*\n.*\nStopping: .*\n$/);
    console.log(`${runtime}, requests in ${SECONDS} s: ${found.join(", ")}`);
  });
}
