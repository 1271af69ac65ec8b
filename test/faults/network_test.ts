/** The same handlers as on sockets, on a network in memory that loses, delays, cuts and resets. */

import { assertEquals, assertRejects } from "#assert";
import { type Connection, serve } from "../../mod.ts";
import { chatUnderFire } from "../support/faults_chat.ts";
import { listenBy } from "../support/faults_listener.ts";
import { Network } from "../support/faults_network.ts";
import { underFire } from "../support/faults_run.ts";
import { SCRIPTS } from "../support/faults_scripts.ts";
import { microtasks } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { forEachSeed, Seeded } from "../support/seeded.ts";

const SEEDS = 200;
const SEEDS_TWICE = 5;

const runs: Record<string, (chance: Seeded) => Promise<readonly string[]>> = {
  chat: chatUnderFire,
};
for (const [name, make] of Object.entries(SCRIPTS)) {
  runs[name] = (chance) => underFire(make, chance);
}

for (const [name, run] of Object.entries(runs)) {
  test(`${name} under fire: who has no fault gets all, and nothing is left`, async () => {
    await forEachSeed(SEEDS, async (chance) => void await run(chance));
  }, { timeout: 120_000 });

  test(`${name} under fire: the same seed has the same events`, async () => {
    for (let seed = 0; seed < SEEDS_TWICE; seed++) {
      const once = await run(new Seeded(seed));
      assertEquals(await run(new Seeded(seed)), once);
    }
  });
}

test("serve() lets go of a connection that comes with the stop, whoever has it then", async () => {
  for (let steps = 0; steps < 30; steps++) {
    const network = new Network(new Seeded(steps));
    const { timers } = network;
    const listener = listenBy(timers, 1);
    const stop = new AbortController();
    const handle = async (connection: Connection) => void await connection.read();
    const work = async () => {
      const serving = serve(listener, handle, { signal: stop.signal, grace: 0, timers });
      await network.quiet();
      const connecting = listener.connect();
      await microtasks(steps);
      stop.abort();
      await serving;
      const client = await connecting;
      await assertRejects(() => client.read());
    };
    await network.run(work());
    assertEquals([listener.stats.open, listener.connected(), timers.armed], [0, 0, 0]);
  }
});
