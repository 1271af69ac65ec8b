import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "#assert";
import { execFile } from "node:child_process";
import process from "node:process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import {
  closeThreads,
  spawn,
  type SpawnOptions,
  ThreadPool,
  type ThreadPoolOptions,
} from "../../adapters/threads.ts";
import { NetworkError } from "../../core/errors.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

const TASKS = new URL("../fixtures/threads/tasks.ts", import.meta.url);

function pool(t: TestContext, options: ThreadPoolOptions = {}): ThreadPool {
  const made = new ThreadPool({ threads: 2, ...options });
  t.defer(async () => {
    await made.abort();
    assertEquals(made.stats, { threads: 0, running: 0, queued: 0 });
  });
  return made;
}

/** What a function of tasks.ts comes to. */
function run<T = unknown>(pool: ThreadPool, name: string, input?: unknown, options?: SpawnOptions) {
  return pool.spawn<T>(TASKS, input, { ...options, name });
}

/** A module with this text. */
function module(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "threads-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "module.mjs");
  writeFileSync(path, text);
  return path;
}

/** Something that `promise` rejects with. */
async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was fulfilled");
}

/** A flag that a task raises when it runs; `free` is for wait(). */
class Flag {
  readonly memory = new SharedArrayBuffer(8);
  readonly #view = new Int32Array(this.memory);

