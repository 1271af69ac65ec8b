/**
 * The common part of `reduce`, `toArray`, `forEach`, `some`, `every` and `find`: they read a source
 * themselves, one item after the other.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import { isThenable, leave, open, pull, requireResult, type Source } from "./source.ts";

/**
 * Calls `visit` with each item of `source` and its position until it answers `true`, or the end.
 *
 * Its promise is awaited before the next item is asked for. The source is closed, and that is waited
 * for, when `visit` has answered `true` or has failed; not when the source itself has ended or
 * failed. What closing it throws counts only when nothing else has failed. When `check` refuses the
 * other arguments, the source is closed without having been asked for anything. A source that always
 * has an item ready does not starve timers.
 */
export async function consume<T>(
  verb: string,
  source: Source<T>,
  check: () => void,
  visit: (item: T, index: number) => boolean | PromiseLike<boolean>,
): Promise<void> {
  const iterator = open(verb, source, check);
  const breather = new Breather();
  let resume = (): void => undefined;
  const wake = (): void => resume();
  for (let index = 0;; index++) {
    const { done, value } = requireResult(await pull(iterator));
    if (done) return;
    try {
      const answer = visit(value, index);
      if (isThenable(answer) ? await answer : answer) break;
    } catch (error) {
      // The first failure is the one that counts, however leaving the source goes.
      await leave(iterator).catch(() => undefined);
      throw error;
    }
    if (breather.due(wake)) await new Promise<void>((resolve) => resume = resolve);
  }
  await leave(iterator);
}
