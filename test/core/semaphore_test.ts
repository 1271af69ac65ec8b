import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "#assert";
import { type Permit, Semaphore } from "../../core/semaphore.ts";
import {
  countListeners,
  gate,
  macrotask,
  microtasks,
  never,
  outcome,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const failure = new Error("no");
const CLOSED = "Cannot acquire: the semaphore is closed";

/** Acquires, and tells in `order` when it has. */
function queue(semaphore: Semaphore, order: number[], counts: number[]): Promise<Permit>[] {
  return counts.map(async (count, index) => {
    const permit = await semaphore.acquire({ count });
    order.push(index);
    return permit;
  });
}

// What it takes

test("Semaphore takes 0 and positive integers", () => {
  for (const permits of [0, 1, 7, Number.MAX_SAFE_INTEGER]) {
    assertEquals(new Semaphore(permits).available, permits);
  }
  assertEquals(new Semaphore(-0).available, 0);
});

test("Semaphore refuses any other number of permits", () => {
  for (const bad of [-1, 1.5, NaN, Infinity, 2 ** 53, "1", null, undefined, 1n, {}]) {
    assertThrows(
      () => new Semaphore(bad as number),
      RangeError,
      "Cannot make a semaphore: permits must be an integer of at least 0, got ",
    );
  }
});

test("Semaphore refuses counts that are no positive integers", async () => {
  const semaphore = new Semaphore(1);
  for (const bad of [0, -0, -1, 1.5, NaN, Infinity, 2 ** 53, "1", null, 1n]) {
    const count = bad as number;
    const text = "count must be a positive integer, got ";
    await assertRejects(() => semaphore.acquire({ count }), RangeError, `Cannot acquire: ${text}`);
    await assertRejects(
      () => semaphore.run(never, { count }),
      RangeError,
      `Cannot acquire: ${text}`,
    );
    assertThrows(() => semaphore.tryAcquire({ count }), RangeError, `Cannot acquire: ${text}`);
    assertThrows(() => semaphore.add(count), RangeError, `Cannot add permits: ${text}`);
  }
  assertEquals(semaphore.available, 1);
});

test("Semaphore.acquire() refuses what is no signal, also with a permit free", async () => {
  const semaphore = new Semaphore(1);
  for (const bad of [1, {}, null, new AbortController()]) {
    const signal = bad as unknown as AbortSignal;
    await assertRejects(
      () => semaphore.acquire({ signal }),
      TypeError,
      "Cannot acquire: signal must be an AbortSignal, got ",
    );
  }
  assertEquals(semaphore.available, 1);
});

test("Semaphore.run() refuses what is no function, and takes no permit", async () => {
  const semaphore = new Semaphore(1);
  await assertRejects(
    () => semaphore.run(1 as unknown as () => 1),
    TypeError,
    "Cannot run: expected",
  );
  assertEquals(semaphore.available, 1);
});

// acquire, release

test("Semaphore.acquire() resolves at once while there are permits", async () => {
  const semaphore = new Semaphore(2);
  let permits = 0;
  void semaphore.acquire().then(() => permits++);
  void semaphore.acquire().then(() => permits++);
  assertEquals(semaphore.available, 0);
  await microtasks(1);
  assertEquals(permits, 2);
  assertEquals(await outcome(semaphore.acquire()), "pending");
});

test("Permit.release() gives a permit back, once", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  permit.release();
  permit.release();
  permit[Symbol.dispose]();
  assertEquals(semaphore.available, 1);
});

test("Permit[Symbol.dispose]() gives a permit back, once", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  permit[Symbol.dispose]();
  assertEquals(semaphore.available, 1);
  permit.release();
  assertEquals(semaphore.available, 1);
});

test("Permit.release() of a permit released before does not take another's away", async () => {
  const semaphore = new Semaphore(1);
  const first = await semaphore.acquire();
  const waiting = semaphore.acquire();
  first.release();
  first.release();
  await waiting;
  first.release();
  assertEquals(semaphore.available, 0);
  assertEquals(semaphore.tryAcquire(), null);
});

