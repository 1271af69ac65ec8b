/** Masses of clients: what they leave behind, and what they need while they are there. */

import { assert, assertEquals } from "#assert";
import { Load, type Report, Server } from "../support/faults_process.ts";
import { runtime, test } from "../support/harness.ts";

const [RESETS, VISITS, IDLE] = [4_000, 20_000, 10_000];
const FILES = 12_000;
/** The heap may have grown by so much for each of them, when all garbage is gone. */
const MOST_KEPT_BYTES = 100;
/** What a runtime keeps of its memory for later, in bytes. */
const MOST_RESIDENT = 48 << 20;
/** The most that an idle connection may need, in bytes of resident memory. */
const MOST_IDLE_BYTES: Record<typeof runtime, number> = { node: 12_288, deno: 12_288, bun: 6_144 };

function difference(before: Report, after: Report): { heap: number; rss: number } {
  return { heap: after.heap - before.heap, rss: after.rss - before.rss };
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

for (const [what, count] of [["reset", RESETS], ["visit", VISITS]] as const) {
  test(`${count} connections (${what}) leave nothing behind on ${runtime}`, async (t) => {
    const server = await Server.listening(t, { files: FILES });
    await server.settled();
    // What stays for good: compiled code, buffers at their full size, pools.
    await new Load(t, server, what, count / 2).fates();
    const before = await server.reportAt(0);
    const descriptors = await server.descriptors();

    const fates = await new Load(t, server, what, count).fates();
    const after = await server.reportAt(0);
    const { heap, rss } = difference(before, after);
    console.log(`${runtime}: ${count} × ${what}: heap ${kib(heap)}, resident ${kib(rss)} more`);
    if (what === "visit") assertEquals(fates, { served: count });
    assertEquals([after.open, after.pending, after.refused, after.errors], [0, 0, 0, 0]);
    assert(after.accepted + after.failedAccepts - before.accepted - before.failedAccepts >= count);
    assertEquals(await server.descriptors(), descriptors, "descriptors");
    assert(heap < MOST_KEPT_BYTES * count, `the heap has grown by ${heap} bytes`);
    assert(rss < MOST_RESIDENT, `resident memory has grown by ${rss} bytes`);
  }, { timeout: 120_000 });
}

test(`${IDLE} idle connections need little, and leave nothing behind on ${runtime}`, async (t) => {
  const server = await Server.listening(t, { files: FILES });
  await server.settled();
  await new Load(t, server, "visit", 500).fates();
  const before = await server.reportAt(0);
  const descriptors = await server.descriptors();

  const load = new Load(t, server, "hold", IDLE);
  assertEquals(await load.fates(), { waiting: IDLE });
  const silent = difference(before, await server.reportAt(IDLE));
  assertEquals(await load.goOn(), { served: IDLE });
  const idle = difference(before, await server.reportAt(IDLE));
  assertEquals(await server.descriptors(), descriptors + IDLE, "descriptors");
  await load.goOn();
  const after = await server.reportAt(0);
  const left = difference(before, after);
  const each = (bytes: number) => kib(bytes / IDLE);
  console.log(
    `${runtime}: an idle connection: silent, resident ${each(silent.rss)}, heap ` +
      `${each(silent.heap)}; after an echo, resident ${each(idle.rss)}, heap ${each(idle.heap)}; ` +
      `left of all, resident ${kib(left.rss)}, heap ${kib(left.heap)}`,
  );
  assertEquals([after.open, after.refused, after.errors], [0, 0, 0]);
  assertEquals(await server.descriptors(), descriptors, "descriptors");
  assert(silent.rss / IDLE < MOST_IDLE_BYTES[runtime], `${silent.rss} bytes of memory`);
  assert(left.heap < MOST_KEPT_BYTES * IDLE, `the heap has grown by ${left.heap} bytes`);
}, { timeout: 120_000 });
