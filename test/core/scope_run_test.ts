import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "#assert";
import { type Scope, scope } from "../../core/scope.ts";
import { collectGarbage } from "../support/garbage.ts";
import {
  countListeners,
  type Gate,
  gate,
  macrotask,
  microtasks,
  never,
  outcome,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { forEachSeed } from "../support/seeded.ts";

const first = new Error("first");
const second = new Error("second");
const third = new Error("third");

function thrower(reason: unknown): () => never {
  return () => {
    throw reason;
  };
}

/** Every way in which a scope can fail with `reason`, as soon as `when` says so. */
const FAILURES: Record<string, (reason: unknown, when: Promise<void>) => Failing> = {
  "its body rejects": (reason, when) => ({ body: () => when.then(thrower(reason)) }),
  "a child rejects": (reason, when) => ({
    body: (s) => void s.spawn(() => when.then(thrower(reason))),
  }),
  "a child throws": (reason, when) => ({
    body: (s) => void s.spawn(() => when.then(() => void s.spawn(thrower(reason)))),
  }),
  "a child that the body awaits rejects": (reason, when) => ({
    body: async (s) => void await s.spawn(() => when.then(thrower(reason))),
  }),
  "a grandchild rejects": (reason, when) => ({
    body: (s) => void s.spawn(() => s.spawn(() => when.then(thrower(reason)))),
  }),
  "its signal aborts": (reason, when) => {
    const stop = new AbortController();
    void when.then(() => stop.abort(reason));
    return { body: () => undefined, signal: stop.signal };
  },
};

interface Failing {
  readonly body: (s: Scope) => unknown;
  readonly signal?: AbortSignal;
}

for (const [what, failing] of Object.entries(FAILURES)) {
  test(`scope() aborts, waits for the others, and rejects when ${what}`, async () => {
    const [when, held, aborted] = [gate(), gate(), [] as unknown[]];
    const { body, signal } = failing(first, when.promise);
    let open: Scope | undefined;
    let ended = 0;
    const hold = async (own: AbortSignal) => {
      own.addEventListener("abort", () => aborted.push(own.reason));
      await held.promise;
      ended++;
    };
    const done = scope((s) => {
      open = s;
      s.signal.addEventListener("abort", () => aborted.push(s.signal.reason));
      void s.spawn(hold);
      void s.spawn(hold);
      return body(s);
    }, { signal });
    assertEquals([await outcome(done), aborted.length], ["pending", 0]);
    when.resolve();
    assertEquals(await outcome(done), "pending");
    assertEquals(aborted.length, 3);
    for (const reason of aborted) assertStrictEquals(reason, first);
    // Nothing starts any more.
    const late = open?.spawn(() => ended++);
    assertStrictEquals(await reasonOf(Promise.resolve(late)), first);
    held.resolve();
    assertStrictEquals(await reasonOf(done), first);
    assertEquals(ended, 2);
  });

  // A signal has a reason.
  if (what !== "its signal aborts") {
    test(`scope() rejects with undefined when ${what} with undefined`, async () => {
      const { body } = failing(undefined, Promise.resolve());
      let late: Promise<unknown> | undefined;
      const done = scope(async (s) => {
        void s.spawn(async (own) => {
          await abortOf(own);
          late = s.spawn(() => 1);
        });
        await body(s);
      });
      assertEquals(await outcome(done), "rejected");
      assertStrictEquals(await reasonOf(done), undefined);
      assertStrictEquals(await reasonOf(Promise.resolve(late)), undefined);
    });
  }
  // That child would wait for a place itself.
  if (what === "a child throws") continue;

  test(`scope() refuses those that wait for a place when ${what}`, async () => {
    const when = gate();
    const { body, signal } = failing(first, when.promise);
    const waiting: Promise<unknown>[] = [];
    let started = 0;
    const done = scope((s) => {
      const result = body(s);
      for (let n = 0; n < 4; n++) void s.spawn((own) => abortOf(own));
      for (let n = 0; n < 3; n++) waiting.push(s.spawn(() => started++));
      return result;
    }, { signal, limit: 4 });
    when.resolve();
    assertStrictEquals(await reasonOf(done), first);
    for (const each of waiting) assertStrictEquals(await reasonOf(each), first);
    assertEquals(started, 0);
  });
}

/** Resolves when `signal` aborts. */
function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

// Failing at once

test("scope() rejects when its body throws, and waits for the children before it", async () => {
  const { promise, resolve } = gate();
  const done = scope((s) => {
    void s.spawn(() => promise);
    throw first;
  });
  assertEquals(await outcome(done), "pending");
  resolve();
  assertStrictEquals(await reasonOf(done), first);
});

test("scope() rejects when a child throws; the body goes on to its end", async () => {
  let ended = false;
  const done = scope(async (s) => {
    const child = s.spawn(thrower(first));
    assertStrictEquals(s.signal.reason, first);
    assertStrictEquals(await reasonOf(child), first);
    assertStrictEquals(await reasonOf(s.spawn(() => 1)), first);
    await macrotask();
    ended = true;
    return "body";
  });
  assertStrictEquals(await reasonOf(done), first);
  assert(ended);
});

test("scope() does not call the body when the signal has aborted", async () => {
  let calls = 0;
  const signal = AbortSignal.abort(first);
  const listeners = countListeners(signal);
  assertStrictEquals(await reasonOf(scope(() => calls++, { signal })), first);
  assertEquals([calls, listeners()], [0, 0]);
});

test("scope() fails when the signal aborts while the body is called", async () => {
  const stop = new AbortController();
  let calls = 0;
  const done = scope((s) => {
    stop.abort(first);
    assert(s.signal.aborted);
    void s.spawn(() => calls++);
    return "body";
  }, { signal: stop.signal });
  assertStrictEquals(await reasonOf(done), first);
  assertEquals(calls, 0);
});

test("scope() does not fail when the signal aborts in the turn after the last one has ended", async () => {
  const stop = new AbortController();
  const { promise, resolve } = gate();
  const done = scope((s) => {
    void s.spawn(() => promise).then(() => stop.abort(first));
    return "body";
  }, { signal: stop.signal });
  resolve();
  assertEquals(await done, "body");
});

test("scope() fails when the signal aborts before the last one is known to have ended", async () => {
  const stop = new AbortController();
  const { promise, resolve } = gate();
  const done = scope((s) => void s.spawn(() => promise), { signal: stop.signal });
  resolve();
  stop.abort(first);
  assertStrictEquals(await reasonOf(done), first);
});

test("scope() fails by the abort of its signal even if all succeed thereafter", async () => {
  const stop = new AbortController();
  const done = scope((s) => s.spawn(abortOf), { signal: stop.signal });
  stop.abort(first);
  assertStrictEquals(await reasonOf(done), first);
});

test("scope() stays failed when the body catches the failure of a child", async () => {
  const done = scope(async (s) => {
    await s.spawn(() => Promise.reject(first)).catch(() => "fine");
    return "body";
  });
  assertStrictEquals(await reasonOf(done), first);
});

test("scope() waits for a child that does not heed its signal", async () => {
  const { promise, resolve } = gate();
  const done = scope((s) => {
    void s.spawn(() => promise);
    void s.spawn(thrower(first));
  });
  await macrotask();
  assertEquals(await outcome(done), "pending");
  resolve();
  assertStrictEquals(await reasonOf(done), first);
});

// Several failures

test("scope() rejects with an AggregateError of all failures, in their order", async () => {
  const gates: Gate<void>[] = [gate(), gate(), gate()];
  const done = scope(async (s) => {
    void s.spawn(() => gates[0]?.promise);
    void s.spawn(() => gates[1]?.promise);
    await gates[2]?.promise;
  });
  gates[1]?.reject(first);
  await macrotask();
  gates[2]?.reject(second);
  await macrotask();
  gates[0]?.reject(third);
  const error = await reasonOf(done);
  assertInstanceOf(error, AggregateError);
  assertEquals(error.message, "Cannot finish the scope: 3 failures, the first one is the cause");
  assertStrictEquals(error.cause, first);
  assertEquals(error.errors.length, 3);
  [first, second, third].forEach((each, n) => assertStrictEquals(error.errors[n], each));
});

test("Scope.spawn() rejects with the first failure, also when others have followed", async () => {
  const late: Promise<unknown>[] = [];
  const done = scope(async (s) => {
    void s.spawn((own) => abortOf(own).then(thrower(second)));
    void s.spawn(thrower(first));
    await macrotask();
    late.push(s.spawn(() => 1));
  });
  assertInstanceOf(await reasonOf(done), AggregateError);
  assertStrictEquals(await reasonOf(Promise.all(late)), first);
});

test("scope() counts a failure after undefined, and undefined after a failure", async () => {
  for (const [one, two] of [[undefined, second], [first, undefined]]) {
    const error = await reasonOf(scope((s) => {
      void s.spawn((own) => abortOf(own).then(thrower(two)));
      void s.spawn(thrower(one));
    }));
    assertInstanceOf(error, AggregateError);
    assert("cause" in error);
    assertEquals([error.errors, error.cause], [[one, two], one]);
  }
});

test("scope() keeps an AggregateError that is the only failure as it is", async () => {
  const aggregate = new AggregateError([first, second]);
  assertStrictEquals(await reasonOf(scope(thrower(aggregate))), aggregate);
});

test("scope() does not count what only repeats the first failure", async () => {
  const done = scope(async (s) => {
    void s.spawn((own) => abortOf(own).then(() => own.throwIfAborted()));
    void s.spawn((own) => abortOf(own).then(thrower(new DOMException("stop", "AbortError"))));
    void s.spawn((own) => abortOf(own).then(thrower(new Error("wrapped", { cause: first }))));
    void s.spawn(thrower(first));
    await s.spawn(() => 1);
  });
  assertStrictEquals(await reasonOf(done), first);
});

test("scope() takes an AbortError that comes first for a failure", async () => {
  const abort = new DOMException("own", "AbortError");
  assertStrictEquals(await reasonOf(scope((s) => void s.spawn(thrower(abort)))), abort);
});

// Signals

test("Scope.spawn() gives each task a signal of its own, that dies with it", async () => {
  const [ended, running] = [gate(), gate()];
  const signals: AbortSignal[] = [];
  const done = scope((s) => {
    void s.spawn((signal) => (signals.push(signal), ended.promise));
    void s.spawn((signal) => (signals.push(signal), running.promise));
    void s.spawn((signal) => void signals.push(signal));
    signals.push(s.signal);
  });
  assertEquals(new Set(signals).size, 4);
  ended.resolve();
  await macrotask();
  running.reject(first);
  assertStrictEquals(await reasonOf(done), first);
  assertEquals(signals.map((signal) => signal.aborted), [false, true, false, true]);
});

test("Scope.spawn() aborts the signal of the task that fails, too", async () => {
  const signals: AbortSignal[] = [];
  for (const fail of [thrower(first), () => Promise.reject(first)]) {
    const done = scope((s) =>
      void s.spawn((signal) => {
        signals.push(signal);
        return fail();
      })
    );
    assertStrictEquals(await reasonOf(done), first);
  }
  assertEquals(signals.map((signal) => signal.reason), [first, first]);
});

test("Scope.signal has aborted when it is first read after the failure", async () => {
  const done = scope(async (s) => {
    void s.spawn(thrower(first));
    await macrotask();
    assertStrictEquals(s.signal.reason, first);
  });
  assertStrictEquals(await reasonOf(done), first);
});

test("scope() refuses what an abort listener spawns", async () => {
  let calls = 0;
  const late: Promise<unknown>[] = [];
  const done = scope((s) => {
    s.signal.addEventListener("abort", () => late.push(s.spawn(() => calls++)));
    void s.spawn(() => Promise.reject(first));
  });
  assertStrictEquals(await reasonOf(done), first);
  assertStrictEquals(await reasonOf(Promise.all(late)), first);
  assertEquals([late.length, calls], [1, 0]);
});

test("scope() has one listener on the signal, and none when it has ended", async () => {
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const { signal } = stop;
  const bodies: ((s: Scope) => unknown)[] = [
    () => 1,
    thrower(first),
    (s) => s.spawn(thrower(first)),
    (s) => s.spawn(() => Promise.reject(first)),
    (s) => s.spawn(() => Promise.resolve()),
  ];
  for (const body of bodies) {
    const { promise, resolve } = gate();
    let during = -1;
    const done = scope(async (s) => {
      for (let n = 0; n < 3; n++) void s.spawn(() => promise);
      during = listeners();
      await body(s);
    }, { signal });
    assertEquals(during, 1);
    resolve();
    await Promise.allSettled([done]);
    assertEquals(listeners(), 0);
  }
  const done = scope(() => never(), { signal });
  void scope((s) => s.spawn(abortOf).then(thrower(second)), { signal }).catch(() => undefined);
  assertEquals(listeners(), 2);
  stop.abort(first);
  assertEquals([listeners(), await outcome(done)], [0, "pending"]);
});

// Owners

test("scope() leaves no rejection unhandled, in whatever order things fail", async () => {
  for (const limit of [1, 2, null]) {
    for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
      for (const together of [true, false]) {
        const gates: Gate<void>[] = [gate(), gate(), gate()];
        const failing = gates.map(({ promise }, n) => () => promise.then(thrower(Error(`${n}`))));
        const stop = new AbortController();
        const done = scope(async (s) => {
          for (const task of failing.slice(0, 2)) void s.spawn(task);
          void s.spawn(() => gates[2]?.promise).then(thrower(third)).catch(() => undefined);
          await failing[2]?.();
        }, { limit, signal: stop.signal });
        const failed = reasonOf(done);
        for (const index of order) {
          gates[index]?.resolve();
          if (!together) await macrotask();
        }
        stop.abort(first);
        await failed;
      }
    }
  }
});

