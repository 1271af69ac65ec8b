/** Several workers of the real runtime: threads and processes. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "#assert";
import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { connect, type Connection, listen, NetworkError, NotSupported } from "../../mod.ts";
import { canMoveSockets } from "../../parallel/launch_thread.ts";
import { serveParallel } from "../../parallel/serve_parallel.ts";
import type { TextClient } from "../examples/client.ts";
import { macrotask, reasonOf } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";
import { moduleOf } from "./modules.ts";
import { COMMANDS, Served } from "./served.ts";

/** What this runtime can do; the first one is its default. */
const MEANS = canMoveSockets() ? ["threads", "processes"] as const : ["processes"] as const;

/** What each of two workers says of itself, when both serve. */
async function everyWorker(served: Served): Promise<Set<string>> {
  const seen = new Set<string>();
  while (seen.size < 2) seen.add(await served.ask("who"));
  return seen;
}

/** Its input up to the end, as one value. */
async function digest(connection: Connection): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    chunks.push(chunk);
  }
  return await digestOf(Buffer.concat(chunks));
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return `${bytes.length} ${Buffer.from(hash).toString("hex")}`;
}

/** A client of another worker than `mine`. Whoever has fewer gets it, unless it is busy: so it is tried again. */
async function clientBeside(served: Served, mine: string): Promise<TextClient> {
  for (;;) {
    const client = await served.client();
    await client.send("where\n");
    if (!(await client.until("\n")).startsWith(`where ${mine}`)) return client;
  }
}

