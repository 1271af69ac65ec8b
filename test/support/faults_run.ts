/**
 * One server on a bad network, from the first connection to the last.
 */

import type { MemoryListener } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { serve, type Served } from "../../mod.ts";
import { Ledger } from "./faults_ledger.ts";
import { listenBy } from "./faults_listener.ts";
import { Network } from "./faults_network.ts";
import type { Script, ScriptInit } from "./faults_scripts.ts";
import { check, talk } from "./faults_talk.ts";
import type { Seeded } from "./seeded.ts";

/**
 * When the server is stopped: when the clients without a fault have what they want; then, and when
 * nothing else can happen; in the middle, with time for what is open; in the middle, without.
 */
const STOPS = ["after", "when quiet", "during", "at once"] as const;

/** How long nothing may happen on a connection: it ends those that are stalled. */
const IDLE_MS = 20_000;
/** More than all of them need, one after the other. */
const GRACE_MS = 300_000;

/** What is served, and how it ends. */
interface Server {
  readonly handle: (connection: Connection) => Promise<void>;
  readonly limit: number | undefined;
  /** `undefined`: the connections are taken from the stream, without `serve`. */
  readonly grace: number | undefined;
  readonly stop: AbortController;
}

/**
 * Runs a server under fire, and checks what is promised: that who has no fault gets exactly the right
 * bytes, and who has one no wrong ones; that handlers, `serve` and all promises settle, that it counts
 * right, and that nothing is left open. Returns what has happened on the network, in order.
 */
export async function underFire(
  make: (init: ScriptInit) => Script,
  chance: Seeded,
): Promise<readonly string[]> {
  const network = new Network(chance);
  const { timers } = network;
  const listener = listenBy(timers, 1 + chance.below(2_000));
  const behind = listenBy(timers, 1 + chance.below(2_000));
  const script = make({ timers, connectBehind: () => behind.connect() });
  const ledger = new Ledger();
  let running = 0;
  const handle = async (connection: Connection): Promise<void> => {
    running++;
    try {
      // What is noted is also awaited: the other half shows that nothing needs to be.
      await script.handle(chance.once(2) ? ledger.connection("accepted", connection) : connection);
    } finally {
      running--;
    }
  };
  const stopped = chance.pick(STOPS);
  const grace = chance.once(4) ? undefined : stopped === "at once" ? 0 : GRACE_MS;
  const limit = chance.pick([undefined, undefined, 3]);
  // Who stays takes a place, and is closed by the stop alone.
  const mayStay = script.idles === true && limit === undefined && grace !== undefined;
  const server: Server = { handle, limit, grace, stop: new AbortController() };

  const work = async (): Promise<void> => {
    const servedBehind = serveStream(behind, (connection) => script.behind?.(connection));
    const errors: string[] = [];
    const serving = start(network, listener, server, errors);
    const talks = Array.from(
      { length: 2 + chance.below(6) },
      (_, id) => talk(network, { listener, script, id, mayStay }),
    );
    if (stopped === "during" || stopped === "at once") {
      for (let turns = chance.below(60); turns > 0; turns--) await network.turn();
    } else {
      const good = talks.filter(({ plan }) => plan.fault === undefined);
      await Promise.allSettled(good.map(({ answered }) => answered));
      if (stopped === "when quiet") await network.quiet();
    }
    const before = listener.stats;
    server.stop.abort();
    const served = await serving;
    const after = listener.stats;
    // What it has sent last is still under way.
    await network.quiet();
    await network.down();
    await Promise.allSettled(talks.map(({ over }) => over));
    await behind.close();
    await servedBehind;

    let reached = 0;
    for (const each of talks) {
      if (await each.reached) reached++;
      await check(each, stopped === "at once" && grace === 0, script);
    }
    expect(after.accepted + after.refused, reached, "connections counted");
    expect(after.open + behind.stats.open, 0, "connections open");
    expect(behind.connected(), 0, "connections to what is behind");
    if (script.silent) expect(errors.join(), "", "errors of handlers");
    if (served === undefined) return;
    const least = before.open + after.accepted - before.accepted;
    // One may be released a moment before its handler has returned.
    const most = stopped === "when quiet" ? least : after.accepted;
    const count = served.finished + served.cut;
    if (count < least || count > most) {
      throw new Error(`${JSON.stringify(served)} of ${least} to ${most}`);
    }
    if (grace !== 0) expect(served.cut, 0, "connections cut within the grace");
  };

  await network.run(work());
  expect(running, 0, "handlers that run");
  expect(ledger.unsettled.join(), "", "promises that are not settled");
  expect(timers.armed, 0, "timers left");
  return network.events;
}

/** Begins to serve; resolves when nothing is left. */
async function start(
  network: Network,
  listener: MemoryListener,
  { handle, limit, grace, stop }: Server,
  errors: string[],
): Promise<Served | undefined> {
  const { timers } = network;
  const { signal } = stop;
  if (grace !== undefined) {
    const onError = (error: unknown) => errors.push(String(error));
    const timeouts = { idle: IDLE_MS };
    return await serve(listener, handle, { limit, timers, grace, signal, timeouts, onError });
  }
  signal.addEventListener("abort", () => void listener.close());
  await serveStream(listener, handle, limit);
  return undefined;
}

/** As one does without `serve`. */
async function serveStream(
  listener: MemoryListener,
  handle: (connection: Connection) => unknown,
  limit?: number,
): Promise<void> {
  await listener.incoming().forEachConcurrent(async (connection) => {
    connection.setTimeouts({ idle: IDLE_MS });
    try {
      await handle(connection);
    } finally {
      await connection.close();
    }
  }, { limit, onError: () => undefined });
}

function expect(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}`);
}