  /** Resolves when `count` tasks have said that they run. */
  async raised(count = 1): Promise<void> {
    while (Atomics.load(this.#view, 0) < count) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  free(): void {
    Atomics.store(this.#view, 1, 1);
    Atomics.notify(this.#view, 1);
  }
}

test("ThreadPool.spawn() gives what a function returns, awaited", async (t) => {
  const threads = pool(t);
  assertEquals(threads.stats, { threads: 0, running: 0, queued: 0 });
  assertEquals(await run<number>(threads, "add", { a: 1, b: 2 }), 3);
  const value = { a: [1, new Map([[1, new Date(0)]])], b: undefined };
  assertEquals(await run(threads, "later", value), value);
  assertEquals(threads.stats.threads, 1);
  const path = module(t, "export default (input) => input.length");
  assertEquals(await threads.spawn(pathToFileURL(path), "four"), 4);
  assertEquals(await threads.spawn(pathToFileURL(path).href, "four"), 4);
});

test("ThreadPool.spawn() runs as many at once as there are threads, each in one of its own", async (t) => {
  const threads = pool(t);
  const flag = new Flag();
  const waiting = [run(threads, "wait", flag.memory), run(threads, "wait", flag.memory)];
  await flag.raised(2);
  const third = run(threads, "thread");
  assertEquals(threads.stats, { threads: 2, running: 2, queued: 1 });
  flag.free();
  const [first, second] = await Promise.all(waiting);
  assert(first !== second);
  assert([first, second].includes(await third));
});

test("ThreadPool.spawn() rejects with what a function throws, its stack, code and cause included", async (t) => {
  const threads = pool(t);
  const error = await assertRejects(() => run(threads, "fail", "outer"), RangeError, "outer");
  assert(/at fail .*tasks\.ts:\d+/.test(error.stack ?? ""), error.stack);
  assertEquals((error as { code?: unknown }).code, "EOUTER");
  const cause = error.cause as Error & { code: string };
  assertEquals([cause.message, cause.code], ["inner", "EINNER"]);
  const own = await assertRejects(() => run(threads, "failOwn", "mine"), Error, "mine");
  assertEquals(own.name, "OwnError");
  assertEquals(await thrownBy(run(threads, "failWith", { a: 1 })), { a: 1 });
  assertEquals(await thrownBy(run(threads, "failWith", undefined)), undefined);
  const round = await assertRejects(() => run(threads, "failInCircle"), Error, "round");
  assert(round.cause instanceof Error);
  const both = await assertRejects(() => run(threads, "failTogether"), AggregateError, "both");
  const [one, two] = both.errors as unknown[];
  assert(one instanceof RangeError && one.message === "one", String(one));
  assertEquals([both.errors.length, two, both.cause], [2, "two", "cause"]);
  await assertRejects(() => run(threads, "failHidden"), Error, "cannot be looked at");
  assertEquals(threads.stats.threads, 1, "the thread goes on");
});

test("ThreadPool.spawn() rejects with what is wrong with the module", async (t) => {
  const threads = pool(t);
  const missing = new URL("./missing.ts", import.meta.url);
  assert(await thrownBy(threads.spawn(missing)) instanceof Error);
  const texts = ["export default (", "throw new RangeError('at the top')"];
  const [unsound, broken] = texts.map((text) => pathToFileURL(module(t, text)).href);
  // Of a class of its own on Bun.
  assert(await thrownBy(threads.spawn(unsound ?? "")) instanceof Error);
  await assertRejects(() => threads.spawn(broken ?? ""), RangeError, "at the top");
  await assertRejects(() => run(threads, "none"), TypeError, 'exports no function "none"');
  await assertRejects(() => run(threads, "notAFunction"), TypeError, "exports no function");
  assertEquals(await run(threads, "add", { a: 1, b: 1 }), 2);
});

test("ThreadPool.spawn() hands over what `transfer` names, there and back", async (t) => {
  const threads = pool(t, { threads: 1 });
  const buffer = new ArrayBuffer(1 << 20);
  assertEquals(await run(threads, "size", buffer, { transfer: [buffer] }), 1 << 20);
  assertEquals(buffer.byteLength, 0);
  const copied = new ArrayBuffer(8);
  assertEquals(await run(threads, "size", copied), 8);
  assertEquals(copied.byteLength, 8);
  const made = await run<ArrayBuffer>(threads, "make", 1 << 20);
  assertEquals([made.byteLength, await run(threads, "sizeLeft")], [1 << 20, 0]);
});

test("ThreadPool.spawn() rejects what cannot be copied, and goes on", async (t) => {
  const threads = pool(t);
  assert(await thrownBy(run(threads, "size", () => undefined)) instanceof Error);
  assert(await thrownBy(run(threads, "unclonable")) instanceof Error);
  assertEquals(await run(threads, "add", { a: 1, b: 1 }), 2);
  assertEquals(threads.stats.threads, 1);
});

test("ThreadPool.spawn() does not start for a signal that has aborted", async (t) => {
  const threads = pool(t);
  const reason = { why: "enough" };
  const { signal } = { signal: AbortSignal.abort(reason) };
  assertStrictEquals(await thrownBy(run(threads, "thread", 0, { signal })), reason);
  assertEquals(threads.stats.threads, 0);
});

test("ThreadPool.spawn() takes a task that waits out of the queue when its signal aborts", async (t) => {
  const threads = pool(t, { threads: 1 });
  const [flag, never] = [new Flag(), new Flag()];
  const running = run(threads, "wait", flag.memory);
  await flag.raised();
  const stop = new AbortController();
  const given = run(threads, "spin", never.memory, { signal: stop.signal });
  const last = run(threads, "thread");
  assertEquals(threads.stats.queued, 2);
  stop.abort("enough");
  assertStrictEquals(await thrownBy(given), "enough");
  assertEquals(threads.stats.queued, 1);
  flag.free();
  assertEquals(await last, await running, "the same thread: nothing was ended");
  assertEquals(new Int32Array(never.memory)[0], 0);
});

test("ThreadPool.spawn() ends the thread of a task that runs when its signal aborts, and replaces it", async (t) => {
  const threads = pool(t, { threads: 1 });
  const before = await run(threads, "thread");
  const flag = new Flag();
  const stop = new AbortController();
  const spinning = run(threads, "spin", flag.memory, { signal: stop.signal });
  const next = run(threads, "thread");
  await flag.raised();
  stop.abort("enough");
  assertStrictEquals(await thrownBy(spinning), "enough");
  assert(await next !== before, "another thread");
  assertEquals(threads.stats.threads, 1);
});

test("ThreadPool.spawn() heeds a signal while the thread is being started, and none after the end", async (t) => {
  const threads = pool(t, { threads: 1 });
  const stop = new AbortController();
  const starting = run(threads, "thread", 0, { signal: stop.signal });
  stop.abort("early");
  assertStrictEquals(await thrownBy(starting), "early");
  const late = new AbortController();
  const thread = await run(threads, "thread", 0, { signal: late.signal });
  late.abort("late");
  assertEquals(await run(threads, "thread"), thread);
});

test("ThreadPool.spawn() rejects when the thread ends under the task, and replaces it", async (t) => {
  const threads = pool(t, { threads: 1 });
  await assertRejects(
    () => run(threads, "exit", 3),
    Error,
    "its thread has ended with the exit code 3",
  );
  await assertRejects(() => run(threads, "throwLater"), Error, "late");
  assertEquals(await run(threads, "add", { a: 1, b: 1 }), 2);
});

test("ThreadPool tells onError of a thread that fails without a task", async (t) => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const onError = (error: unknown) => {
    resolve(error);
    throw new Error("it must not throw");
  };
  const threads = pool(t, { threads: 1, onError });
  assertEquals(await run(threads, "returnThenThrow"), "returned");
  assertEquals((await promise as Error).message, "too late");
  assertEquals(threads.stats.threads, 0);
  assertEquals(await run(threads, "add", { a: 1, b: 1 }), 2);
});

test("ThreadPool.spawn() refuses more than maxQueued, and ready() waits for room", async (t) => {
  const threads = pool(t, { threads: 1, maxQueued: 2 });
  const flag = new Flag();
  const stop = new AbortController();
  await threads.ready();
  const running = run(threads, "wait", flag.memory);
  const queued = [
    run(threads, "thread", 0, { signal: stop.signal }).catch((reason) => reason),
    run(threads, "thread"),
  ];
  const refused = await assertRejects(
    () => run(threads, "thread"),
    NetworkError,
    "2 tasks are waiting",
  );
  assertEquals(refused.code, "EBUSY");
  let room = false;
  const ready = threads.ready().then(() => room = true);
  await flag.raised();
  assertEquals(room, false);
  stop.abort("enough");
  await ready;
  const more = run(threads, "thread");
  flag.free();
  await Promise.all([running, ...queued, more]);
});

test("ThreadPool.close() finishes what there is, takes nothing more, and leaves no thread", async () => {
  const threads = new ThreadPool({ threads: 1 });
  const flag = new Flag();
  const running = run(threads, "wait", flag.memory);
  const queued = run(threads, "add", { a: 1, b: 2 });
  await flag.raised();
  const closed = threads.close();
  assertStrictEquals(threads.close(), closed);
  await threads.ready();
  const refused = await assertRejects(
    () => run(threads, "thread"),
    NetworkError,
    "the pool is closed",
  );
  assertEquals(refused.code, "ECLOSED");
  flag.free();
  assertEquals([typeof await running, await queued], ["number", 3]);
  await closed;
  assertEquals(threads.stats, { threads: 0, running: 0, queued: 0 });
  await new ThreadPool().close();
});

test("ThreadPool.abort() gives up what there is", async () => {
  const threads = new ThreadPool({ threads: 1 });
  const flag = new Flag();
  const tasks = [run(threads, "spin", flag.memory), run(threads, "thread")];
  const ended = Promise.all(tasks.map((task) => assertRejects(() => task, NetworkError)));
  await flag.raised();
  await threads.abort();
  assertEquals((await ended).map(({ code }) => code), ["ECLOSED", "ECLOSED"]);
  assertEquals(threads.stats, { threads: 0, running: 0, queued: 0 });
});

test("ThreadPool ends a thread that has had nothing to do for idleTimeout", async (t) => {
  const threads = pool(t, { idleTimeout: 20 });
  const first = await run(threads, "thread");
  while (threads.stats.threads > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert(await run(threads, "thread") !== first);
});

test("ThreadPool runs 10,000 tasks without growing", async (t) => {
  const threads = pool(t, { maxQueued: 100 });
  const seen = new Set<unknown>();
  const batch = async (count: number) => {
    const running: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) {
      await threads.ready();
      running.push(run(threads, "thread").then((thread) => seen.add(thread)));
    }
    await Promise.all(running);
  };
  await batch(5_000);
  const before = process.memoryUsage().rss;
  await batch(5_000);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  assertEquals(seen.size, 2);
  assert(grown < 64, `${grown.toFixed(1)} MiB`);
});

test("ThreadPool says what is wrong with an option, with the value", async (t) => {
  const cases: [unknown, string][] = [
    [{ threads: 0 }, "threads must be an integer from 1 to 1024, got 0"],
    [{ maxQueued: NaN }, "maxQueued must be an integer from 1 to 2147483648, got NaN"],
    [{ idleTimeout: 1.5 }, "idleTimeout must be an integer from 1 to 2147483647, got 1.5"],
    [{ onError: 1 }, "onError must be a function, got 1"],
    [null, "options must be an object, got null"],
  ];
  for (const [options, reason] of cases) {
    const error = assertThrows(() => new ThreadPool(options as ThreadPoolOptions)) as Error;
    assertEquals(error.message, `Cannot make a pool: ${reason}`);
  }
  const threads = pool(t);
  const wrong: [unknown, unknown, string][] = [
    ["./tasks.ts", {}, 'module must be an absolute URL, got "./tasks.ts"'],
    [1, {}, "module must be an absolute URL, got 1"],
    [TASKS, null, "options must be an object, got null"],
    [TASKS, { name: 1 }, "name must be a string, got 1"],
    [TASKS, { transfer: {} }, "transfer must be an array, got an object (Object)"],
    [TASKS, { signal: 1 }, "signal must be an AbortSignal, got 1"],
  ];
  for (const [module, options, reason] of wrong) {
    const spawned = threads.spawn(module as URL, 0, options as SpawnOptions);
    assertEquals((await thrownBy(spawned) as Error).message, `Cannot spawn: ${reason}`);
  }
  assertEquals(threads.stats.threads, 0);
});

test("closeThreads() ends the threads of spawn(), and a later call starts others", async () => {
  const tasks = [1, 2].map((value) => spawn(TASKS, value, { name: "later" }));
  await closeThreads();
  assertEquals(await Promise.all(tasks), [1, 2], "what there was is finished");
  assertEquals(await spawn(TASKS, 3, { name: "later" }), 3);
  await closeThreads();
  await closeThreads();
});

test("spawn() shares a pool; idle threads do not keep the process alive", async (t) => {
  const entry = new URL("../../adapters/threads.ts", import.meta.url).href;
  const path = module(
    t,
    `import { spawn, ThreadPool } from ${JSON.stringify(entry)};
    const tasks = ${JSON.stringify(TASKS.href)};
    console.log(await spawn(tasks, { a: 1, b: 2 }, { name: "add" }));
    await spawn(tasks, "loud", { name: "fail" }).catch((error) => console.log(error.message));
    const pool = new ThreadPool({ idleTimeout: 2 ** 31 - 1 });
    console.log(await pool.spawn(tasks, 5, { name: "later" }));
    `,
  );
  const how = runtime === "deno" ? ["run", "--no-check", "-A"] : [];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...how, path], {
    env: { ...process.env, NO_COLOR: "1" },
    timeout: 20_000,
  });
  assertEquals([stdout, stderr], ["3\nloud\n5\n", ""]);
});

if (runtime === "deno") {
  test("ThreadPool.spawn() rejects when Deno may not read, and close() ends all the same", async (t) => {
    const entry = new URL("../../adapters/threads.ts", import.meta.url).href;
    const path = module(
      t,
      `import { ThreadPool } from ${JSON.stringify(entry)};
      const pool = new ThreadPool({ threads: 1 });
      const tasks = [1, 2].map(() => pool.spawn(${JSON.stringify(TASKS.href)}));
      for (const { reason } of await Promise.allSettled(tasks)) console.log(reason.name);
      await pool.close();
      console.log(pool.stats.threads);`,
    );
    // Without any permission named, what Deno starts of Deno has all of them.
    const how = ["run", "--no-check", "--no-prompt", "--allow-env"];
    const { stdout } = await promisify(execFile)(process.execPath, [...how, path]);
    assertEquals(stdout, "NotCapable\nNotCapable\n0\n");
  });
}
