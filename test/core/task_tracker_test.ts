import { assert, assertEquals, assertStrictEquals, assertThrows } from "#assert";
import process from "node:process";
import { TaskTracker } from "../../core/task_tracker.ts";
import { collectGarbage } from "../support/garbage.ts";
import { gate, macrotask, microtasks, never, outcome, reasonOf } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";
import { forEachSeed } from "../support/seeded.ts";

const failure = new Error("no");

function fail(): never {
  throw failure;
}

/** What becomes an unhandled rejection while `run` and what it leaves behind run. */
async function unhandled(run: () => void): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const listen = (reason: unknown) => void reasons.push(reason);
  // The runner takes each for a failure of the test.
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", listen);
  try {
    run();
    for (let turn = 0; turn < 3; turn++) await macrotask();
  } finally {
    process.removeListener("unhandledRejection", listen);
    for (const other of others) process.on("unhandledRejection", other);
  }
  return reasons;
}

// Closed and empty

test("TaskTracker starts open and empty", () => {
  const tracker = new TaskTracker();
  assertEquals([tracker.isClosed, tracker.isEmpty, tracker.length], [false, true, 0]);
});

test("TaskTracker.close() and reopen() answer whether they changed something", () => {
  const tracker = new TaskTracker();
  assertEquals([tracker.reopen(), tracker.close(), tracker.close()], [false, true, false]);
  assert(tracker.isClosed);
  assertEquals([tracker.reopen(), tracker.reopen()], [true, false]);
  assert(!tracker.isClosed);
});

test("TaskTracker.wait() resolves at once when it is closed and empty", async () => {
  const tracker = new TaskTracker();
  tracker.close();
  let resolved = false;
  void tracker.wait().then(() => resolved = true);
  await microtasks(1);
  assert(resolved);
});

test("TaskTracker.wait() does not resolve while it is open, though empty", async () => {
  const tracker = new TaskTracker();
  const waiting = tracker.wait();
  assertEquals(await outcome(waiting), "pending");
  tracker.token().release();
  assertEquals(await outcome(waiting), "pending");
  tracker.close();
  await waiting;
});

test("TaskTracker.wait() does not resolve while a task runs, though closed", async () => {
  const tracker = new TaskTracker();
  const tasks = [gate(), gate()];
  for (const { promise } of tasks) void tracker.spawn(() => promise);
  const before = tracker.wait();
  tracker.close();
  const after = tracker.wait();
  tasks[1]?.resolve();
  assertEquals([await outcome(before), await outcome(after)], ["pending", "pending"]);
  tasks[0]?.resolve();
  await Promise.all([before, after]);
});

test("TaskTracker.wait() waits for tasks that are added after close()", async () => {
  const tracker = new TaskTracker();
  const [first, second] = [gate(), gate()];
  void tracker.spawn(async () => {
    await first.promise;
    void tracker.spawn(() => second.promise);
  });
  tracker.close();
  const waiting = tracker.wait();
  first.resolve();
  assertEquals(await outcome(waiting), "pending");
  assertEquals(tracker.length, 1);
  second.resolve();
  await waiting;
});

test("TaskTracker.wait() resolves by close() even when it is opened right after that", async () => {
  const tracker = new TaskTracker();
  const waiting = tracker.wait();
  tracker.close();
  tracker.reopen();
  tracker.token();
  await waiting;
  assertEquals(await outcome(tracker.wait()), "pending");
});

test("TaskTracker.wait() resolves by the last task even when another follows at once", async () => {
  const tracker = new TaskTracker();
  const token = tracker.token();
  tracker.close();
  const waiting = tracker.wait();
  token.release();
  const next = tracker.token();
  await waiting;
  const again = tracker.wait();
  assertEquals(await outcome(again), "pending");
  next.release();
  await again;
});

test("TaskTracker.wait() goes on waiting after reopen()", async () => {
  const tracker = new TaskTracker();
  const token = tracker.token();
  const waiting = tracker.wait();
  tracker.close();
  tracker.reopen();
  token.release();
  assertEquals(await outcome(waiting), "pending");
  tracker.close();
  await waiting;
});

// spawn

test("TaskTracker.spawn() calls the task at once, and gives what it returns", async () => {
  const tracker = new TaskTracker();
  let called = false;
  const promise = tracker.spawn(() => {
    called = true;
    assertEquals(tracker.length, 1);
    return Promise.resolve("value");
  });
  assert(called);
  assertEquals(tracker.length, 1);
  assertEquals(await promise, "value");
  assertEquals(tracker.length, 0);
});

