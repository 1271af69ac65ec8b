import * as a from "#assert";
import { test } from "./support/harness.ts";

/** The message of what `fn` throws; it has to be an AssertionError. */
async function failure(fn: () => unknown): Promise<string> {
  try {
    await fn();
  } catch (error) {
    if (error instanceof a.AssertionError) return error.message;
    throw error;
  }
  throw new Error(`Cannot see a failure in: ${fn.toString()}`);
}

const reject = (error: unknown) => () => Promise.reject(error);
const throws = (error: unknown) => () => {
  throw error;
};

test("assert() takes what is truthy", async () => {
  a.assert(1);
  await failure(() => a.assert(0));
  const message = await failure(() => a.assert("", "said so"));
  a.assertEquals(message, "said so");
});

test("assertExists() refuses null and undefined only", async () => {
  a.assertExists(0);
  a.assertExists("");
  await failure(() => a.assertExists(null));
  await failure(() => a.assertExists(undefined));
});

test("assertEquals() compares by structure", async () => {
  const cases: [unknown, unknown, unknown][] = [
    [1, 1, 2],
    [NaN, NaN, 0],
    ["a", "a", "b"],
    [{ a: [1] }, { a: [1] }, { a: [2] }],
    [[1, 2], [1, 2], [1]],
    [new Map([[1, { b: 2 }]]), new Map([[1, { b: 2 }]]), new Map([[1, { b: 3 }]])],
    [new Set([1, 2]), new Set([2, 1]), new Set([1])],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    [null, null, undefined],
  ];
  for (const [value, same, other] of cases) {
    a.assertEquals(value, same);
    await failure(() => a.assertEquals(value, other));
    a.assertNotEquals(value, other);
    await failure(() => a.assertNotEquals(value, same));
  }
});

test("assertStrictEquals() compares by identity", async () => {
  const object = {};
  a.assertStrictEquals(object, object);
  a.assertStrictEquals(NaN, NaN);
  await failure(() => a.assertStrictEquals({}, {}));
});

test("assertInstanceOf() takes subclasses", async () => {
  a.assertInstanceOf(new TypeError(), Error);
  await failure(() => a.assertInstanceOf(new Error(), TypeError));
  await failure(() => a.assertInstanceOf(null, Error));
});

test("assertMatch() and assertStringIncludes() look into a string", async () => {
  a.assertMatch("port 80", /\d+/);
  await failure(() => a.assertMatch("port", /\d+/));
  a.assertStringIncludes("port 80", "80");
  await failure(() => a.assertStringIncludes("port 80", "81"));
});

test("the four orderings differ at equality", async () => {
  a.assertGreater(2, 1);
  await failure(() => a.assertGreater(2, 2));
  a.assertGreaterOrEqual(2, 2);
  await failure(() => a.assertGreaterOrEqual(1, 2));
  a.assertLess(1, 2);
  await failure(() => a.assertLess(2, 2));
  a.assertLessOrEqual(2, 2);
  await failure(() => a.assertLessOrEqual(2, 1));
});

test("assertThrows() gives the error back", async () => {
  const error = new TypeError("bad port 80");
  a.assertStrictEquals(a.assertThrows(throws(error)), error);
  a.assertStrictEquals(a.assertThrows(throws(error), TypeError, "port"), error);
  await failure(() => a.assertThrows(() => 1));
  await failure(() => a.assertThrows(throws(error), RangeError));
  await failure(() => a.assertThrows(throws(error), TypeError, "other"));
});

test("assertRejects() gives the error back", async () => {
  const error = new TypeError("bad port 80");
  a.assertStrictEquals(await a.assertRejects(reject(error)), error);
  a.assertStrictEquals(await a.assertRejects(reject(error), TypeError, "port"), error);
  await failure(() => a.assertRejects(() => Promise.resolve()));
  await failure(() => a.assertRejects(reject(error), RangeError));
  await failure(() => a.assertRejects(reject(error), TypeError, "other"));
});

test("assertRejects() refuses a throw before the promise", async () => {
  await failure(() => a.assertRejects(throws(new Error("early"))));
});

test("fail() and unreachable() fail", async () => {
  a.assertStringIncludes(await failure(() => a.fail("why")), "why");
  a.assertStringIncludes(await failure(() => a.unreachable("where")), "where");
});
