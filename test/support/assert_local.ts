/**
 * `#assert` on Node and Bun, and on Deno where JSR is out of reach: the assertions that the tests
 * use, over `node:assert/strict`, with the names and signatures documented for `jsr:@std/assert`.
 *
 * The two agree on what the tests compare: `assertEquals` on primitives, plain objects, arrays,
 * Map, Set and Uint8Array; errors by class and message.
 */

import { deepStrictEqual, notDeepStrictEqual } from "node:assert/strict";
import { inspect } from "node:util";

// deno-lint-ignore no-explicit-any -- the signature of instanceof: any arguments, any instance
type Class<T = unknown> = abstract new (...args: any[]) => T;
type ErrorClass<E extends Error> = Class<E>;

/** What every assertion here throws. */
export class AssertionError extends Error {
  override readonly name: string = "AssertionError";
}

/** Throws `AssertionError`. */
export function fail(msg?: string): never {
  throw new AssertionError(msg === undefined ? "Failed assertion." : `Failed assertion: ${msg}`);
}

/** Throws `AssertionError`: for code that no test may reach. */
export function unreachable(msg?: string): never {
  throw new AssertionError(msg === undefined ? "Unreachable." : `Unreachable: ${msg}`);
}

/** `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** `actual` is neither null nor undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  check(actual !== null && actual !== undefined, `${show(actual)} is not there`, msg);
}

/** The two are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  const difference = thrownBy(() => deepStrictEqual(actual, expected));
  if (difference) throw new AssertionError(text(difference.message, msg));
}

/** The two are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  const sameness = thrownBy(() => notDeepStrictEqual(actual, expected));
  if (sameness) throw new AssertionError(text(`Expected not to be ${show(expected)}`, msg));
}

/** The two are the same value, as `Object.is` tells. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  check(Object.is(actual, expected), `${show(actual)} is not the same as ${show(expected)}`, msg);
}

/** `actual` is an instance of `expectedType`. */
export function assertInstanceOf<C extends Class>(
  actual: unknown,
  expectedType: C,
  msg?: string,
): asserts actual is InstanceType<C> {
  const is = actual instanceof expectedType;
  check(is, `${show(actual)} is not an instance of ${expectedType.name}`, msg);
}

/** `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  check(expected.test(actual), `${show(actual)} does not match ${expected}`, msg);
}

/** `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  check(actual.includes(expected), `${show(actual)} does not contain ${show(expected)}`, msg);
}

/** `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  check(actual > expected, `${show(actual)} is not > ${show(expected)}`, msg);
}

/** `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual >= expected, `${show(actual)} is not >= ${show(expected)}`, msg);
}

/** `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  check(actual < expected, `${show(actual)} is not < ${show(expected)}`, msg);
}

/** `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual <= expected, `${show(actual)} is not <= ${show(expected)}`, msg);
}

/** `fn` throws; with a class, an instance of it whose message contains `msgIncludes`. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const about = typeof classOrMsg === "string" ? classOrMsg : msg;
  try {
    fn();
  } catch (error) {
    return typeof classOrMsg === "function" ? known(error, classOrMsg, msgIncludes, about) : error;
  }
  throw new AssertionError(text("Expected function to throw", about));
}

/** The promise of `fn` rejects; with a class, as `assertThrows`. A synchronous throw fails. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const about = typeof classOrMsg === "string" ? classOrMsg : msg;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    throw new AssertionError(text("Function throws when expected to reject", about));
  }
  try {
    await promise;
  } catch (error) {
    return typeof classOrMsg === "function" ? known(error, classOrMsg, msgIncludes, about) : error;
  }
  throw new AssertionError(text("Expected function to reject", about));
}

/** `error`, when it is of `errorClass` and its message contains `includes`. */
function known<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<E>,
  includes = "",
  msg?: string,
): E {
  assertInstanceOf(error, errorClass, msg);
  assertStringIncludes(error.message, includes, msg);
  return error;
}

function check(holds: boolean, failure: string, msg: string | undefined): asserts holds {
  if (!holds) throw new AssertionError(text(failure, msg));
}

function text(failure: string, msg: string | undefined): string {
  return msg === undefined ? failure : `${failure}: ${msg}`;
}

function show(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: 100 });
}

function thrownBy(fn: () => void): Error | undefined {
  try {
    fn();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  return undefined;
}