test("TaskTracker.spawn() counts a task that closes the tracker until it has ended", async () => {
  const tracker = new TaskTracker();
  let waiting: Promise<void> | undefined;
  void tracker.spawn(() => {
    tracker.close();
    waiting = tracker.wait();
    assertEquals(tracker.length, 1);
  });
  await waiting;
  assert(tracker.isEmpty);
});

test("TaskTracker.spawn() takes tasks that return no promise, or a foreign one", async () => {
  const tracker = new TaskTracker();
  const value = tracker.spawn(() => 1);
  const foreign = tracker.spawn(() =>
    ({
      then: (resolve: (value: number) => unknown) => resolve(2),
    }) as PromiseLike<number>
  );
  assertEquals([await value, await foreign, tracker.length], [1, 2, 0]);
});

test("TaskTracker.spawn() gives a failure to the caller, thrown or rejected, and counts it as an end", async () => {
  const tracker = new TaskTracker();
  const thrown = tracker.spawn(fail);
  const rejected = tracker.spawn(() => Promise.reject(failure));
  tracker.close();
  const waiting = tracker.wait();
  assertStrictEquals(await reasonOf(thrown), failure);
  assertStrictEquals(await reasonOf(rejected), failure);
  await waiting;
  assertEquals(tracker.length, 0);
});

test("TaskTracker.spawn() does not keep the failure of a function to itself", async () => {
  // Bun's runner takes each unhandled rejection for a failure, before any listener is asked.
  if (runtime === "bun") return;
  const tracker = new TaskTracker();
  const reasons = await unhandled(() => {
    void tracker.spawn(fail);
    void tracker.spawn(() => Promise.reject(failure));
  });
  assertEquals(reasons.length, 2);
  assertStrictEquals(reasons[0], failure);
});

test("TaskTracker.spawn() makes no unhandled rejection of one that is handled", async () => {
  const tracker = new TaskTracker();
  const handled: unknown[] = [];
  const reasons = await unhandled(() => {
    for (const task of [fail, () => Promise.reject(failure), Promise.reject(failure)]) {
      tracker.spawn(task).catch((error) => handled.push(error));
    }
  });
  assertEquals([reasons.length, handled.length, tracker.length], [0, 3, 0]);
});

test("TaskTracker.spawn() tracks a promise, and hands it back", async () => {
  const tracker = new TaskTracker();
  const { promise, resolve } = gate<number>();
  assertStrictEquals(tracker.spawn(promise), promise);
  assertEquals(tracker.length, 1);
  resolve(1);
  await promise;
  await microtasks();
  assert(tracker.isEmpty);
});

test("TaskTracker.spawn() takes a function that has a then for a promise", async () => {
  const tracker = new TaskTracker();
  const thenable = Object.assign(fail, {
    then: (resolve: (value: number) => unknown) => resolve(1),
  });
  assertEquals(await tracker.spawn(thenable as unknown as PromiseLike<number>), 1);
});

test("TaskTracker.spawn() and track() refuse what they cannot wait for", () => {
  const tracker = new TaskTracker();
  for (
    const [bad, shown] of [
      [undefined, "undefined"],
      [1, "1"],
      [{}, "an object (Object)"],
    ] as const
  ) {
    assertThrows(
      () => tracker.spawn(bad as unknown as () => void),
      TypeError,
      `Cannot spawn: expected a function or a promise, got ${shown}`,
    );
    assertThrows(
      () => tracker.track(bad as unknown as Promise<void>),
      TypeError,
      `Cannot track: expected a promise, got ${shown}`,
    );
  }
  assertThrows(() => tracker.track((() => 1) as never), TypeError, "got function");
  assertEquals(tracker.length, 0);
});

// track

test("TaskTracker.track() hands the same promise back, whatever its fate", async () => {
  const tracker = new TaskTracker();
  const [good, bad] = [gate(), gate()];
  assertStrictEquals(tracker.track(good.promise), good.promise);
  assertStrictEquals(tracker.track(bad.promise), bad.promise);
  assertEquals(tracker.length, 2);
  tracker.close();
  const waiting = tracker.wait();
  good.resolve();
  assertEquals(await outcome(waiting), "pending");
  assertEquals(tracker.length, 1);
  bad.reject(failure);
  await waiting;
  assertStrictEquals(await reasonOf(bad.promise), failure);
});

