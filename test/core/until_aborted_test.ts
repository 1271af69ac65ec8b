import { assertEquals, assertStrictEquals } from "#assert";
import { untilAborted } from "../../core/until_aborted.ts";
import { countListeners, gate, macrotask, never, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("untilAborted() without a signal is the promise itself", () => {
  const promise = Promise.resolve(1);
  assertStrictEquals(untilAborted(promise, undefined), promise);
});

test("untilAborted() becomes what the promise becomes, and leaves no listener", async () => {
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const { promise, resolve } = gate<number>();
  const waiting = untilAborted(promise, signal);
  assertEquals(listeners(), 1);
  resolve(7);
  assertEquals([await waiting, listeners()], [7, 0]);
  const error = new Error("no");
  assertStrictEquals(await reasonOf(untilAborted(Promise.reject(error), signal)), error);
  assertEquals(listeners(), 0);
});

test("untilAborted() rejects with the reason at once, and lets the promise be", async () => {
  const controller = new AbortController();
  const { promise, reject } = gate<number>();
  const waiting = untilAborted(promise, controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await reasonOf(waiting), reason);
  reject(new Error("too late, and nobody's fault"));
  await macrotask();
  assertStrictEquals(await reasonOf(untilAborted(never(), controller.signal)), reason);
  assertStrictEquals(
    await reasonOf(untilAborted(Promise.reject(new Error("lost")), controller.signal)),
    reason,
  );
});