for (const means of MEANS) {
  const on = `with ${means} on ${runtime}`;

  test(`serveParallel() replaces a worker that fails, and touches no other ${on}`, async (t) => {
    const served = await Served.start(t, { means, hangTimeout: 2_000 });
    const first = await served.client();
    await first.send("a\n");
    const [, mine = ""] = /^a (\d)/.exec(await first.until("\n")) ?? [];
    // What is told of it, and of the connection that it had.
    for (const [command, reason] of [["die now", "error"], ["exit", "exit"], ["hang", "hang"]]) {
      const before = served.events.length;
      const victim = await clientBeside(served, mine);
      await victim.send(`${command}\n`);
      await victim.rest().catch(() => "reset");
      const later = () => served.events.slice(before);
      await served.event(() => later().some(({ type }) => type === "failed"));
      await served.event(() => later().some(({ type }) => type === "ready"));
      const failed = later().find(({ type }) => type === "failed");
      assert(failed?.type === "failed", "no failure was told");
      assertEquals(failed.reason, reason);
      assertEquals(failed.worker !== Number(mine), true, `${command} has hit the other one`);
      if (reason === "error") assertStringIncludes(String(failed.error?.message), "nobody catches");
      assert(failed.delay >= 100, `delay: ${failed.delay}`);
    }
    await first.send("b\n");
    assertMatch(await first.until("\n"), new RegExp(`^b ${mine} `));
    assertMatch(await served.ask("who"), /^who \d/);
    assertEquals(served.server.stats().restarts, 3);
  });

  test(`reload() under load refuses nothing and cuts nothing ${on}`, async (t) => {
    // They are asked now and then whether they are there, between the connections.
    const served = await Served.start(t, { means, hangTimeout: 3_000 });
    const before = await everyWorker(served);
    let [running, answered] = [true, 0];
    const failures: unknown[] = [];
    const identities = new Set<string>();
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        try {
          identities.add(await served.ask("who"));
          answered++;
        } catch (error) {
          failures.push(error);
        }
      }
    });
    // It is under way while its worker is replaced.
    const slow = await served.client();
    await slow.send("later\n");
    await slow.until("waiting\n");
    const slowly = slow.until("\n").finally(() => slow.end());
    await served.server.reload();
    const after = await everyWorker(served);
    running = false;
    await Promise.all(load);
    assertMatch(await slowly, /^later /);
    assertEquals(failures, []);
    assert(answered > 50, `answered: ${answered}`);
    assertEquals([...after].filter((who) => before.has(who)), []);
    assertEquals(served.server.stats().restarts, 2);
    assertEquals(served.events.filter(({ type }) => type === "replaced").length, 2);
  });

  test(`close() drains all workers, and frees the port ${on}`, async (t) => {
    const served = await Served.start(t, { means });
    const slow = [await served.client(), await served.client(), await served.client()];
    for (const client of slow) {
      await client.send("later\n");
      await client.until("waiting\n");
    }
    const closed = served.server.close();
    // Each handler ends as it is told of the end; nothing else could make it answer.
    for (const client of slow) {
      assertMatch(await client.until("\n"), /^later /);
      client.end();
    }
    assertEquals(await closed, { finished: 3, cut: 0 });
    assertEquals(served.server.stats().open, 0);
    const again = await listen({ port: served.server.addr.port });
    await again.close();
    assertEquals(await served.server.close(), { finished: 3, cut: 0 });
  });

  test(`a worker gives back 8 MiB after the end of its input ${on}`, async (t) => {
    const module = new URL("./workers/echo.ts", import.meta.url);
    const served = await Served.start(t, { means }, module);
    const client = await connect({ port: served.server.addr.port });
    t.defer(() => client.abort());
    const sent = new Uint8Array(2 ** 23).map((_, at) => at * 31 + (at >> 8));
    const writing = client.write(sent).then(() => client.closeWrite());
    assertEquals(await digest(client), await digestOf(sent));
    await writing;
    await client.close();
  });

  // What is left does not depend on the means: once is enough.
  if (means !== MEANS[0]) continue;

  test(`serveParallel() spreads 400 connections evenly over 4 workers ${on}`, async (t) => {
    const served = await Served.start(t, { workers: 4, means, data: "shared" });
    const answers: string[] = [];
    for (let round = 0; round < 10; round++) {
      answers.push(...await Promise.all(Array.from({ length: 40 }, () => served.ask("who"))));
    }
    const counts = [0, 0, 0, 0];
    const seen = new Set<string>();
    for (const answer of answers) {
      const [, worker = "", identity = ""] = /^who (\d) (\d+:\d+) shared$/.exec(answer) ?? [];
      counts[Number(worker)] = (counts[Number(worker)] ?? 0) + 1;
      seen.add(identity);
    }
    assert(counts.every((count) => count >= 50 && count <= 200), `spread: ${counts.join()}`);
    assertEquals([seen.size, seen.has(`${process.pid}:0`)], [4, false]);
    const { accepted, refused, restarts, workers } = served.server.stats();
    assertEquals([accepted, refused, restarts], [400, 0, 0]);
    assertEquals(workers.map((worker) => worker.accepted), counts);
  });

  test(`serveParallel() lets nobody wait behind a busy worker ${on}`, async (t) => {
    const served = await Served.start(t, { means });
    await Promise.all(Array.from({ length: 40 }, () => served.ask("who")));
    const { client, release } = await served.occupy();
    let [over, answered] = [false, 0];
    const done = client.until("\n").then(() => over = true);
    // The worker has its command when the other one takes all that comes.
    await served.ask("who");
    const others = Array.from({ length: 40 }, async () => {
      await served.ask("who");
      if (over) return;
      answered++;
      if (answered >= 39) release();
    });
    await Promise.all(others);
    assert(answered >= 39, `answered beside it: ${answered}`);
    await done;
  });

  test(`close() cuts what is not over within the grace ${on}`, async (t) => {
    const served = await Served.start(t, { means, grace: 50 });
    const { client, release } = await served.occupy();
    const rest = client.rest().catch(() => "reset");
    while (served.server.stats().open === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(await served.server.close(), { finished: 0, cut: 1 });
    release();
    await rest;
  });

  test(`serveParallel() fails when a worker cannot start, and leaves nothing ${on}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(folder, { recursive: true, force: true }));
    const [broken, none, throws] = ["broken.mjs", "none.mjs", "throws.mjs"].map((name) =>
      join(folder, name)
    );
    writeFileSync(String(broken), "export const handler = ;");
    writeFileSync(String(none), "export const handler = 1;");
    writeFileSync(String(throws), "throw new RangeError('not today');");
    const wrong: [file: string, reason: RegExp][] = [
      [String(broken), /cannot start: /],
      [String(none), /cannot start: .*must export a function handler, got 1/],
      [String(throws), /cannot start: not today/],
      [join(folder, "missing.mjs"), /cannot start: .*missing\.mjs/],
    ];
    const probe = await listen({ port: 0 });
    await probe.close();
    for (const [file, reason] of wrong) {
      const { port } = probe.addr;
      const error = await reasonOf(serveParallel(pathToFileURL(file), { port, workers: 2, means }));
      assertMatch((error as Error).message.replaceAll("\n", " "), reason);
      assert((error as Error).cause instanceof Error, "without its cause");
    }
  });
}

test(`serveParallel() says that a port is in use before a worker starts on ${runtime}`, async () => {
  const taken = await listen({ port: 0 });
  const events: unknown[] = [];
  const { port } = taken.addr;
  const onEvent = (event: unknown): void => void events.push(event);
  const error = await reasonOf(serveParallel(COMMANDS, { port, workers: 4, onEvent }));
  await taken.close();
  assert(error instanceof NetworkError, String(error));
  assertEquals([error.code, events], ["EADDRINUSE", []]);
});

test(`serveParallel() keeps to limit and maxPending over all workers on ${runtime}`, async (t) => {
  const served = await Served.start(t, { limit: 2, maxPending: 1 });
  const clients = [await served.client(), await served.client()];
  for (const client of clients) {
    await client.send("a\n");
    await client.until("\n");
  }
  const third = await served.client();
  await third.send("a\n");
  while (served.server.stats().pending === 0) await new Promise((r) => setTimeout(r, 1));
  const fourth = served.client().then((client) => client.rest());
  assertEquals(await fourth.catch(() => "reset"), "reset");
  const { open, pending, refused } = served.server.stats();
  assertEquals([open, pending, refused], [2, 1, 1]);
  clients[0]?.end();
  assertMatch(await third.until("\n"), /^a \d/);
});

test(`serveParallel() tells of a handler that fails, with its stack, on ${runtime}`, async (t) => {
  const served = await Served.start(t);
  const client = await served.client();
  await client.send("throw it\n");
  assertEquals(await client.rest().catch(() => "reset"), "reset");
  const told = await served.event(({ type }) => type === "error");
  assert(told.type === "error", told.type);
  assertEquals(told.error.message, "thrown: it");
  assertStringIncludes(String(told.error.stack), "commands.ts");
});

test(`serveParallel() with one worker is this thread, with ${runtime}'s own adapter`, async (t) => {
  const served = await Served.start(t, { workers: 1, data: "mine" });
  assertEquals(await served.ask("who"), `who 0 ${process.pid}:0 mine`);
  assert(await reasonOf(served.server.reload()) instanceof NotSupported);
  const { accepted, workers } = served.server.stats();
  assertEquals([accepted, workers.length], [1, 1]);
  const client = await served.client();
  await client.send("later\n");
  await client.until("waiting\n");
  const closed = served.server.close();
  assertMatch(await client.until("\n"), /^later 0 /);
  client.end();
  assertEquals(await closed, { finished: 1, cut: 0 });
});