test("TaskTracker.track() makes no unhandled rejection of one that is handled", async () => {
  const tracker = new TaskTracker();
  const reasons = await unhandled(() => {
    const promise = Promise.reject(failure);
    promise.catch(() => undefined);
    void tracker.track(promise);
  });
  assertEquals([reasons, tracker.length], [[], 0]);
});

test("TaskTracker.track() takes a foreign promise, and subscribes to it once", async () => {
  const tracker = new TaskTracker();
  const done = gate();
  let subscribed = 0;
  const foreign = {
    then: (resolve: () => void) => {
      subscribed++;
      void done.promise.then(resolve);
    },
  } as PromiseLike<void>;
  assertStrictEquals(tracker.track(foreign), foreign);
  await macrotask();
  assertEquals([subscribed, tracker.length], [1, 1]);
  done.resolve();
  await macrotask();
  assertEquals([subscribed, tracker.length], [1, 0]);
});

test("TaskTracker counts a promise as often as it is tracked", async () => {
  const tracker = new TaskTracker();
  const { promise, resolve } = gate();
  void tracker.track(promise);
  void tracker.track(promise);
  assertEquals(tracker.length, 2);
  resolve();
  await macrotask();
  assertEquals(tracker.length, 0);
});

// token

test("TaskTracker.token() counts until it is released, once", async () => {
  const tracker = new TaskTracker();
  const [first, second] = [tracker.token(), tracker.token()];
  tracker.close();
  const waiting = tracker.wait();
  first.release();
  first.release();
  first[Symbol.dispose]();
  assertEquals([tracker.length, await outcome(waiting)], [1, "pending"]);
  second[Symbol.dispose]();
  assertEquals(tracker.length, 0);
  await waiting;
});

// Many

test("TaskTracker holds on to nothing of the tasks that have ended", async () => {
  const tracker = new TaskTracker();
  void tracker.spawn(never);
  const refs: WeakRef<object>[] = [];
  for (let n = 0; n < 10_000; n++) {
    const value = { n };
    const task = () => Promise.resolve(value);
    if (n % 100 === 0) refs.push(new WeakRef(value), new WeakRef(task));
    await tracker.spawn(task);
  }
  assertEquals(tracker.length, 1);
  // The last ones may still be on the stack, for all that an engine knows.
  const alive = () => refs.filter((ref) => ref.deref() !== undefined).length;
  for (collectGarbage(); alive() > 12; collectGarbage()) await macrotask();
});

test("TaskTracker has one promise for all who wait", () => {
  const tracker = new TaskTracker();
  assertStrictEquals(tracker.wait(), tracker.wait());
});

test("TaskTracker does as a count and a bit do, in any order of events", async () => {
  await forEachSeed(400, async (chance) => {
    const tracker = new TaskTracker();
    let [length, closed] = [0, false];
    const ends: (() => Promise<void> | void)[] = [];
    const waits: { resolved: boolean; expected: boolean }[] = [];
    const look = () => {
      if (closed && length === 0) { for (const wait of waits) wait.expected = true; }
    };
    const events = [
      () => {
        const token = tracker.token();
        length++;
        ends.push(() => token.release());
      },
      () => {
        const { promise, resolve, reject } = gate();
        const fails = chance.once(2);
        length++;
        tracker.spawn(chance.once(2) ? promise : () => promise).catch(() => undefined);
        ends.push(() => {
          if (fails) reject(failure);
          else resolve();
          return microtasks(8);
        });
      },
      () => {
        assertEquals(tracker.close(), !closed);
        closed = true;
      },
      () => {
        assertEquals(tracker.reopen(), closed);
        closed = false;
      },
      () => {
        const wait = { resolved: false, expected: false };
        waits.push(wait);
        void tracker.wait().then(() => wait.resolved = true);
      },
      async () => {
        const [end] = ends.splice(chance.below(ends.length), 1);
        if (end === undefined) return;
        length--;
        await end();
      },
    ];
    for (let step = 0; step < 40; step++) {
      // Often without a turn between them: what happens at once is what breaks.
      await chance.pick(chance.once(3) ? events.slice(-1) : events)();
      look();
      assertEquals(
        [tracker.length, tracker.isClosed, tracker.isEmpty],
        [length, closed, length === 0],
      );
      if (!chance.once(3)) continue;
      await microtasks(4);
      assertEquals(waits.map((wait) => wait.resolved), waits.map((wait) => wait.expected));
    }
  });
});
