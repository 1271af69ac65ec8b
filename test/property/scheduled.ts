/**
 * Sources and handlers whose every step is a task of fast-check's scheduler, so that a seed decides
 * the order of events.
 */

import fc from "fast-check";

/** How often each property runs, each time with other values and another order of events. */
export const RUNS = 300;

/** Checks a property; a failure names its seed and the order of events. */
export async function check<Ts extends [unknown, ...unknown[]]>(
  property: fc.IAsyncProperty<Ts>,
): Promise<void> {
  await fc.assert(property, { numRuns: RUNS });
}

/** Lets the scheduler run until `promise` is settled. */
export async function run<T>(
  s: fc.Scheduler,
  promise: Promise<T>,
): Promise<PromiseSettledResult<T>> {
  const [settled] = await Promise.allSettled([s.waitFor(promise)]);
  return settled;
}

/** What a source gives, and how it ends. */
export interface Script<T> {
  readonly items: readonly T[];
  /** The error with which it ends; `undefined` for a plain end. */
  readonly failure?: Error | undefined;
}

/** A source that answers when the scheduler says so, and remembers what was asked of it. */
export class ScheduledSource<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #s: fc.Scheduler;
  readonly #script: Script<T>;
  /** How many items were asked for. */
  pulls = 0;
  /** How often it was closed. */
  returns = 0;
  /** How many `next()` are unanswered. */
  parked = 0;
  /** The most that ever were. */
  mostParked = 0;
  /** It has ended or failed by itself. */
  over = false;
  #leftTooLate = false;

  constructor(s: fc.Scheduler, script: Script<T>) {
    this.#s = s;
    this.#script = script;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const index = this.pulls++;
    this.mostParked = Math.max(this.mostParked, ++this.parked);
    await this.#s.schedule(Promise.resolve(), `next ${index}`);
    this.parked--;
    const { items, failure } = this.#script;
    if (index < items.length) return { done: false, value: items[index] as T };
    this.over = true;
    if (failure !== undefined) throw failure;
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.returns++;
    if (this.over) this.#leftTooLate = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether it was left as it should be: closed once, or not at all when it was over by itself. */
  get leftWell(): boolean {
    return !this.#leftTooLate && (this.returns === 1 || (this.returns === 0 && this.over));
  }
}

/** Reads `count` items at most, then leaves; rejects with what the stream rejects with. */
export async function collect<T>(
  stream: AsyncIterable<T>,
  count: number = Infinity,
): Promise<T[]> {
  const items: T[] = [];
  if (count === 0) {
    await stream[Symbol.asyncIterator]().return?.();
    return items;
  }
  for await (const item of stream) {
    items.push(item);
    if (items.length >= count) break;
  }
  return items;
}
