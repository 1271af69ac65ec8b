import { assert, assertEquals, assertStrictEquals } from "#assert";
import fc from "fast-check";
import { every } from "../../core/every.ts";
import { find } from "../../core/find.ts";
import { forEach } from "../../core/for_each.ts";
import { reduce } from "../../core/reduce.ts";
import { some } from "../../core/some.ts";
import { toArray } from "../../core/to_array.ts";
import { test } from "../support/harness.ts";
import { check, run, ScheduledSource } from "./scheduled.ts";

const items = fc.array(fc.nat(99), { maxLength: 12 });

/** What a function makes of a stream, and what it should make of an array; `slow` is for its callback. */
interface Model {
  readonly ofStream: (
    source: AsyncIterable<number>,
    slow: <T>(value: T) => T | Promise<T>,
  ) => Promise<unknown>;
  readonly ofArray: (items: readonly number[]) => unknown;
}

const MODELS: Record<string, Model> = {
  "toArray()": { ofStream: (source) => toArray(source), ofArray: (xs) => xs },
  "reduce()": {
    ofStream: (source, slow) => reduce(source, (sum, n, i) => slow(sum * 3 + n + i), 1),
    ofArray: (xs) => xs.reduce((sum, n, i) => sum * 3 + n + i, 1),
  },
  "forEach()": {
    ofStream: async (source, slow) => {
      const seen: number[] = [];
      await forEach(source, (n, i) => slow(void seen.push(n + i)));
      return seen;
    },
    ofArray: (xs) => xs.map((n, i) => n + i),
  },
  "some()": {
    ofStream: (source, slow) => some(source, (n) => slow(n > 80)),
    ofArray: (xs) => xs.some((n) => n > 80),
  },
  "every()": {
    ofStream: (source, slow) => every(source, (n) => slow(n < 80)),
    ofArray: (xs) => xs.every((n) => n < 80),
  },
  "find()": {
    ofStream: (source, slow) => find(source, (n, i) => slow(n > 60 && i > 1)),
    ofArray: (xs) => xs.find((n, i) => n > 60 && i > 1),
  },
};

for (const [name, model] of Object.entries(MODELS)) {
  test(`${name}: in any order of events it answers what it answers of an array`, async () => {
    await check(fc.asyncProperty(fc.scheduler(), items, fc.boolean(), async (s, xs, slowly) => {
      const source = new ScheduledSource(s, { items: xs });
      const slow = <T>(value: T) => slowly ? s.schedule(Promise.resolve(value), "work") : value;
      const result = await run(s, model.ofStream(source, slow));
      assertEquals(result, { status: "fulfilled", value: model.ofArray(xs) });
      assert(source.leftWell && source.mostParked <= 1);
    }));
  });

  test(`${name}: in any order of events a failing source or callback is what it rejects with`, async () => {
    await check(fc.asyncProperty(fc.scheduler(), items, fc.nat(12), async (s, xs, at) => {
      const [ofSource, ofCallback] = [new Error("the source"), new Error("the callback")];
      const source = new ScheduledSource(s, { items: xs, failure: ofSource });
      let calls = 0;
      const slow = <T>(value: T): T => {
        if (calls++ === at) throw ofCallback;
        return value;
      };
      const result = await run(s, model.ofStream(source, slow));
      assert(source.leftWell);
      if (result.status === "fulfilled") {
        assertEquals([result.value, source.returns], [model.ofArray(xs), 1], "it knew enough");
      } else assertStrictEquals(result.reason, calls > at ? ofCallback : ofSource);
    }));
  });
}
