import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "#assert";
import { Stream } from "../../core/stream.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import {
  END,
  type Gate,
  gate,
  macrotask,
  ManualSource,
  naturals,
  ReadySource,
  reasonOf,
} from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("Stream iterates anything iterable", async () => {
  const readable = new ReadableStream<number>({
    start(controller) {
      controller.enqueue(1);
      controller.close();
    },
  });
  const generator = async function* () {
    yield 1;
  };
  for (const source of [[1], new Set([1]), new ReadySource([1]), generator(), readable]) {
    assertEquals(await Array.fromAsync(new Stream(source)), [1]);
    assert(new Stream([1]) instanceof Stream);
  }
  assertEquals(await Array.fromAsync(Stream.from("ab")), ["a", "b"]);
});

test("Stream.from() hands a stream back as it is", () => {
  const stream = Stream.from([1]);
  assertStrictEquals(Stream.from(stream), stream);
  assertInstanceOf(stream, Stream);
});

test("Stream can be made of a stream", async () => {
  assertEquals(await Array.fromAsync(new Stream(new Stream([1, 2]))), [1, 2]);
});

test("Stream refuses what cannot be iterated", () => {
  const text = "Cannot make a stream: the source must be iterable, got 1";
  assertThrows(() => new Stream(1 as unknown as number[]), TypeError, text);
  assertThrows(() => Stream.from(1 as unknown as number[]), TypeError, text);
});

test("Stream's methods chain, each a stream", async () => {
  const stop = new AbortController();
  const stream = new Stream([1, 2, 3, 4, 5, 6])
    .filter((n) => n % 2 === 0)
    .map((n) => n * 10)
    .take(2)
    .takeUntil(stop.signal)
    .merge("a");
  assertInstanceOf(stream, Stream);
  const items: (number | string)[] = [];
  await stream.forEachConcurrent((it) => void items.push(it), { limit: 1 });
  assertEquals(items.map(String).sort(), ["20", "40", "a"]);
});

test("Stream.forEachConcurrent() takes a handler alone, and options", async () => {
  const items: number[] = [];
  await Stream.from([1, 2]).forEachConcurrent((n) => void items.push(n));
  assertEquals(items, [1, 2]);
  const refused = Stream.from([1]).forEachConcurrent(() => 0, { limit: 0 });
  assertInstanceOf(await reasonOf(refused), RangeError);
  const stop = new AbortController();
  const stopped = Stream.from(naturals()).forEachConcurrent((n, { signal }) => {
    assertInstanceOf(signal, AbortSignal);
    if (n === 3) stop.abort("enough");
  }, { signal: stop.signal });
  assertEquals(await reasonOf(stopped), "enough");
});

test("Stream.forEachConcurrent() takes what is left of the stream", async () => {
  const stream = Stream.from([1, 2, 3]);
  await stream.next();
  const items: number[] = [];
  await stream.forEachConcurrent((n) => void items.push(n));
  assertEquals(items, [2, 3]);
  assertEquals(await stream.next(), END);
});

test("Stream.forEachConcurrent() closes the stream when it fails", async () => {
  const source = new ReadySource(naturals());
  const stream = new Stream(source);
  const failed = stream.forEachConcurrent(() => {
    throw "no";
  });
  assertEquals(await reasonOf(failed), "no");
  assertEquals([source.closes, await stream.next()], [1, END]);
});

test("Stream.map(), filter() and take() pass on what they are given", async () => {
  const given: unknown[] = [];
  const keep = (...all: unknown[]) => given.push(all);
  await Array.fromAsync(Stream.from("a").map((...all) => keep("map", ...all)));
  await Array.fromAsync(Stream.from("a").filter((...all) => keep("filter", ...all)));
  assertEquals(given, [["map", "a", 0], ["filter", "a", 0]]);
  assertThrows(() => Stream.from("a").take(-1), RangeError);
});

test("Stream.takeUntil() takes a signal and a promise", async () => {
  const stop = new AbortController();
  const settled = gate();
  const streams = [
    new Stream(new ManualSource()).takeUntil(stop.signal),
    new Stream(new ManualSource()).takeUntil(settled.promise),
  ];
  const answers = streams.map((stream) => stream.next());
  stop.abort();
  settled.resolve();
  assertEquals(await Promise.all(answers), [END, END]);
});

test("Stream.merge() takes any number of others, and closes all", async () => {
  assertEquals(await Array.fromAsync(Stream.from([1]).merge()), [1]);
  const sources = [0, 1, 2].map(() => new ManualSource<number>());
  const [one, two, three] = sources;
  assert(one && two && three);
  const stream = Stream.from(one).merge(two, three);
  const first = stream.next();
  await macrotask();
  await three.push(3);
  assertEquals(await first, { done: false, value: 3 });
  await stream.return();
  assertEquals(sources.map(({ closes }) => closes), [1, 1, 1]);
});

test("Stream.drop(), flatMap(), chunks() and timeout() chain, each a stream", async () => {
  const timers = new FakeTimers();
  const stream = Stream.from([0, 1, 2, 3]).drop(1).flatMap((n) => [n, n]).timeout(5, { timers })
    .chunks(4, { timeout: 5, timers });
  assertInstanceOf(stream, Stream);
  assertEquals(await Array.fromAsync(stream), [[1, 1, 2, 2], [3, 3]]);
  assertEquals(timers.armed, 0);
  assertThrows(() => Stream.from("a").drop(-1), RangeError);
  assertThrows(() => Stream.from("a").chunks(0), RangeError);
  assertThrows(() => Stream.from("a").timeout(0), RangeError);
});

