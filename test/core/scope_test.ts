import { assert, assertEquals, assertRejects } from "#assert";
import { assertStrictEquals, assertThrows } from "#assert";
import { type Scope, scope } from "../../core/scope.ts";
import { gate, macrotask, never, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

// What it takes

test("scope() refuses a body that is no function", async () => {
  for (const bad of [undefined, null, 1, {}, "f"]) {
    await assertRejects(
      () => scope(bad as unknown as () => void),
      TypeError,
      "Cannot run the scope: expected a function, got ",
    );
  }
});

test("scope() refuses limits that are no positive integers, before the body is called", async () => {
  for (const bad of [0, -0, -1, 1.5, NaN, -Infinity, 2 ** 53, "1", 1n, {}]) {
    let calls = 0;
    await assertRejects(
      () => scope(() => calls++, { limit: bad as number }),
      RangeError,
      "Cannot run the scope: limit must be a positive integer, Infinity or null, got ",
    );
    assertEquals(calls, 0);
  }
});

test("scope() refuses what is no signal, before the body is called", async () => {
  for (const bad of [null, 1, {}, new AbortController()]) {
    let calls = 0;
    await assertRejects(
      () => scope(() => calls++, { signal: bad as unknown as AbortSignal }),
      TypeError,
      "Cannot run the scope: signal must be an AbortSignal, got ",
    );
    assertEquals(calls, 0);
  }
});

test("Scope.spawn() refuses what is no function, by throwing", async () => {
  await scope((s) => {
    assertThrows(
      () => s.spawn(1 as unknown as () => void),
      TypeError,
      "Cannot spawn: expected a function, got 1",
    );
  });
});

// What it gives

test("scope() calls the body at once, and resolves with what it gives", async () => {
  let called = false;
  const sync = scope(() => {
    called = true;
    return 1;
  });
  assert(called);
  assertEquals(await sync, 1);
  assertEquals(await scope(() => Promise.resolve("value")), "value");
  assertEquals(await scope(() => undefined), undefined);
  const foreign = { then: (resolve: (value: number) => unknown) => resolve(2) };
  assertEquals(await scope(() => foreign as PromiseLike<number>), 2);
});

test("scope() waits for the body", async () => {
  const { promise, resolve } = gate<number>();
  const done = scope(() => promise);
  assertEquals(await outcome(done), "pending");
  resolve(1);
  assertEquals(await done, 1);
});

test("scope() waits for every child, and still gives what the body gave", async () => {
  const gates = [gate<number>(), gate<number>(), gate<number>()];
  const done = scope((s) => {
    for (const { promise } of gates) void s.spawn(() => promise);
    return "body";
  });
  for (const index of [1, 2, 0]) {
    assertEquals(await outcome(done), "pending");
    gates[index]?.resolve(index);
  }
  assertEquals(await done, "body");
});

test("scope() waits for a body or child that gives a foreign promise", async () => {
  for (const inChild of [true, false]) {
    const { promise, resolve } = gate();
    const foreign = { then: promise.then.bind(promise) } as PromiseLike<void>;
    const done = scope((s) => inChild ? void s.spawn(() => foreign) : foreign);
    assertEquals(await outcome(done), "pending");
    resolve();
    await done;
  }
});

test("scope() waits for the body when the children have ended", async () => {
  const { promise, resolve } = gate();
  const done = scope(async (s) => {
    await s.spawn(() => 1);
    await promise;
  });
  assertEquals(await outcome(done), "pending");
  resolve();
  await done;
});

test("scope() can be nested, and a failure within it stays the same error", async () => {
  const error = new Error("inner");
  const nested = scope((outer) => {
    void outer.spawn((signal) =>
      scope((inner) => {
        void inner.spawn(abortOf);
        void inner.spawn(() => Promise.reject(error));
      }, { signal })
    );
    void outer.spawn((signal) => scope((inner) => void inner.spawn(abortOf), { signal }));
  });
  assertStrictEquals(await reasonOf(nested), error);
});

/** Resolves when `signal` aborts. */
function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

// spawn

test("Scope.spawn() calls the task at once, and gives what it gives", async () => {
  await scope(async (s) => {
    let called = false;
    const child = s.spawn(() => {
      called = true;
      return Promise.resolve("value");
    });
    assert(called);
    assertEquals(await child, "value");
    assertEquals(await s.spawn(() => 1), 1);
    assertEquals(await s.spawn(() => undefined), undefined);
    const foreign = { then: (resolve: (value: number) => unknown) => resolve(2) };
    assertEquals(await s.spawn(() => foreign as PromiseLike<number>), 2);
  });
});

test("Scope.spawn() lets children spawn children, also when the body has ended", async () => {
  const [first, second] = [gate(), gate()];
  let grandchild: Promise<string> | undefined;
  const done = scope((s) => {
    void s.spawn(async () => {
      await first.promise;
      grandchild = s.spawn(async () => {
        await second.promise;
        return "grandchild";
      });
    });
    return "body";
  });
  await macrotask();
  first.resolve();
  assertEquals(await outcome(done), "pending");
  second.resolve();
  assertEquals([await done, await grandchild], ["body", "grandchild"]);
});

test("Scope.spawn() is open to others while a child runs, also when the body has ended", async () => {
  const [first, second] = [gate(), gate()];
  let open: Scope | undefined;
  const done = scope((s) => {
    open = s;
    void s.spawn(() => first.promise);
  });
  await macrotask();
  void open?.spawn(() => second.promise);
  first.resolve();
  assertEquals(await outcome(done), "pending");
  second.resolve();
  await done;
});

test("Scope.spawn() rejects when the scope is over, and calls nothing", async () => {
  const failure = new Error("no");
  const fail = () => {
    throw failure;
  };
  for (const end of [() => 1, fail]) {
    let calls = 0;
    const { promise: given, resolve: give } = gate<Scope>();
    await scope((s) => {
      give(s);
      end();
    }).catch(() => undefined);
    const closed = await given;
    const late = closed.spawn(() => calls++);
    await macrotask();
    await assertRejects(() => late, Error, "Cannot spawn: the scope is closed");
    assertEquals(calls, 0);
    assertThrows(() => closed.spawn(1 as unknown as () => 1), TypeError);
  }
});

test("Scope.spawn() goes on in those who await a child, before the scope is over", async () => {
  const order: string[] = [];
  await scope((s) => {
    void s.spawn(() => Promise.resolve()).then(() => order.push("child"));
  }).then(() => order.push("scope"));
  assertEquals(order, ["child", "scope"]);
});

test("Scope.signal never aborts in a scope that succeeds", async () => {
  const signals: AbortSignal[] = [];
  await scope((s) => {
    signals.push(s.signal);
    assertStrictEquals(s.signal, s.signal);
    void s.spawn((signal) => void signals.push(signal));
  });
  await macrotask();
  assertEquals(signals.map((signal) => signal.aborted), [false, false]);
});

// Under a limit

for (const limit of [1, 2, 3]) {
  test(`scope() runs ${limit} children at once with a limit of ${limit}, in their order`, async () => {
    const started: number[] = [];
    const gates = Array.from({ length: 10 }, () => gate());
    const done = scope((s) => {
      gates.forEach(({ promise }, n) =>
        void s.spawn(() => {
          started.push(n);
          return promise;
        })
      );
      assertEquals(started.length, limit);
    }, { limit });
    for (let n = 0; n < 10; n++) {
      await macrotask();
      assertEquals(started.length, Math.min(10, limit + n));
      gates[n]?.resolve();
    }
    await done;
    assertEquals(started, Array.from({ length: 10 }, (_, n) => n));
  });
}

for (const limit of [Infinity, null, undefined]) {
  test(`scope() has no limit with ${limit}`, async () => {
    const { promise, resolve } = gate();
    let running = 0;
    const done = scope((s) => {
      for (let n = 0; n < 1000; n++) void s.spawn(() => (running++, promise));
    }, { limit });
    assertEquals(running, 1000);
    resolve();
    await done;
  });
}

test("scope() gives the body no place under the limit", async () => {
  await scope(async (s) => {
    assertEquals(await s.spawn(() => Promise.resolve(1)), 1);
  }, { limit: 1 });
});

test("scope() waits for children that wait for their place, also when the body has ended", async () => {
  const gates = [gate(), gate()];
  let ended = 0;
  const done = scope((s) => {
    for (const { promise } of gates) {
      void s.spawn(async () => {
        await promise;
        ended++;
      });
    }
  }, { limit: 1 });
  gates[1]?.resolve();
  assertEquals(await outcome(done), "pending");
  gates[0]?.resolve();
  await done;
  assertEquals(ended, 2);
});

test("Scope.spawn() of a child within a child waits behind those that wait already", async () => {
  const order: string[] = [];
  const step = (name: string) => async () => {
    order.push(name);
    await macrotask();
  };
  await scope((s) => {
    void s.spawn(async () => {
      await step("a")();
      void s.spawn(step("a1"));
    });
    void s.spawn(step("b"));
    void s.spawn(step("c"));
  }, { limit: 1 });
  assertEquals(order, ["a", "b", "c", "a1"]);
});

test("Scope.spawn() does not overtake those that wait while these are being started", async () => {
  const order: string[] = [];
  const { promise, resolve } = gate();
  const done = scope((s) => {
    void s.spawn(() => promise);
    void s.spawn(() => {
      order.push("a");
      void s.spawn(() => void order.push("a1"));
    });
    void s.spawn(() => void order.push("b"));
  }, { limit: 1 });
  resolve();
  await done;
  assertEquals(order, ["a", "b", "a1"]);
});

test("scope() starts any number of waiting children that return no promise", async () => {
  const { promise, resolve } = gate();
  let ended = 0;
  const done = scope((s) => {
    void s.spawn(() => promise);
    for (let n = 0; n < 20_000; n++) void s.spawn(() => ended++);
  }, { limit: 1 });
  assertEquals(ended, 0);
  resolve();
  await done;
  assertEquals(ended, 20_000);
});

test("scope() holds a place for a child that awaits another: with a limit of 1 nothing moves", async () => {
  const stop = new AbortController();
  let inner = 0;
  const done = scope((s) => {
    void s.spawn(() => s.spawn(() => inner++));
  }, { limit: 1, signal: stop.signal });
  assertEquals(await outcome(done), "pending");
  // It is not lost: an abort refuses the one that waits, and with it the other.
  stop.abort("enough");
  assertEquals([await reasonOf(done), inner], ["enough", 0]);
});

test("scope() does not hold a place for a child that spawns without awaiting", async () => {
  let inner = 0;
  await scope((s) => {
    void s.spawn(() => {
      void s.spawn(() => inner++);
      return Promise.resolve();
    });
  }, { limit: 1 });
  assertEquals(inner, 1);
});

test("scope() infers the types of its body and its children", async () => {
  const text: string = await scope(async (s) => {
    const [one, two]: [number, string] = await Promise.all([
      s.spawn(() => 1),
      s.spawn(() => Promise.resolve("2")),
    ]);
    return two + one;
  });
  assertEquals(text, "21");
  const done: Promise<never> = scope(() => never());
  assertEquals(await outcome(done), "pending");
});