test("Permit.release() hands the permit over to whoever waits, before anybody can take it", async () => {
  const semaphore = new Semaphore(1);
  const first = await semaphore.acquire();
  const waiting = semaphore.acquire();
  first.release();
  assertEquals([semaphore.available, semaphore.tryAcquire()], [0, null]);
  (await waiting).release();
  assertEquals(semaphore.available, 1);
});

test("Semaphore.acquire() is served in the order of the calls", async () => {
  const semaphore = new Semaphore(0);
  const order: number[] = [];
  const permits = queue(semaphore, order, [1, 1, 1, 1]);
  semaphore.add(1);
  for (const permit of permits) (await permit).release();
  assertEquals(order, [0, 1, 2, 3]);
  assertEquals(semaphore.available, 1);
});

test("Semaphore.acquire() takes several permits at once, and gives them back at once", async () => {
  const semaphore = new Semaphore(5);
  const permit = await semaphore.acquire({ count: 3 });
  assertEquals(semaphore.available, 2);
  permit.release();
  assertEquals(semaphore.available, 5);
});

test("Semaphore.acquire() of many lets nobody past: those behind wait, though there is enough", async () => {
  const semaphore = new Semaphore(2);
  const [first, order] = [await semaphore.acquire(), [] as number[]];
  const permits = queue(semaphore, order, [2, 1, 1]);
  await macrotask();
  assertEquals([order, semaphore.available, semaphore.tryAcquire()], [[], 0, null]);
  first.release();
  await macrotask();
  assertEquals(order, [0]);
  (await permits[0])?.release();
  await macrotask();
  assertEquals(order, [0, 1, 2]);
});

test("Semaphore.acquire() of more than there are waits until they are added", async () => {
  const semaphore = new Semaphore(1);
  const many = semaphore.acquire({ count: 3 });
  semaphore.add(1);
  assertEquals(await outcome(many), "pending");
  semaphore.add(1);
  (await many).release();
  assertEquals(semaphore.available, 3);
});

test("Permit.release() of many serves several, as far as it goes", async () => {
  const semaphore = new Semaphore(4);
  const [first, order] = [await semaphore.acquire({ count: 4 }), [] as number[]];
  void queue(semaphore, order, [1, 2, 2, 1]);
  first.release();
  await macrotask();
  assertEquals([order, semaphore.available], [[0, 1], 0]);
});

test("Semaphore serves twenty thousand who wait, one after another", async () => {
  const semaphore = new Semaphore(1);
  const first = await semaphore.acquire();
  let last: Promise<Permit> | undefined;
  let served = 0;
  for (let n = 0; n < 20_000; n++) {
    last = semaphore.acquire();
    void last.then((permit) => {
      served++;
      permit.release();
    });
  }
  first.release();
  await last;
  await microtasks();
  assertEquals([served, semaphore.available], [20_000, 1]);
});

// tryAcquire, available, add

test("Semaphore.tryAcquire() gives a permit, or null", () => {
  const semaphore = new Semaphore(3);
  const permit = semaphore.tryAcquire({ count: 2 });
  assert(permit !== null);
  assertEquals([semaphore.available, semaphore.tryAcquire({ count: 2 })], [1, null]);
  assert(semaphore.tryAcquire() !== null);
  assertEquals(semaphore.tryAcquire(), null);
  permit.release();
  assertEquals(semaphore.available, 2);
});

test("Semaphore.add() adds to what there is, and serves those who wait", async () => {
  const semaphore = new Semaphore(0);
  const order: number[] = [];
  void queue(semaphore, order, [1, 2, 1]);
  semaphore.add(4);
  await macrotask();
  assertEquals([order, semaphore.available], [[0, 1, 2], 0]);
  semaphore.add(1);
  assertEquals(semaphore.available, 1);
});