test("Stream.timeout() and chunks() pass their options on", async () => {
  const timers = new FakeTimers();
  const silent = new Stream(new ManualSource()).timeout(5, { timers }).next();
  await macrotask();
  timers.advance(5);
  assertInstanceOf(await reasonOf(silent), DOMException);
  const source = new ManualSource<number>();
  const chunk = new Stream(source).chunks(2, { timeout: 5, timers }).next();
  await macrotask();
  await source.push(1);
  timers.advance(5);
  assertEquals(await chunk, { done: false, value: [1] });
});

test("Stream.buffered() keeps the order, bufferUnordered() does not", async () => {
  const results = async (ordered: boolean) => {
    const gates = [gate<string>(), gate<string>()];
    const stream = Stream.from(gates);
    const wait = ({ promise }: Gate<string>) => promise;
    const all = (ordered ? stream.buffered(wait) : stream.bufferUnordered(wait)).toArray();
    await macrotask();
    gates[1]?.resolve("b");
    await macrotask();
    gates[0]?.resolve("a");
    return await all;
  };
  assertEquals([await results(true), await results(false)], [["a", "b"], ["b", "a"]]);
});

test("Stream.buffered() and bufferUnordered() pass their options on", async () => {
  for (const name of ["buffered", "bufferUnordered"] as const) {
    assertThrows(() => Stream.from("a")[name]((it) => it, { limit: 0 }), RangeError);
    const source = new ReadySource(naturals());
    const stop = new AbortController();
    const stream = Stream.from(source)[name](() => gate().promise, {
      limit: 2,
      signal: stop.signal,
    });
    const waiting = stream.next();
    await macrotask();
    assertEquals(source.pulls, 2);
    void stream.return();
    assertEquals([await waiting, source.closes], [END, 1]);
    const stopped = reasonOf(
      new Stream(new ManualSource())[name](() => 0, { signal: stop.signal }).next(),
    );
    stop.abort("enough");
    assertEquals(await stopped, "enough");
  }
});

test("Stream.reduce() takes an initial value, undefined included, or none", async () => {
  assertEquals(await Stream.from([1, 2]).reduce((sum, n) => sum + n), 3);
  assertEquals(await Stream.from([1, 2]).reduce((text, n) => text + n, "0"), "012");
  assertInstanceOf(await reasonOf(Stream.from(Array<number>()).reduce(() => 0)), TypeError);
  assertStrictEquals(await Stream.from([]).reduce(() => undefined, undefined), undefined);
});

test("Stream.toArray(), forEach(), some(), every() and find() read the stream", async () => {
  assertEquals(await Stream.from("ab").toArray(), ["a", "b"]);
  const given: unknown[] = [];
  await Stream.from("ab").forEach((...all) => given.push(all));
  assertEquals(given, [["a", 0], ["b", 1]]);
  assertEquals(await Stream.from([1, 2]).some((n) => n === 2), true);
  assertEquals(await Stream.from([1, 2]).every((n) => n === 2), false);
  assertEquals(await Stream.from([1, 2]).find((n) => n === 2), 2);
});

test("Stream.find() closes the stream, and with it the source", async () => {
  const source = new ReadySource(naturals());
  const stream = Stream.from(source).map((n) => n);
  assertEquals(await stream.find((n) => n === 3), 3);
  assertEquals([source.pulls, source.closes, await stream.next()], [4, 1, END]);
});

test("Stream methods ask for nothing before the first item is asked for", async () => {
  const source = new ManualSource<number>();
  const stream = new Stream(source).map((n) => n).filter(Boolean).take(1).merge()
    .takeUntil(new AbortController().signal).drop(0).flatMap((n) => [n]).timeout(1).chunks(1)
    .buffered((it) => it).bufferUnordered((it) => it);
  await macrotask();
  assertEquals([source.pulls, source.closes], [0, 0]);
  await stream.return();
  assertEquals([source.pulls, source.closes], [0, 1]);
});

test("Stream over a busy generator can be left at once", async () => {
  const back = gate();
  const generator = async function* () {
    await back.promise;
    yield 1;
  };
  const stream = new Stream(generator());
  const waiting = stream.next();
  assertEquals([await stream.return(), await waiting], [END, END]);
  back.resolve();
});

test("Stream of cats is a stream of animals", async () => {
  interface Animal {
    name: string;
  }
  interface Cat extends Animal {
    lives: number;
  }
  const cats: Stream<Cat> = Stream.from([{ name: "Tom", lives: 9 }]);
  const animals: Stream<Animal> = cats;
  const iterable: AsyncIterable<Animal> = animals;
  const iterator: AsyncIterableIterator<Animal, undefined, undefined> & AsyncDisposable = animals;
  assertStrictEquals(iterable, iterator);
  // @ts-expect-error: not every animal is a cat
  const wrong: Stream<Cat> = animals;
  const named: string[] = await Array.fromAsync(wrong.map(({ name }) => name));
  assertEquals(named, ["Tom"]);
});

test("Stream knows the types of what goes through it", async () => {
  const words: Stream<string> = Stream.from([1, "a"]).filter((it) => typeof it === "string");
  const lengths: Stream<number> = words.map((word) => Promise.resolve(word.length));
  const merged: Stream<number | string | boolean> = lengths.merge("b", [true]);
  const awaited: Stream<number> = Stream.from([Promise.resolve(1), 2]);
  assertEquals((await Array.fromAsync(merged)).length, 3);
  assertEquals(await Array.fromAsync(awaited), [1, 2]);
});

test("Stream is left by await using", async () => {
  const source = new ReadySource(naturals());
  {
    await using stream = new Stream(source);
    await stream.next();
  }
  assertEquals([source.pulls, source.closes], [1, 1]);
});
