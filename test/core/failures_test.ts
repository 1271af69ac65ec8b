import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "#assert";
import { Failures } from "../../core/failures.ts";
import { test } from "../support/harness.ts";

const first = new Error("first");

/** Whether `error` repeats `reason`. */
function echoes(error: unknown, ...reasons: unknown[]): boolean {
  const failures = new Failures();
  failures.add(reasons.length > 0 ? reasons[0] : first);
  return failures.isEcho(error);
}

test("Failures has the only error as its outcome", () => {
  for (const reason of [first, undefined, null, 0, NaN, "text"]) {
    const failures = new Failures();
    failures.add(reason);
    assertStrictEquals(failures.outcome, reason);
  }
});

test("Failures has an AggregateError of several as its outcome", () => {
  const failures = new Failures();
  for (const error of [undefined, "second", null]) failures.add(error);
  const { outcome } = failures;
  assertInstanceOf(outcome, AggregateError);
  assertEquals(outcome.errors, [undefined, "second", null]);
  assert("cause" in outcome);
  assertStrictEquals(outcome.cause, undefined);
  assertEquals(outcome.message, "Cannot run for each item: 3 failures, the first one is the cause");
});

test("Failures does not take echoes", () => {
  const failures = new Failures();
  for (const error of [first, first, new Error("wrapped", { cause: first })]) failures.add(error);
  assertStrictEquals(failures.outcome, first);
});

test("Failures knows no echo before the first error", () => {
  const failures = new Failures();
  assert(!failures.isEcho(undefined));
  assert(!failures.isEcho(new DOMException("stop", "AbortError")));
});

test("Failures takes the first error itself for an echo, whatever it is", () => {
  for (const reason of [first, undefined, null, NaN, "text", Symbol.iterator]) {
    assert(echoes(reason, reason));
  }
  assert(!echoes(new Error("first")));
  assert(!echoes({ message: "first" }));
});

test("Failures takes an AbortError for an echo", () => {
  assert(echoes(new DOMException("stop", "AbortError")));
  assert(echoes(Object.assign(new Error("stop"), { name: "AbortError", code: "ABORT_ERR" })));
  assert(echoes({ name: "AbortError" }));
  assert(!echoes(new DOMException("late", "TimeoutError")));
  assert(!echoes("AbortError"));
});

test("Failures takes an error caused by the first one for an echo", () => {
  assert(echoes(new Error("wrapped", { cause: first })));
  assert(echoes(new Error("wrapped", { cause: "text" }), "text"));
  assert(echoes(new Error("wrapped", { cause: null }), null));
  assert(!echoes(new Error("wrapped", { cause: new Error("other") })));
});

test("Failures does not take an error without a cause for one caused by undefined", () => {
  assert(!echoes(new Error("on its own"), undefined));
  assert(!echoes({}, undefined));
});

test("Failures takes an AggregateError of nothing but echoes for one", () => {
  const abort = new DOMException("stop", "AbortError");
  assert(echoes(new AggregateError([abort, first])));
  assert(!echoes(new AggregateError([abort, new Error("on its own")])));
  // As forEachConcurrent rejects with: caused by the first, and yet with something of its own.
  const nested = new AggregateError([first, new Error("on its own")], "", { cause: first });
  assert(!echoes(nested));
});

test("Failures takes no object that cannot be looked at for an echo", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert(!echoes(proxy));
  const endless = new AggregateError([]);
  endless.errors.push(endless);
  assert(!echoes(endless));
});
