import { assert, assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { merge } from "../../core/merge.ts";
import type { Source } from "../../core/source.ts";
import {
  Disposable,
  END,
  gate,
  item,
  macrotask,
  ManualSource,
  naturals,
  never,
  outcome,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

function* repeat(text: string): Generator<string, void, undefined> {
  for (;;) yield text;
}

test("merge() of no sources is done at once", async () => {
  const stream = merge();
  assertEquals([await stream.next(), await stream.next(), await stream.return?.()], [
    END,
    END,
    END,
  ]);
  assertEquals(await merge().return?.(), END);
});

test("merge() hands out the items of one source in their order", async () => {
  assertEquals(await Array.fromAsync(merge([1, 2, 3])), [1, 2, 3]);
});

test("merge() hands out all items of all sources, and ends with the last of them", async () => {
  const [one, two] = [new ManualSource<number>(), new ManualSource<string>()];
  const stream = merge(one, two);
  const answers = [stream.next(), stream.next(), stream.next()];
  await macrotask();
  await two.push("a");
  await one.push(1);
  await one.end();
  assertEquals(await Promise.all(answers.slice(0, 2)), [item("a"), item(1)]);
  assertEquals(await outcome(answers[2] ?? never()), "pending");
  await two.end();
  assertEquals([await answers[2], await stream.next()], [END, END]);
  assertEquals([one.closes, two.closes], [0, 0]);
});

test("merge() takes sync and async sources together", async () => {
  const all = await Array.fromAsync(merge([1], "a", new ReadySource([true])));
  assertEquals(all.map(String).sort(), ["1", "a", "true"]);
});

test("merge() hands out null and undefined like other items", async () => {
  const all = await Array.fromAsync(merge([null, undefined], [undefined, null, 0]));
  assertEquals(all.length, 5);
  assertEquals(all.filter((it) => it === undefined).length, 2);
  assertEquals(all.filter((it) => it === null).length, 2);
});

test("merge() asks all sources with the first next(), not before", async () => {
  const sources = [new ManualSource<number>(), new ManualSource<number>()];
  const stream = merge(...sources);
  await macrotask();
  assertEquals(sources.map(({ pulls }) => pulls), [0, 0]);
  void stream.next();
  await macrotask();
  assertEquals(sources.map(({ pulls }) => pulls), [1, 1]);
});

test("merge() holds at most one item of each source ready, and asks for none unasked", async () => {
  const sources = [new ReadySource(naturals()), new ReadySource(naturals())];
  const stream = merge(...sources);
  await stream.next();
  await macrotask();
  assertEquals(sources.map(({ pulls }) => pulls), [1, 1]);
  await stream.next();
  await macrotask();
  // The first one was asked again; the second one's item has just been handed out.
  assertEquals(sources.map(({ pulls }) => pulls), [2, 1]);
});

test("merge() hands out what was ready first, first", async () => {
  const [one, two, three] = [0, 1, 2].map(() => new ManualSource<string>());
  assert(one && two && three);
  const stream = merge(one, two, three);
  const first = stream.next();
  await macrotask();
  await two.push("b");
  await three.push("c");
  await one.push("a");
  assertEquals(await first, item("b"));
  assertEquals([await stream.next(), await stream.next()], [item("c"), item("a")]);
});

test("merge() is fair: each of several ready sources gets its turn", async () => {
  const stream = merge(repeat("a"), repeat("b"), repeat("c"));
  const counts = new Map<string, number>();
  for (let i = 0; i < 300; i++) {
    const { value } = await stream.next();
    assert(value !== undefined);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  for (const name of "abc") assertEquals(counts.get(name), 100);
  await stream.return?.();
});

test("merge() is fair to several next() at a time, too", async () => {
  const stream = merge(repeat("a"), repeat("b"));
  const answers = await Promise.all(Array.from({ length: 100 }, () => stream.next()));
  assertEquals(answers.filter(({ value }) => value === "a").length, 50);
  await stream.return?.();
});

test("merge() is not held up by a source that never answers", async () => {
  const silent = new ManualSource<number>();
  const stream = merge(silent, [1, 2, 3]);
  const answers = [await stream.next(), await stream.next(), await stream.next()];
  assertEquals(answers, [item(1), item(2), item(3)]);
  assertEquals(await outcome(stream.next()), "pending");
  assertEquals([await stream.return?.(), silent.closes], [END, 1]);
});

test("merge() has one next() outstanding at each source", async () => {
  const [one, two] = [new ManualSource<number>(), new ManualSource<number>()];
  const stream = merge(one, two);
  const answers = Array.from({ length: 4 }, () => stream.next());
  await macrotask();
  await one.push(1);
  await one.push(2);
  await two.push(3);
  await one.push(4);
  assertEquals((await Promise.all(answers)).map(({ value }) => value), [1, 2, 3, 4]);
  assertEquals([one.mostPending, two.mostPending], [1, 1]);
});

test("merge() asks a source again only when somebody waits", async () => {
  const [one, two] = [new ManualSource<number>(), new ManualSource<number>()];
  const stream = merge(one, two);
  const answers = [stream.next(), stream.next()];
  await macrotask();
  await one.push(1);
  assertEquals([one.pulls, two.pulls], [2, 1]);
  await one.push(2);
  assertEquals([one.pulls, two.pulls], [2, 1]);
  await Promise.all(answers);
});

test("merge() takes one iterator twice", async () => {
  const source = new ReadySource([1, 2, 3, 4]);
  const all = await Array.fromAsync(merge(source, source));
  assertEquals(all.sort(), [1, 2, 3, 4]);
});

test("merge() fails with the first source that fails, and closes the others unawaited", async () => {
  const sources = [0, 1, 2].map(() => new ManualSource<number>());
  const [failing, parked, ended] = sources;
  assert(failing && parked && ended);
  parked.onReturn = never;
  const stream = merge(...sources);
  const answers = [reasonOf(stream.next()), stream.next()];
  await macrotask();
  await ended.end();
  await failing.fail(error);
  assertEquals(await Promise.all(answers), [error, END]);
  assertEquals([await stream.next(), await stream.return?.()], [END, END]);
  assertEquals(sources.map(({ closes }) => closes), [0, 1, 0]);
});

test("merge() fails with undefined like with any other reason", async () => {
  const failing = new ManualSource<number>();
  const stream = merge(failing, new ManualSource<number>());
  const failed = stream.next().then(() => "an item", (reason) => [reason]);
  await macrotask();
  await failing.fail(undefined);
  assertEquals([await failed, await stream.next()], [[undefined], END]);
});

test("merge() hands out what was ready before a failure, then fails, once", async () => {
  const [one, two, failing] = [0, 1, 2].map(() => new ManualSource<number>());
  assert(one && two && failing);
  const stream = merge(one, two, failing);
  const first = stream.next();
  await macrotask();
  await one.push(1);
  await two.push(2);
  await failing.fail(error);
  assertEquals([await first, await stream.next()], [item(1), item(2)]);
  assertStrictEquals(await reasonOf(stream.next()), error);
  assertEquals([await stream.next(), one.pulls, two.pulls], [END, 1, 1]);
  assertEquals([one.closes, two.closes, failing.closes], [1, 1, 0]);
});

test("merge() waits for the sources that are not busy to close before it fails", async () => {
  const [idle, failing] = [new ManualSource<number>(), new ManualSource<number>()];
  const closing = gate();
  idle.onReturn = () => closing.promise;
  const stream = merge(idle, failing);
  const first = stream.next();
  await macrotask();
  await idle.push(1);
  await first;
  // The failure comes while nobody waits; it is kept.
  await failing.fail(error);
  assertEquals(idle.closes, 1);
  const failed = reasonOf(stream.next());
  assertEquals(await outcome(failed), "pending");
  closing.reject(new Error("also"));
  assertStrictEquals(await failed, error);
});

test("merge() keeps quiet about a second source that fails", async () => {
  const [one, two] = [new ManualSource<number>(), new ManualSource<number>()];
  const stream = merge(one, two);
  const failed = reasonOf(stream.next());
  await macrotask();
  await one.fail(error);
  await two.fail(new Error("also"));
  assertStrictEquals(await failed, error);
  assertEquals(await stream.next(), END);
});

test("merge() disposes of items that arrive after a failure", async () => {
  const [failing, late] = [new ManualSource<Disposable>(), new ManualSource<Disposable>()];
  const stream = merge(failing, late);
  const failed = reasonOf(stream.next());
  await macrotask();
  await failing.fail(error);
  await failed;
  const it = new Disposable();
  await late.push(it);
  assertEquals(it.disposals, 1);
});

test("merge() that is left closes every source, waits for the idle, not for the busy", async () => {
  const [busy, idle] = [new ManualSource<number>(), new ManualSource<number>()];
  const closing = gate();
  busy.onReturn = never;
  idle.onReturn = () => closing.promise;
  const stream = merge(busy, idle);
  const first = stream.next();
  await macrotask();
  await idle.push(1);
  await first;
  const left = stream.return?.() ?? never();
  assertEquals([busy.closes, idle.closes], [1, 1]);
  assertEquals(await outcome(left), "pending");
  closing.resolve();
  assertEquals([await left, await stream.next()], [END, END]);
});

test("merge() that is left waits for a source whose item is ready", async () => {
  const [one, two] = [new ManualSource<number>(), new ManualSource<number>()];
  const closing = gate();
  two.onReturn = () => closing.promise;
  const stream = merge(one, two);
  const first = stream.next();
  await macrotask();
  await one.push(1);
  await two.push(2);
  await first;
  const left = stream.return?.() ?? never();
  assertEquals([await outcome(left), two.closes], ["pending", 1]);
  closing.resolve();
  assertEquals(await left, END);
});

test("merge() that is left waits for all idle sources, and reports the failure of one", async () => {
  const [failing, slow] = [new ManualSource<number>(), new ManualSource<number>()];
  const closing = gate();
  failing.onReturn = () => Promise.reject(error);
  slow.onReturn = () => closing.promise;
  const stream = merge(failing, slow);
  const left = reasonOf(stream.return?.() ?? never());
  assertEquals(await outcome(left), "pending");
  closing.resolve();
  assertStrictEquals(await left, error);
  assertEquals([failing.closes, slow.closes], [1, 1]);
});

test("merge() that is left disposes of the items that were ready", async () => {
  const [one, two] = [new ManualSource<Disposable>(), new ManualSource<Disposable>()];
  const stream = merge(one, two);
  const first = stream.next();
  await macrotask();
  const [given, ready] = [new Disposable(), new Disposable()];
  await one.push(given);
  await two.push(ready);
  assertStrictEquals((await first).value, given);
  await stream.return?.();
  assertEquals([given.disposals, ready.disposals], [0, 1]);
  assertEquals([await stream.next(), one.closes, two.closes], [END, 1, 1]);
});

test("merge() that is left after a failure reports it, and disposes of what was ready", async () => {
  const [one, failing] = [new ManualSource<Disposable>(), new ManualSource<Disposable>()];
  const stream = merge(one, one, failing);
  const first = stream.next();
  await macrotask();
  await one.push(new Disposable());
  const ready = new Disposable();
  await one.push(ready);
  await failing.fail(error);
  await first;
  assertStrictEquals(await reasonOf(stream.return?.() ?? never()), error);
  assertEquals([await stream.return?.(), await stream.next(), ready.disposals], [END, END, 1]);
});

test("merge() that is left before the first next() closes every source unasked", async () => {
  const sources = [new ReadySource([1]), new ReadySource([2])];
  assertEquals(await merge(...sources).return?.(), END);
  assertEquals(sources.map(({ pulls, closes }) => [pulls, closes]), [[0, 1], [0, 1]]);
});

test("merge() does not close a source that has ended before it is left", async () => {
  const [ended, open] = [new ReadySource<number>([]), new ManualSource<number>()];
  const stream = merge(ended, open);
  const waiting = stream.next();
  await macrotask();
  await stream.return?.();
  assertEquals([await waiting, ended.closes, open.closes], [END, 0, 1]);
});

test("merge() closes the sources it has opened when one cannot be iterated", async () => {
  const sources = [
    new ManualSource<number>(),
    1 as unknown as Source<number>,
    new ManualSource<number>(),
  ];
  const [opened, , unopened] = sources as ManualSource<number>[];
  assert(opened && unopened);
  opened.onReturn = () => Promise.reject(new Error("also"));
  const text = "Cannot merge: the source must be iterable, got 1";
  assertThrows(() => merge(...sources), TypeError, text);
  await macrotask();
  assertEquals([opened.pulls, opened.closes], [0, 1]);
});

test("merge() can be merged again", async () => {
  const all = await Array.fromAsync(merge(merge([1], [2]), merge(merge([3]), merge())));
  assertEquals(all.sort(), [1, 2, 3]);
});