test("Semaphore.add() refuses more than can be counted, held ones included", async () => {
  const semaphore = new Semaphore(Number.MAX_SAFE_INTEGER);
  const message = "Cannot add permits: there are 9007199254740991, and 1 more are too many";
  assertThrows(() => semaphore.add(1), RangeError, message);
  const permit = await semaphore.acquire();
  assertThrows(() => semaphore.add(1), RangeError, message);
  permit.release();
  assertEquals(semaphore.available, Number.MAX_SAFE_INTEGER);
});

// Aborting

test("Semaphore.acquire() rejects with the reason of a signal that has aborted, though a permit is free", async () => {
  const semaphore = new Semaphore(1);
  assertStrictEquals(
    await reasonOf(semaphore.acquire({ signal: AbortSignal.abort(failure) })),
    failure,
  );
  assertEquals(semaphore.available, 1);
});

test("Semaphore.acquire() rejects with the reason when it aborts, and those behind move up", async () => {
  const semaphore = new Semaphore(0);
  const stop = new AbortController();
  const [aborted, next] = [semaphore.acquire({ signal: stop.signal }), semaphore.acquire()];
  stop.abort(failure);
  semaphore.add(1);
  assertStrictEquals(await reasonOf(aborted), failure);
  await next;
  assertEquals(semaphore.available, 0);
});

test("Semaphore.acquire() of many that aborts lets those behind it go", async () => {
  const semaphore = new Semaphore(2);
  const stop = new AbortController();
  const order: number[] = [];
  const many = semaphore.acquire({ count: 3, signal: stop.signal });
  void queue(semaphore, order, [1, 1, 1]);
  await macrotask();
  assertEquals(order, []);
  stop.abort(failure);
  assertStrictEquals(await reasonOf(many), failure);
  await macrotask();
  assertEquals(order, [0, 1]);
});

test("Semaphore.acquire() keeps its permit when the abort comes after the release", async () => {
  const semaphore = new Semaphore(1);
  const stop = new AbortController();
  const first = await semaphore.acquire();
  const waiting = semaphore.acquire({ signal: stop.signal });
  first.release();
  stop.abort(failure);
  assertEquals(semaphore.available, 0);
  (await waiting).release();
  assertEquals(semaphore.available, 1);
});

test("Semaphore.acquire() takes no permit when the release comes after the abort", async () => {
  const semaphore = new Semaphore(1);
  const stop = new AbortController();
  const first = await semaphore.acquire();
  const waiting = semaphore.acquire({ signal: stop.signal });
  stop.abort(failure);
  first.release();
  assertEquals(semaphore.available, 1);
  assertStrictEquals(await reasonOf(waiting), failure);
});

test("Semaphore.acquire() loses no permit that is released by the very abort that ends it", async () => {
  for (const early of [true, false]) {
    const semaphore = new Semaphore(1);
    const stop = new AbortController();
    const first = await semaphore.acquire();
    const release = () => first.release();
    if (early) stop.signal.addEventListener("abort", release);
    const waiting = semaphore.acquire({ signal: stop.signal });
    if (!early) stop.signal.addEventListener("abort", release);
    stop.abort(failure);
    await waiting.then((permit) => permit.release(), () => undefined);
    assertEquals(semaphore.available, 1);
  }
});

test("Semaphore.acquire() leaves no listener on the signal, however it ends", async () => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const semaphore = new Semaphore(1);
  const { signal } = stop;
  const first = await semaphore.acquire({ signal });
  assertEquals(listeners(), 0);
  const granted = semaphore.acquire({ signal });
  assertEquals(listeners(), 1);
  first.release();
  await granted;
  assertEquals(listeners(), 0);
  const refused = semaphore.acquire({ signal });
  assertEquals(listeners(), 1);
  semaphore.close();
  await reasonOf(refused);
  assertEquals(listeners(), 0);
});

test("Semaphore.acquire() that is refused is not unhandled when nobody awaits it", async () => {
  const semaphore = new Semaphore(0);
  const stop = new AbortController();
  void semaphore.acquire({ signal: stop.signal });
  stop.abort(failure);
  void semaphore.acquire({ signal: stop.signal });
  void semaphore.acquire();
  semaphore.close();
  void semaphore.acquire();
  await macrotask();
  await macrotask();
});

