/**
 * What the compiler has to find out by itself: there is no annotation in any of these calls.
 * `tsc` and `deno check` hold the types; running the file shows that they tell the truth.
 */

import { assertEquals } from "#assert";
import { bufferUnordered } from "../../core/buffer_unordered.ts";
import { buffered } from "../../core/buffered.ts";
import { chunks } from "../../core/chunks.ts";
import { drop } from "../../core/drop.ts";
import { every } from "../../core/every.ts";
import { filter } from "../../core/filter.ts";
import { find } from "../../core/find.ts";
import { flatMap } from "../../core/flat_map.ts";
import { forEach } from "../../core/for_each.ts";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { map } from "../../core/map.ts";
import { merge } from "../../core/merge.ts";
import { reduce } from "../../core/reduce.ts";
import { some } from "../../core/some.ts";
import { Stream } from "../../core/stream.ts";
import { take } from "../../core/take.ts";
import { takeUntil } from "../../core/take_until.ts";
import { timeout } from "../../core/timeout.ts";
import { toArray } from "../../core/to_array.ts";
import { test } from "../support/harness.ts";

/** Whether two types are the same, `any` and `unknown` included. */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends (<X>() => X extends B ? 1 : 2) ? true
  : false;

/** Fails to compile unless the type of `value` is just `Expected`: `is<number>()(value)`. */
function is<Expected>(): <Actual>(
  value: Actual,
  ...same: Same<Actual, Expected> extends true ? [] : [wrong: [Actual, "is not", Expected]]
) => void {
  return () => undefined;
}

/** The type of the items, as a value. */
async function itemsOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(stream);
}

interface Dog {
  readonly kind: "dog";
  readonly barks: number;
}
interface Cat {
  readonly kind: "cat";
  readonly lives: number;
}
const pets = (): (Dog | Cat)[] => [{ kind: "dog", barks: 3 }, { kind: "cat", lives: 9 }];

test("types: is() tells any, unknown and unions from what is expected", () => {
  is<number>()(1 as number);
  // @ts-expect-error: a part of the union is not the union
  is<number | string>()(1 as number);
  // @ts-expect-error: any is not number
  is<number>()(JSON.parse("1"));
  // @ts-expect-error: nor is unknown
  is<number>()(1 as unknown);
});

test("types: merge() has the union of its sources", async () => {
  is<(string | number)[]>()(await itemsOf(merge([1, 2], "ab")));
  is<(string | number | boolean)[]>()(await itemsOf(merge([1], "a", new Set([true]))));
  is<(Dog | Cat | number)[]>()(await itemsOf(merge(pets(), map([1], (n) => n))));
  is<never[]>()(await itemsOf(merge()));
  is<(number | string | boolean)[]>()(await itemsOf(Stream.from([1]).merge("a", [true])));
  is<number[]>()(await itemsOf(Stream.from([1]).merge()));
});

test("types: promised values of a sync source are awaited", async () => {
  is<number[]>()(await itemsOf(take([Promise.resolve(1)], 1)));
  is<number[]>()(await toArray([Promise.resolve(1), 2]));
  is<Stream<number>>()(Stream.from([Promise.resolve(1)]));
});

test("types: filter() narrows by a guard, written or inferred", async () => {
  const isCat = (pet: Dog | Cat): pet is Cat => pet.kind === "cat";
  is<Cat[]>()(await itemsOf(filter(pets(), isCat)));
  is<Cat[]>()(await itemsOf(filter(pets(), (pet) => pet.kind === "cat")));
  is<Stream<Cat>>()(Stream.from(pets()).filter(isCat));
  is<Stream<Cat>>()(Stream.from(pets()).filter((pet) => pet.kind === "cat"));
  is<string[]>()(await itemsOf(filter([1, "a"], (it) => typeof it === "string")));
  is<(Dog | Cat)[]>()(await itemsOf(filter(pets(), (_, index) => index > 0)));
  is<(Dog | Cat)[]>()(await itemsOf(filter(pets(), (pet) => Promise.resolve(isCat(pet)))));
});

test("types: find() narrows by a guard, and may find nothing", async () => {
  const isCat = (pet: Dog | Cat): pet is Cat => pet.kind === "cat";
  is<Cat | undefined>()(await find(pets(), isCat));
  is<Cat | undefined>()(await find(pets(), (pet) => pet.kind === "cat"));
  is<Dog | Cat | undefined>()(await find(pets(), (pet) => Promise.resolve(isCat(pet))));
  is<Cat | undefined>()(await Stream.from(pets()).find(isCat));
  is<Dog | Cat | undefined>()(await Stream.from(pets()).find((_, index) => index === 1));
  assertEquals((await find(pets(), isCat))?.lives, 9);
});

test("types: every() and some() take guards and truthy values", async () => {
  const isCat = (pet: Dog | Cat): pet is Cat => pet.kind === "cat";
  is<boolean>()(await every(pets(), isCat));
  is<boolean>()(await some(pets(), isCat));
  is<boolean>()(await every("ab", (letter) => Promise.resolve(letter.length)));
  is<boolean>()(await Stream.from(pets()).every((pet, index) => pet.kind.length > index));
  is<boolean>()(await Stream.from(pets()).some((pet) => pet.kind === "dog" && pet.barks > 2));
});

