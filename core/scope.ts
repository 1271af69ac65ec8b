/**
 * Several things at once, none of which outlives the block that they belong to.
 *
 * @module
 */

import { requireLimit, requireSignal } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";
import { ScopeRun } from "./scope_run.ts";
import { requireFunction } from "./source.ts";

/** How {@linkcode scope} runs. */
export interface ScopeOptions {
  /**
   * How many children may run at once: a positive integer, or `Infinity`, `null` or `undefined` for
   * no limit (the default). The others wait, and start in the order in which they were spawned. The
   * body takes no place.
   */
  readonly limit?: number | null | undefined;
  /** Stops the scope: its signals abort, no child starts any more, the call rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What the body of a {@linkcode scope} is given. */
export interface Scope {
  /** Aborts when the scope fails, with the first error as its reason. For the body, above all. */
  readonly signal: AbortSignal;
  /**
   * Starts a child: `task` is called at once, or, under a limit, when it has a place. Gives a promise
   * of what it returns. Children may spawn children, also when the body has ended.
   *
   * The task's `signal` aborts when the scope fails, with the first error as its reason. It is the
   * task's own, and dies with it: nothing that it leaves there adds up in a long scope.
   *
   * A failure of the task, thrown or rejected, fails the scope, also when the promise is awaited and
   * the error caught there: to go on without a child, catch inside of it. Nobody needs to await the
   * promise; its rejection is never unhandled.
   *
   * When the scope has failed, nothing starts any more, nor do those that wait: the promise rejects
   * with the first error. So it does when the scope is over (`Cannot spawn: the scope is closed`).
   * What is no function is refused with a TypeError, thrown.
   */
  spawn<R>(task: (signal: AbortSignal) => R | PromiseLike<R>): Promise<R>;
}

/**
 * Calls `body`, and resolves with what it returns when it and all children that were spawned in it
 * have finished. Nothing outlives the scope, however it ends.
 *
 * **Failure.** The first error, of the body or of a child, and likewise an abort of `signal`, stops
 * the scope at once: its signals abort with that error, and nothing starts any more. When all that
 * runs has finished, the call rejects with it. When others failed on their own too, it rejects with
 * an AggregateError: `errors` has all of them, the first one first, `cause` is the first. What only
 * repeats the first is not counted: that error itself, an AbortError, an error caused by it. What the
 * body returns is then of no account. `throw undefined` is a failure like any other.
 *
 * **Waiting.** A child that does not heed its signal is waited for all the same, for ever if need be.
 * With a limit, a child that awaits a child of the same scope keeps its place meanwhile: when all
 * places are held so (with a limit of 1, by a single one), nothing moves any more. Spawn without
 * awaiting, await in the body, or open a scope of its own in the child. No child may await the
 * promise of the scope itself, which waits for it.
 *
 * **Memory.** A child that has ended is forgotten; a scope without an end needs none for those that
 * were. On `signal` there is one listener for the whole scope, removed when that settles.
 *
 * An invalid limit, body or signal rejects before the body is called; so does a signal that has
 * aborted already.
 *
 * Follows the nursery of trio and Kotlin's `coroutineScope`. Differences: from trio, whose errors are
 * always groups, that a single error stays itself; from Kotlin, that further errors are not hidden
 * in `suppressed`. Swift's `withThrowingTaskGroup` fails only by children that are asked for; here
 * all count. None of them has a limit. Promises are eager and cannot be cancelled from outside: a
 * child runs until it heeds its signal.
 *
 * @example The first failure stops the others, and none is left running
 * ```ts
 * import { scope } from "@incoming/net";
 *
 * let running = 0;
 * const wait = (signal: AbortSignal) =>
 *   new Promise<void>((resolve) => {
 *     running++;
 *     signal.addEventListener("abort", () => resolve(void running--));
 *   });
 *
 * const failure: unknown = await scope((s) => {
 *   s.spawn(wait);
 *   s.spawn(wait);
 *   s.spawn(() => Promise.reject(new Error("no")));
 * }).catch((error) => error);
 *
 * if (!(failure instanceof Error) || failure.message !== "no") throw failure;
 * if (running !== 0) throw new Error(`${running} are left`);
 * ```
 */
export async function scope<T>(
  body: (scope: Scope) => T | PromiseLike<T>,
  options: ScopeOptions = {},
): Promise<T> {
  const verb = "run the scope";
  requireOptions(verb, options);
  const { limit, signal } = options;
  requireFunction(verb, body);
  requireLimit(verb, limit);
  requireSignal(verb, signal);
  return await new ScopeRun(body, { limit: limit ?? Infinity, signal }).finished;
}