test(`serveParallel() ends by its signal on ${runtime}`, async (t) => {
  const stop = new AbortController();
  const served = await Served.start(t, { signal: stop.signal });
  assertMatch(await served.ask("who"), /^who /);
  stop.abort();
  assertEquals((await served.server.ended).cut, 0);
  const options = { port: 0, workers: 2, signal: AbortSignal.abort("no") };
  assertEquals(await reasonOf(serveParallel(COMMANDS, options)), "no");
});

test(`serveParallel() can be given up while its module is loaded, on ${runtime}`, async (t) => {
  const module = moduleOf(t, "await new Promise(() => setInterval(() => undefined, 1_000));");
  const stop = new AbortController();
  const starting = serveParallel(module, { port: 0, workers: 2, signal: stop.signal });
  await macrotask();
  stop.abort("no more");
  assertEquals(await reasonOf(starting), "no more");
});

test(`serveParallel() leaves nothing when its data cannot be copied, on ${runtime}`, async () => {
  const error = await reasonOf(serveParallel(COMMANDS, { port: 0, workers: 2, data: () => 1 }));
  assertMatch(String(error), /cannot start: .*cloned/);
});

test(`serveParallel() refuses what it cannot do on ${runtime}`, async () => {
  type Case = [options: object, kind: new (message: string) => Error];
  const wrong: Case[] = [
    [{ workers: 0 }, RangeError],
    [{ workers: 1.5 }, RangeError],
    [{ workers: "2" }, TypeError],
    [{ means: "fibers" }, TypeError],
    [{ hangTimeout: 0 }, RangeError],
    [{ grace: -1 }, RangeError],
    [{ limit: 0 }, RangeError],
    [{ onEvent: 1 }, TypeError],
    [{ port: 70_000 }, RangeError],
    [{ onMessage: 1 }, TypeError],
    [{ workers: 2, means: "threads", port: undefined, path: "a.sock" }, NotSupported],
    [{ workers: 2, path: "a.sock" }, TypeError],
    [{ workers: 2, tls: {} }, TypeError],
  ];
  if (!canMoveSockets()) wrong.push([{ means: "threads" }, NotSupported]);
  if (runtime === "bun") wrong.push([{ workers: 2, backlog: 5 }, NotSupported]);
  if (runtime === "deno") wrong.push([{ workers: 2, ipv6Only: true }, NotSupported]);
  for (const [options, kind] of wrong) {
    const given = { port: 0, ...options } as Parameters<typeof serveParallel>[1];
    const error = await reasonOf(serveParallel(COMMANDS, given));
    assert(error instanceof kind, `${JSON.stringify(options)}: ${String(error)}`);
  }
  const error = await reasonOf(serveParallel("worker.ts", { port: 0, workers: 2 }));
  assertStringIncludes(String(error), 'module must be a URL, got "worker.ts"');
});