test("types: map() awaits what its function returns", async () => {
  is<number[]>()(await itemsOf(map("ab", (letter) => letter.length)));
  is<number[]>()(await itemsOf(map("ab", (letter) => Promise.resolve(letter.length))));
  is<Stream<string>>()(Stream.from([1]).map((n, index) => Promise.resolve(`${n}${index}`)));
});

test("types: flatMap() has the items of what its function returns", async () => {
  is<string[]>()(await itemsOf(flatMap(["a b"], (line) => line.split(" "))));
  is<number[]>()(await itemsOf(flatMap([1], (n) => Promise.resolve([n]))));
  is<number[]>()(await itemsOf(flatMap([1], (n) => [Promise.resolve(n)])));
  is<number[]>()(await itemsOf(flatMap([1], (n) => Stream.from([n]))));
  is<[string, number][]>()(await itemsOf(flatMap([1], (n) => new Map([["a", n]]))));
  is<Stream<number>>()(Stream.from([[1], [2]]).flatMap((all) => all));
  is<Stream<number[]>>()(Stream.from([1]).flatMap((n) => [[n]]));
  // @ts-expect-error: a string is not taken apart
  flatMap(["a b"], (line) => line);
});

test("types: reduce() combines into the type of the initial value, or of the items", async () => {
  is<number>()(await reduce([1, 2], (sum, n) => sum + n));
  is<number>()(await reduce(["a"], (sum, word) => sum + word.length, 0));
  is<number>()(await reduce(["a"], (sum, word) => Promise.resolve(sum + word.length), 0));
  is<Map<string, number>>()(
    await reduce("ab", (all, letter, index) => all.set(letter, index), new Map<string, number>()),
  );
  is<number>()(await Stream.from([1, 2]).reduce((sum, n) => sum + n));
  is<string>()(await Stream.from([1, 2]).reduce((text, n) => text + n.toFixed(), ""));
  is<number>()(await Stream.from(["a"]).reduce(async (sum, it) => await sum + it.length, 0));
});

test("types: buffered() and bufferUnordered() have the awaited results", async () => {
  is<number[]>()(
    await itemsOf(buffered(["a"], (word) => Promise.resolve(word.length), { limit: 2 })),
  );
  is<number[]>()(await itemsOf(bufferUnordered(["a"], (word) => Promise.resolve(word.length))));
  is<string[]>()(await itemsOf(buffered([1], (n) => n.toFixed(), { limit: null })));
  is<Stream<number>>()(Stream.from("a").buffered((it) => Promise.resolve(it.length), { limit: 1 }));
  is<Stream<Dog | Cat>>()(Stream.from(pets()).bufferUnordered((pet) => pet));
});

test("types: handlers know their item and their context", async () => {
  await forEachConcurrent(pets(), (pet, context) => {
    is<Dog | Cat>()(pet);
    is<AbortSignal>()(context.signal);
  }, { onError: (error, pet) => [is<unknown>()(error), is<Dog | Cat>()(pet)] });
  await Stream.from(pets()).forEachConcurrent((pet, { signal }) => {
    is<Dog | Cat>()(pet);
    is<AbortSignal>()(signal);
  });
  await toArray(buffered("a", (letter, { signal }) => {
    is<string>()(letter);
    is<AbortSignal>()(signal);
  }));
  await Stream.from("a").bufferUnordered((_, { signal }) => is<AbortSignal>()(signal)).toArray();
  await forEach(pets(), (pet, index) => [is<Dog | Cat>()(pet), is<number>()(index)]);
  await Stream.from(pets()).forEach((pet, index) => [is<Dog | Cat>()(pet), is<number>()(index)]);
});

test("types: drop(), take(), takeUntil() and timeout() keep the type, chunks() puts it in arrays", async () => {
  is<(Dog | Cat)[]>()(await itemsOf(drop(pets(), 1)));
  is<(Dog | Cat)[]>()(await itemsOf(take(pets(), 1)));
  is<(Dog | Cat)[]>()(await itemsOf(takeUntil(pets(), new AbortController().signal)));
  is<(Dog | Cat)[]>()(await itemsOf(timeout(pets(), Infinity)));
  is<(Dog | Cat)[][]>()(await itemsOf(chunks(pets(), 2)));
  is<Stream<(Dog | Cat)[]>>()(Stream.from(pets()).drop(1).take(1).timeout(1_000).chunks(2));
  is<(Dog | Cat)[]>()(await Stream.from(pets()).toArray());
});

test("types: a whole pipeline infers", async () => {
  const total = await Stream.from(pets())
    .filter((pet) => pet.kind === "cat")
    .merge(Stream.from(["Tom"]))
    .buffered((it) => Promise.resolve(typeof it === "string" ? it.length : it.lives), { limit: 2 })
    .flatMap((n) => [n, n])
    .drop(1)
    .chunks(2)
    .reduce((sum, pair) => sum + pair.reduce((a, b) => a + b), 0);
  is<number>()(total);
  // The first result is dropped: the cat's, or the name's.
  assertEquals([15, 21].includes(total), true);
});
