import { assert, assertEquals, assertThrows } from "#assert";
import { putBefore, whenNamed } from "../../http/adopted_globals.ts";
import { test } from "../support/harness.ts";

const globals = globalThis as unknown as Record<string, unknown>;

/** A class that is a global until the test ends; it is found under this name. */
function declared(defer: (run: () => void) => void, how: PropertyDescriptor) {
  class Thing {
    static made = 0;
    readonly args: readonly unknown[];

    constructor(...args: unknown[]) {
      Thing.made++;
      this.args = args;
    }
  }
  Object.defineProperty(globalThis, "OfThisTest", { configurable: true, value: Thing, ...how });
  defer(() => delete globals["OfThisTest"]);
  return Thing;
}

test("putBefore() puts a proxy in the place of a class, which is the same otherwise", (t) => {
  const Thing = declared((run) => t.defer(run), { enumerable: true, writable: false });
  putBefore("OfThisTest", Thing, {
    construct: (target, args, newTarget) => {
      return Reflect.construct(target, [...args, "more"], newTarget) as object;
    },
  });
  const Found = globals["OfThisTest"] as typeof Thing;
  assert(Found !== Thing && new Thing() instanceof Found && new Found() instanceof Thing);
  assertEquals([new Found(1).args, new Thing(1).args, Found.made], [[1, "more"], [1], 4]);
  assert(new Thing().constructor === Found && Found.prototype === Thing.prototype);
  assertEquals(Object.keys(Found.prototype), []);
  const { enumerable, writable } = Object.getOwnPropertyDescriptor(globalThis, "OfThisTest") ?? {};
  assertEquals([enumerable, writable, Found.name, Found.length], [true, true, "Thing", 0]);
  assertThrows(() => (Found as unknown as () => void)(), TypeError);
});

test("putBefore() puts a proxy in the place of a function", (t) => {
  const twice = (value: number): number => 2 * value;
  globals["OfThisTest"] = twice;
  t.defer(() => delete globals["OfThisTest"]);
  putBefore("OfThisTest", twice, { apply: (target, _, [value]: [number]) => target(value) + 1 });
  assertEquals((globals["OfThisTest"] as typeof twice)(2), 5);
});

test("whenNamed() hands on a global that is there at once, and one that cannot be replaced", (t) => {
  const Thing = declared((run) => t.defer(run), { writable: true });
  const found: unknown[] = [];
  whenNamed("OfThisTest", (platform) => found.push(platform));
  Object.defineProperty(globalThis, "Left", { get: () => 1 });
  whenNamed("Left", (platform) => found.push(platform));
  assertEquals([found.length, found[0] === Thing, found[1]], [2, true, 1]);
});

test("whenNamed() waits for a global that is loaded when it is named, and hands it on once", (t) => {
  let loaded = 0;
  const get = () => ++loaded;
  const before = { configurable: true, enumerable: false, get };
  Object.defineProperty(globalThis, "OfThisTest", before);
  t.defer(() => delete globals["OfThisTest"]);
  const found: unknown[] = [];
  whenNamed("OfThisTest", (platform) => {
    found.push(platform);
    Object.defineProperty(globalThis, "OfThisTest", { ...before, get: () => "put" });
  });
  const { enumerable, get: found1 } = Object.getOwnPropertyDescriptor(globalThis, "OfThisTest") ??
    {};
  assertEquals([loaded, enumerable, typeof found1], [0, false, "function"]);
  assertEquals([globals["OfThisTest"], globals["OfThisTest"], found], ["put", "put", [1]]);
});

test("whenNamed() leaves alone what is replaced before it is named", (t) => {
  let value: unknown = "old";
  const set = (next: unknown) => value = next;
  Object.defineProperty(globalThis, "OfThisTest", { configurable: true, get: () => value, set });
  t.defer(() => delete globals["OfThisTest"]);
  whenNamed("OfThisTest", () => {
    throw new Error("it was never named");
  });
  globals["OfThisTest"] = "new";
  assertEquals([globals["OfThisTest"], value], ["new", "new"]);
});
