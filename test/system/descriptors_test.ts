/** A process that has no descriptor left, and a system that fails to accept. */

import { assert, assertEquals } from "#assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fates, Load, Server } from "../support/faults_process.ts";
import { runtime, test } from "../support/harness.ts";

const [FILES, CLIENTS, VISITS] = [80, 300, 60];
const LOOK_MS = 3_000;
const MOST_PROCESSOR_MS = 100;

function sum(fates: Fates): number {
  return Object.values(fates).reduce((all, count) => all + count, 0);
}

test(
  `${CLIENTS} clients of a server with ${FILES} descriptors: nobody is lost silently on ${runtime}`,
  async (t) => {
    const server = await Server.listening(t, { files: FILES });
    await server.settled();
    const before = await server.report();
    const processor = await server.processorMs();
    const crowd = new Load(t, server, "crowd", CLIENTS);
    await crowd.begun();
    // A time and no event: what is looked for is that nothing happens.
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const used = await server.processorMs() - processor;
    const { served = 0, ended = 0, reset = 0, waiting = 0 } = await crowd.goOn();
    const { accepted, open, refused, failedAccepts } = await server.report();
    console.log(
      `${runtime}: ${served} served, ${reset} reset, ${waiting} waiting; ${open} open, ${accepted} ` +
        `accepted, ${refused} refused, ${failedAccepts} failed; processor ${used} ms`,
    );
    assertEquals(served + ended + reset + waiting, CLIENTS);
    assertEquals(ended, 0, "ended without an answer or a reset");
    assert(served > 0 && served <= FILES, `${served} are served`);
    assertEquals([accepted - before.accepted, open], [served, served]);
    // Whoever is not served is told, or waits in the kernel and is served later.
    assertEquals(refused, reset, "those that were refused are counted");
    if (waiting > 0) assert(failedAccepts > 0, "accepts that failed are counted");
    assert(used <= MOST_PROCESSOR_MS, `it has taken ${used} ms of a processor`);

    const later = await crowd.goOn();
    assertEquals(later, { served: CLIENTS - reset, ended: 0, reset, waiting: 0 });
    assertEquals((await server.reportAt(0)).open, 0);
    assertEquals(await new Load(t, server, "one by one", VISITS).fates(), { served: VISITS });
    assertEquals((await server.reportAt(0)).errors, 0);
  },
  { timeout: 60_000 },
);

/** Which calls fail: the first one is to succeed. */
const [FIRST, FAILURES] = [3, 7];
/** Node and Bun try again by themselves, and tell nobody. */
const TELLS_FAILURES: Record<typeof runtime, boolean> = { node: false, deno: true, bun: false };
const ERRORS = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED", "EPERM", "EPROTO"];

for (const error of ERRORS) {
  test(
    `accept() that fails with ${error} neither ends nor stops a server on ${runtime}`,
    async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "accept-"));
      t.defer(() => rmSync(folder, { recursive: true }));
      const calls = join(folder, "calls");
      const inject = `inject=accept,accept4:error=${error}:when=${FIRST}..${FIRST + FAILURES - 1}`;
      const trace = ["-qqq", "-f", "-o", calls, "-e", "trace=accept,accept4", "-e", inject];
      const server = await Server.listening(t, { files: 1_024, wrapper: ["strace", ...trace] });
      // These may be lost where the runtime drops them itself; they take up the failures.
      const first = await new Load(t, server, "one by one", 10).fates();
      const then = await new Load(t, server, "one by one", VISITS).fates();
      const { open, failedAccepts, accepted } = await server.reportAt(0);
      console.log(
        `${runtime}, ${error}: first ${JSON.stringify(first)}, then ${JSON.stringify(then)}, ` +
          `${accepted} accepted, ${failedAccepts} failed`,
      );
      const injected = readFileSync(calls, "utf8").match(/ E[A-Z]+ .*INJECTED/g) ?? [];
      assertEquals(injected.length, FAILURES, "calls that have failed");
      assertEquals(sum(first), 10);
      if (TELLS_FAILURES[runtime]) assertEquals(failedAccepts, FAILURES);
      assertEquals(then, { served: VISITS });
      assertEquals([open, server.alive], [0, true]);
    },
    { timeout: 120_000 },
  );
}