test("scope() holds on to nothing of the children that have ended", async () => {
  const refs: WeakRef<object>[] = [];
  const [paused, held] = [gate(), gate()];
  const done = scope(async (s) => {
    for (let n = 0; n < 20_000; n++) {
      const value = { n };
      const task = (signal: AbortSignal) => {
        if (n % 100 === 0) refs.push(new WeakRef(signal));
        return n % 300 === 0 ? value : Promise.resolve(value);
      };
      if (n % 100 === 0) refs.push(new WeakRef(value), new WeakRef(task));
      const child = s.spawn(task);
      // Some have to wait for their place.
      if (n % 3 === 0) await child;
    }
    paused.resolve();
    await held.promise;
  }, { limit: 2 });
  await paused.promise;
  assertEquals(refs.length, 600);
  // The last ones may still be on the stack, for all that an engine knows.
  const alive = () => refs.filter((ref) => ref.deref() !== undefined).length;
  for (collectGarbage(); alive() > 12; collectGarbage()) await macrotask();
  held.resolve();
  await done;
});

// Any order of events

test("scope() keeps its promises in any order of events", async () => {
  await forEachSeed(500, async (chance) => {
    const limit = chance.pick([1, 2, 3, Infinity]);
    const stop = new AbortController();
    const listeners = countListeners(stop.signal);
    /** Those that were spawned in time, and those that ran, in order. */
    const [spawned, started]: [number[], number[]] = [[], []];
    const endings: Gate<string>[] = [];
    const errors: unknown[] = [];
    const results: (string | undefined)[] = [];
    let [running, left, id] = [0, false, 0];

    const fail = (): never => {
      const error = new Error(`failure ${errors.length}`);
      errors.push(error);
      throw error;
    };
    const spawn = (s: Scope): void => {
      if (id >= 12) return;
      const own = id++;
      if (!s.signal.aborted) spawned.push(own);
      const child = s.spawn((signal) => task(s, own, signal));
      if (chance.once(2)) return;
      child.then(() => results[own] = "value", () => results[own] = "error");
    };
    const task = (s: Scope, own: number, signal: AbortSignal): unknown => {
      assert(!s.signal.aborted, "started after the failure");
      started.push(own);
      if (chance.once(3)) spawn(s);
      // The spawn may have failed the scope at once.
      const kind = chance.below(8);
      if (kind === 0) return own;
      if (kind === 1 && chance.once(2)) return fail();
      return until(s, signal);
    };
    const until = async (s: Scope, signal: AbortSignal): Promise<void> => {
      assert(++running <= limit, "more than the limit");
      const ending = gate<string>();
      endings.push(ending);
      if (chance.once(2)) signal.addEventListener("abort", () => ending.resolve("heeds"));
      const end = await ending.promise;
      if (chance.once(3)) spawn(s);
      endings.splice(endings.indexOf(ending), 1);
      running--;
      if (end === "fails") fail();
      if (end === "heeds") throw signal.reason;
    };
    const body = gate<string>();
    let settled = "";
    const reasons: unknown[] = [];
    const done = scope(async (s) => {
      s.signal.addEventListener("abort", () => reasons.push(s.signal.reason));
      for (let n = chance.below(5); n >= 0; n--) spawn(s);
      const end = await body.promise;
      left = true;
      if (end === "fails") fail();
      return "body";
    }, { limit, signal: stop.signal });
    const failed = done.then((value) => {
      settled = value;
    }, (error) => {
      settled = "failed";
      return error;
    });

    while (settled === "") {
      // Up to three at once, without a turn between them.
      for (let n = chance.below(3); n >= 0; n--) {
        const choice = chance.below(12);
        if (choice === 0) body.resolve(chance.pick(["ends", "fails"]));
        else if (choice === 1 && chance.once(3)) {
          if (errors.length === 0 && settled === "" && listeners() > 0) errors.push("aborted");
          stop.abort("aborted");
        } else {
          const end = chance.once(4) ? "fails" : "ends";
          if (endings.length > 0) chance.pick(endings).resolve(end);
          else body.resolve("ends");
        }
      }
      await microtasks(16);
      if (settled !== "") break;
      assert(running > 0 || !left, "nothing runs, and it has not settled");
    }
    assertEquals([running, left, listeners()], [0, true, 0]);
    assertEquals(started, spawned.slice(0, started.length));
    const error = await failed;
    if (errors.length === 0) {
      assertEquals([settled, started.length], ["body", spawned.length]);
    } else if (errors.length === 1) assertStrictEquals(error, errors[0]);
    else {
      assertInstanceOf(error, AggregateError);
      assertEquals(error.errors.length, errors.length);
      assertEquals(new Set(error.errors), new Set(errors));
    }
    // Which of two in one turn is the first is for the scope to say; but once.
    const [reason] = reasons;
    const cause = errors.length > 1 ? (error as AggregateError).errors[0] : error;
    assertStrictEquals(reason, cause);
    if (errors.length > 1) assertStrictEquals((error as AggregateError).cause, reason);
  });
});
