import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "#assert";
import {
  disposeLate,
  isEnd,
  isThenable,
  iteratorOf,
  leave,
  open,
  pull,
  requireFunction,
  requireResult,
  type Source,
} from "../../core/source.ts";
import {
  Disposable,
  gate,
  macrotask,
  ManualSource,
  outcome,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

function thrower(): never {
  throw error;
}

/** A sync source that counts what is asked of it. */
class Counted<T> implements IterableIterator<T, void, undefined> {
  pulls = 0;
  closes = 0;
  readonly #items: T[];

  constructor(...items: T[]) {
    this.#items = items;
  }

  next(): IteratorResult<T, void> {
    this.pulls++;
    if (this.#items.length === 0) return { done: true, value: undefined };
    return { done: false, value: this.#items.shift() as T };
  }

  return(): IteratorResult<T, void> {
    this.closes++;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

test("isThenable() looks for a function then, on objects and functions", () => {
  assert(isThenable(Promise.resolve()));
  assert(isThenable({ then() {} }));
  assert(isThenable(Object.assign(() => 0, { then() {} })));
  for (const value of [null, undefined, 1, "then", {}, { then: 1 }, () => 0, Symbol("s")]) {
    assert(!isThenable(value));
  }
});

test("isThenable() does not take a primitive for one, even if its prototype has a then", () => {
  const prototype = String.prototype as unknown as Record<string, unknown>;
  prototype["then"] = () => 0;
  try {
    assert(!isThenable("text"));
  } finally {
    delete prototype["then"];
  }
});

test("iteratorOf() passes an async iterator on as it is", () => {
  const iterator = new ReadySource([1]);
  assertStrictEquals(iteratorOf("test", iterator), iterator);
});

test("iteratorOf() calls the opener on the source", () => {
  const source = {
    iterator: new ReadySource([1]),
    [Symbol.asyncIterator]() {
      return this.iterator;
    },
  };
  assertStrictEquals(iteratorOf("test", source), source.iterator);
});

test("iteratorOf() falls back to the sync iterator when the async one is null", async () => {
  const source = { [Symbol.asyncIterator]: null, [Symbol.iterator]: () => [7].values() };
  const iterator = iteratorOf("test", source as unknown as Iterable<number>);
  assertEquals(await iterator.next(), { done: false, value: 7 });
});

test("iteratorOf() names the verb and the value that cannot be iterated", () => {
  const bad = (value: unknown) => () => iteratorOf("merge", value as Iterable<number>);
  const start = "Cannot merge: the source must be iterable, got";
  assertThrows(bad(null), TypeError, `${start} null`);
  assertThrows(bad(1), TypeError, `${start} 1`);
  assertThrows(bad({}), TypeError, `${start} an object (Object)`);
  const none = () =>
    iteratorOf("merge", { [Symbol.iterator]: () => 1 } as unknown as Source<number>);
  assertThrows(none, TypeError, "Cannot merge: the iterator must be an object, got 1");
});

test("iteratorOf() makes a sync iterator async, value by value", async () => {
  const source = new Counted<number | Promise<number>>(1, Promise.resolve(2));
  const iterator = iteratorOf("test", source);
  assertEquals(source.pulls, 0);
  assertEquals(await iterator.next(), { done: false, value: 1 });
  assertEquals(source.pulls, 1);
  assertEquals(await iterator.next(), { done: false, value: 2 });
  assertEquals(await iterator.next(), { done: true, value: undefined });
  assertEquals(source.closes, 0);
});

test("iteratorOf() closes a sync iterator whose promised value is rejected, once", async () => {
  const source = new Counted<number | Promise<number>>(Promise.reject(error), 2);
  const iterator = iteratorOf("test", source);
  assertStrictEquals(await reasonOf(iterator.next()), error);
  assertEquals(source.closes, 1);
  await iterator.return?.();
  assertEquals(source.closes, 1);
});

test("iteratorOf() reports the rejected value, even when closing the iterator throws", async () => {
  const source = new Counted(Promise.reject(error));
  source.return = () => {
    throw new Error("also");
  };
  assertStrictEquals(await reasonOf(iteratorOf("test", source).next()), error);
});

test("iteratorOf() takes a value whose then throws for a rejected one", async () => {
  const source = new Counted<unknown>(Object.defineProperty({}, "then", { get: thrower }));
  assertStrictEquals(await reasonOf(iteratorOf("test", source).next()), error);
  assertEquals(source.closes, 1);
});

test("iteratorOf() does not close a sync iterator that throws or ends", async () => {
  const failing = new Counted<number>();
  failing.next = thrower;
  assertStrictEquals(await reasonOf(iteratorOf("test", failing).next()), error);
  const ending = new Counted<number>();
  const ended = iteratorOf("test", ending);
  await ended.next();
  await ended.return?.();
  assertEquals([failing.closes, ending.closes], [0, 0]);
});

test("iteratorOf() does not take the promise that a generator returns for an item", async () => {
  const iterator = iteratorOf(
    "test",
    (function* () {
      yield 1;
      return Promise.resolve(2);
    })(),
  );
  assertEquals(await iterator.next(), { done: false, value: 1 });
  assertEquals((await iterator.next()).done, true);
});

test("iteratorOf() answers return() with the end, and closes once, also when asked again", async () => {
  const source = new Counted(1, 2);
  const iterator = iteratorOf("test", source);
  assertEquals(await iterator.return?.(), { done: true, value: undefined });
  assertEquals(await iterator.next(), { done: false, value: 1 });
  assertEquals(await iterator.return?.(), { done: true, value: undefined });
  assertEquals(source.closes, 1);
});

test("iteratorOf() closes a sync iterator while a promised value is pending, once", async () => {
  const value = gate<number>();
  const source = new Counted(value.promise);
  const iterator = iteratorOf("test", source);
  const pending = iterator.next();
  await iterator.return?.();
  assertEquals(source.closes, 1);
  value.reject(error);
  assertStrictEquals(await reasonOf(pending), error);
  await iterator.return?.();
  assertEquals(source.closes, 1);
});

test("iteratorOf() closes a generator that is left while it runs, when it yields", async () => {
  let closed = 0;
  let left: Promise<unknown> | undefined;
  const generator = function* () {
    try {
      left = iterator.return?.();
      yield 1;
      yield 2;
    } finally {
      closed++;
    }
  };
  const iterator = iteratorOf("test", generator());
  assertEquals(await iterator.next(), { done: false, value: 1 });
  await left;
  assertEquals(closed, 1);
  assertEquals(await iterator.next(), { done: true, value: undefined });
});

test("iteratorOf() does not close what ends or throws while it is left", async () => {
  for (const next of [thrower, () => ({ done: true as const, value: undefined })]) {
    const source = new Counted<number>();
    source.next = () => {
      void iterator.return?.();
      return next();
    };
    const iterator = iteratorOf("test", source);
    await outcome(iterator.next());
    assertEquals(source.closes, 0);
  }
});

test("iteratorOf() rejects with what a sync return() throws", async () => {
  const source = new Counted(1);
  source.return = thrower;
  assertStrictEquals(await reasonOf(leave(iteratorOf("test", source))), error);
});

test("iteratorOf() does without return() if a sync iterator has none", async () => {
  const source = {
    [Symbol.iterator]: () => ({ next: () => ({ done: false as const, value: 1 }) }),
  };
  await leave(iteratorOf("test", source));
});

test("open() hands out the iterator when the check passes", () => {
  const source = new ReadySource([1]);
  assertStrictEquals(open("test", source, () => undefined), source);
  assertEquals(source.closes, 0);
});

test("open() closes the source when the check throws", async () => {
  const source = new ManualSource<number>();
  source.onReturn = () => Promise.reject(new Error("also"));
  assertStrictEquals(assertThrows(() => open("test", source, thrower)), error);
  assertEquals([source.pulls, source.closes], [0, 1]);
  await macrotask();
});

test("requireFunction() names what it got", () => {
  requireFunction("map", () => 0);
  assertThrows(
    () => requireFunction("map", 1),
    TypeError,
    "Cannot map: expected a function, got 1",
  );
});

test("isEnd() takes whatever is truthy as done, and refuses what is no object", () => {
  const said = (done: unknown) => isEnd({ done, value: 1 } as IteratorResult<number>);
  assertEquals([false, undefined, null, 0, ""].map(said), Array(5).fill(false));
  assertEquals([true, 1, "no", {}].map(said), Array(4).fill(true));
  assertEquals(isEnd(Object.assign(() => {}, { value: 1 })), false);
  for (const none of [undefined, null, 1, "done", true, Symbol.iterator]) {
    const given = none as unknown as IteratorResult<number>;
    assertThrows(() => isEnd(given), TypeError, "next() must answer an object, got");
  }
});

test("requireResult() passes objects on, and names what is none", () => {
  const result = { done: false as const, value: 1 };
  assertStrictEquals(requireResult(result), result);
  for (const bad of [undefined, null, 1, "text"]) {
    const none = bad as unknown as IteratorResult<number>;
    assertThrows(() => requireResult(none), TypeError, "next() must answer an object, got");
  }
});

test("requireResult() takes a function for an object", () => {
  const result = Object.assign(() => 0, { done: true, value: undefined });
  assertStrictEquals(requireResult(result as unknown as IteratorResult<number>), result);
});

test("pull() answers with a promise, whatever next() does", async () => {
  const answering = (next: () => unknown) =>
    pull({ next } as unknown as AsyncIterator<number, unknown, undefined>);
  const result = { done: false, value: 1 };
  const promise = Promise.resolve(result);
  assertStrictEquals(answering(() => promise), promise);
  assertStrictEquals(await answering(() => result), result);
  assertStrictEquals(
    await answering(() => ({ then: (f: (r: unknown) => void) => f(result) })),
    result,
  );
  assertStrictEquals(await reasonOf(answering(thrower)), error);
  assertInstanceOf(
    await reasonOf(pull({} as AsyncIterator<number, unknown, undefined>)),
    TypeError,
  );
});

test("leave() calls return() at once, and waits for it", async () => {
  const source = new ManualSource<number>();
  const closing = gate();
  source.onReturn = () => closing.promise;
  const left = leave(source);
  assertEquals(source.closes, 1);
  assertEquals(await outcome(left), "pending");
  closing.resolve();
  await left;
});

test("leave() rejects with what return() throws or rejects with", async () => {
  const next = () => Promise.resolve({ done: true as const, value: undefined });
  assertStrictEquals(await reasonOf(leave({ next, return: thrower })), error);
  assertStrictEquals(await reasonOf(leave({ next, return: () => Promise.reject(error) })), error);
});

test("leave() is done with an iterator that has no return()", async () => {
  const next = () => Promise.resolve({ done: true as const, value: undefined });
  await leave({ next });
});

test("disposeLate() prefers asyncDispose, and calls one of the two", () => {
  const calls: string[] = [];
  const item = {
    name: "item",
    [Symbol.asyncDispose]() {
      calls.push(`${this.name} async`);
    },
    [Symbol.dispose]() {
      calls.push(`${this.name} sync`);
    },
  };
  disposeLate(item);
  assertEquals(calls, ["item async"]);
  disposeLate({ ...item, [Symbol.asyncDispose]: undefined });
  assertEquals(calls, ["item async", "item sync"]);
});

test("disposeLate() disposes of functions, too", () => {
  let disposals = 0;
  disposeLate(Object.assign(() => 0, { [Symbol.dispose]: () => void disposals++ }));
  assertEquals(disposals, 1);
});

test("disposeLate() keeps quiet about whatever goes wrong", async () => {
  const getter = Object.defineProperty({}, Symbol.asyncDispose, { get: thrower });
  const rejecting = { [Symbol.asyncDispose]: () => Promise.reject(error) };
  const throwing = { [Symbol.dispose]: thrower };
  const noFunction = { [Symbol.dispose]: 1 };
  for (const item of [null, undefined, 1, "text", {}, getter, rejecting, throwing, noFunction]) {
    disposeLate(item);
  }
  await macrotask();
});

test("disposeLate() disposes once", () => {
  const item = new Disposable();
  disposeLate(item);
  assertEquals(item.disposals, 1);
});