// close

test("Semaphore.close() refuses those who wait, and those who come later", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  const waiting = [semaphore.acquire(), semaphore.acquire({ count: 2 })];
  assert(!semaphore.isClosed);
  semaphore.close();
  semaphore.close();
  assert(semaphore.isClosed);
  for (const each of waiting) await assertRejects(() => each, Error, CLOSED);
  permit.release();
  assertEquals(semaphore.available, 1);
  await assertRejects(() => semaphore.acquire(), Error, CLOSED);
  assertEquals([semaphore.tryAcquire(), semaphore.available], [null, 1]);
});

test("Semaphore.close() leaves those alone who have been granted a permit", async () => {
  const semaphore = new Semaphore(1);
  const first = await semaphore.acquire();
  const waiting = semaphore.acquire();
  first.release();
  semaphore.close();
  (await waiting).release();
  assertEquals(semaphore.available, 1);
});

test("Semaphore.add() works after close(), for what it is worth", () => {
  const semaphore = new Semaphore(0);
  semaphore.close();
  semaphore.add(1);
  assertEquals(semaphore.available, 1);
});

// run

test("Semaphore.run() holds a permit while the task runs, and gives what it gives", async () => {
  const semaphore = new Semaphore(2);
  const { promise, resolve } = gate<string>();
  const running = semaphore.run(() => promise, { count: 2 });
  await macrotask();
  assertEquals(semaphore.available, 0);
  resolve("value");
  assertEquals([await running, semaphore.available], ["value", 2]);
  assertEquals(await semaphore.run(() => 1), 1);
});

test("Semaphore.run() gives the permit back when the task fails, thrown or rejected", async () => {
  const semaphore = new Semaphore(1);
  const thrower = () => {
    throw failure;
  };
  for (const task of [thrower, () => Promise.reject(failure)]) {
    assertStrictEquals(await reasonOf(semaphore.run(task)), failure);
    assertEquals(semaphore.available, 1);
  }
});

test("Semaphore.run() does not call the task when the waiting is aborted", async () => {
  const semaphore = new Semaphore(0);
  const stop = new AbortController();
  let calls = 0;
  const running = semaphore.run(() => calls++, { signal: stop.signal });
  stop.abort(failure);
  semaphore.add(1);
  assertStrictEquals(await reasonOf(running), failure);
  assertEquals([calls, semaphore.available], [0, 1]);
});

test("Semaphore.run() does not call the task when it is aborted with the permit just granted", async () => {
  const semaphore = new Semaphore(0);
  const stop = new AbortController();
  let calls = 0;
  const running = semaphore.run(() => calls++, { signal: stop.signal });
  semaphore.add(1);
  stop.abort(failure);
  assertStrictEquals(await reasonOf(running), failure);
  assertEquals([calls, semaphore.available], [0, 1]);
});

test("Semaphore.run() waits for its task when the signal aborts while that runs", async () => {
  const semaphore = new Semaphore(1);
  const stop = new AbortController();
  const { promise, resolve } = gate<number>();
  const running = semaphore.run(() => promise, { signal: stop.signal });
  await macrotask();
  stop.abort(failure);
  assertEquals([await outcome(running), semaphore.available], ["pending", 0]);
  resolve(1);
  assertEquals([await running, semaphore.available], [1, 1]);
});

for (const limit of [1, 2, 3]) {
  test(`Semaphore.run() runs ${limit} at once with ${limit} permits`, async () => {
    const semaphore = new Semaphore(limit);
    let [running, most] = [0, 0];
    await Promise.all(Array.from({ length: 50 }, (_, n) =>
      semaphore.run(async () => {
        most = Math.max(most, ++running);
        await microtasks(n % 7);
        running--;
      })));
    assertEquals([most, running, semaphore.available], [limit, 0, limit]);
  });
}
