/** How many connections the kernel keeps for a listener, as `ss` tells it. */

import { assertEquals } from "#assert";
import { execFileSync } from "node:child_process";
import { listen } from "../../mod.ts";
import { runtime, test } from "../support/harness.ts";

/** What the kernel allows. Deno itself may not read it. */
const most = Number(execFileSync("cat", ["/proc/sys/net/core/somaxconn"], { encoding: "utf8" }));

/** The length of the queue of a listening socket: the second number of its line. */
function queueOf(port: number): number {
  const line = execFileSync("ss", ["-ltnH", `sport = :${port}`], { encoding: "utf8" });
  return Number(line.trim().split(/\s+/)[2]);
}

test(`listen() lets the kernel keep as many as it allows, up to 4096, on ${runtime}`, async (t) => {
  const listener = await listen({ port: 0 });
  t.defer(() => listener.close());
  assertEquals(queueOf(listener.addr.port), runtime === "bun" ? 512 : Math.min(4096, most));
});

if (runtime !== "bun") {
  test(`listen({ backlog }) says how many the kernel keeps, on ${runtime}`, async (t) => {
    const listener = await listen({ port: 0, backlog: 7 });
    t.defer(() => listener.close());
    assertEquals(queueOf(listener.addr.port), 7);
  });
}
