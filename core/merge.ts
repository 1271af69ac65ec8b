/**
 * Several streams as one.
 *
 * @module
 */

import { PullStream } from "./pull_stream.ts";
import { own } from "./settler.ts";
import { disposeLate, iteratorOf, leave, pull, requireResult, type Source } from "./source.ts";

/** One of the merged sources. */
interface Branch<T> {
  readonly iterator: AsyncIterator<T, unknown, undefined>;
  /** `asked`: a `next()` is outstanding. `ready`: its item waits. */
  state: "idle" | "asked" | "ready" | "over";
}

/**
 * The items of all sources, whichever comes first first; ends when the last of them has ended.
 *
 * The sources are asked only while somebody waits, all of them at once, and each holds at most one
 * item ready; `null` and `undefined` are items like others. When one fails, `next()` rejects with
 * its error, and the others are closed; leaving closes all of them. Neither waits for a source that
 * is busy. An item that nobody takes any more is disposed of. Without sources it is done at once.
 *
 * Follows `stream::select` and `stream::select_all` of futures-rs.
 *
 * @example
 * ```ts
 * import { merge } from "@incoming/net";
 *
 * const all = await Array.fromAsync(merge([1, 2], "ab"));
 * if (all.length !== 4) throw new Error(all.join());
 * ```
 */
export function merge<T extends readonly unknown[]>(
  ...sources: { [K in keyof T]: Source<T[K]> }
): AsyncIterableIterator<T[number], undefined, undefined> & AsyncDisposable {
  const branches: Branch<T[number]>[] = [];
  try {
    for (const source of sources) {
      branches.push({ iterator: iteratorOf<T[number]>("merge", source), state: "idle" });
    }
  } catch (error) {
    for (const { iterator } of branches) own(leave(iterator));
    throw error;
  }
  return new Merge(branches);
}

class Merge<T> extends PullStream<T> {
  readonly #branches: readonly Branch<T>[];
  readonly #ready: { readonly branch: Branch<T>; readonly item: T }[] = [];

  constructor(branches: readonly Branch<T>[]) {
    super();
    this.#branches = branches;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    for (const branch of this.#branches) {
      if (branch.state === "idle" && !this.over) this.#ask(branch);
    }
    const ready = this.#ready.shift();
    if (ready !== undefined) {
      ready.branch.state = "idle";
      return Promise.resolve({ done: false, value: ready.item });
    }
    if (this.over) return this.report();
    const item = this.wait();
    this.#endIfOver();
    return item;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    if (!this.over) this.close(this.#leaveAll());
    for (const { item } of this.#ready.splice(0)) disposeLate(item);
    return this.report();
  }

  #ask(branch: Branch<T>): void {
    branch.state = "asked";
    pull(branch.iterator).then(
      (result) => this.#onNext(branch, result),
      (error) => this.#onError(branch, error),
    );
  }

  #onNext(branch: Branch<T>, result: IteratorResult<T, unknown>): void {
    try {
      if (requireResult(result).done) {
        branch.state = "over";
        return this.#endIfOver();
      }
      const item = result.value as T;
      if (this.over) disposeLate(item);
      else if (this.wanted) {
        branch.state = "idle";
        this.answer(item);
        if (this.wanted) this.#ask(branch);
      } else {
        branch.state = "ready";
        this.#ready.push({ branch, item });
      }
    } catch (error) {
      this.#onError(branch, error);
    }
  }

  #onError(branch: Branch<T>, error: unknown): void {
    branch.state = "over";
    if (this.over) return;
    const thrown = (): never => {
      throw error;
    };
    // What was ready before the failure is still handed out; then the failure.
    this.close(this.#leaveAll().then(thrown, thrown));
  }

  #endIfOver(): void {
    if (!this.over && this.#branches.every(({ state }) => state === "over")) {
      this.close(Promise.resolve());
    }
  }

  /** Closes the sources that are not over; waits for all of those that are not busy. */
  async #leaveAll(): Promise<void> {
    const left: Promise<void>[] = [];
    for (const { iterator, state } of this.#branches) {
      if (state === "over") continue;
      const leaving = own(leave(iterator));
      if (state !== "asked") left.push(leaving);
    }
    await Promise.allSettled(left);
    await Promise.all(left);
  }
}
