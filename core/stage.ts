/**
 * The common part of `map`, `filter`, `take` and `takeUntil`: one source, one item at a time.
 *
 * @module
 */

import { Breather } from "./breather.ts";
import { PullStream, type Resolve } from "./pull_stream.ts";
import { own, rejected } from "./settler.ts";
import { disposeLate, isEnd, isThenable, leave, pull } from "./source.ts";

/** What an operator may do with an item; exactly one of these, now or later. */
export interface Emitter<Out> {
  /** Hands out `value`. */
  readonly emit: (value: Out) => void;
  /** Hands out nothing; the next item of the source follows. */
  readonly skip: () => void;
  /** Ends the stream and closes the source. */
  readonly end: () => void;
  /** Fails the stream and closes the source. */
  readonly fail: (error: unknown) => void;
}

/** What an operator does. */
export interface Operator<In, Out> {
  /** Called once, a microtask before the first item is asked for; it may end the stream. */
  readonly begin?: (emitter: Emitter<Out>) => void;
  /** Called before each item is asked for; `false` ends the stream instead. */
  readonly more?: () => boolean;
  /** Called with each item; when it throws, the stream fails. */
  readonly each: (item: In, emitter: Emitter<Out>) => void;
  /** Called once, when the stream is over, whatever ended it. */
  readonly over?: () => void;
}

const DONE: Promise<void> = Promise.resolve();

/**
 * An async iterator that runs an operator over a source.
 *
 * The source is asked for an item only while somebody waits for one, and never twice at a time;
 * several `next()` are answered in their order. `return()` acts at once: it closes the source, also
 * while that is busy, and answers the waiting `next()` with the end; an item that arrives later is
 * disposed of. A failure is reported once; after it, and after the end, every `next()` is done.
 */
export class Stage<In, Out> extends PullStream<Out> {
  readonly #iterator: AsyncIterator<In, unknown, undefined>;
  /** The source, if it is a stage too: then an item passes from one to the other without a promise. */
  readonly #stage: Stage<unknown, In> | undefined;
  readonly #operator: Operator<In, Out>;
  readonly #breather = new Breather();
  #begun = false;
  /** An item is being asked for, or worked on. */
  #busy = false;
  /** A `next()` of the source is outstanding. */
  #parked = false;

  /** Runs `operator` over `iterator`. */
  constructor(iterator: AsyncIterator<In, unknown, undefined>, operator: Operator<In, Out>) {
    super();
    this.#iterator = iterator;
    this.#stage = iterator instanceof Stage ? iterator as Stage<unknown, In> : undefined;
    this.#operator = operator;
  }

  /** The next item, or the end. */
  next(): Promise<IteratorResult<Out, undefined>> {
    if (this.over) return this.report();
    const item = this.wait();
    if (!this.#busy) this.#advance();
    return item;
  }

  /** As `next()`, with a callback in the place of the promise. */
  #request(resolve: Resolve<Out>): void {
    if (this.over) return resolve(this.report());
    this.waitWith(resolve);
    if (!this.#busy) this.#advance();
  }

  /** Leaves the stream at once. */
  return(): Promise<IteratorResult<Out, undefined>> {
    this.#end();
    return this.report();
  }

  readonly #emit = (value: Out): void => {
    if (this.over) return disposeLate(value);
    this.answer(value);
    this.#busy = false;
    if (this.wanted) this.#advance();
  };

  readonly #skip = (): void => {
    if (!this.#breather.due(this.#ask)) this.#ask();
  };

  readonly #end = (): void => {
    if (!this.over) this.#finish(this.#leaveSource());
  };

  readonly #fail = (error: unknown): void => {
    if (this.over) return;
    const thrown = (): never => {
      throw error;
    };
    // The first failure is the one that counts, however leaving the source goes.
    this.#finish(this.#leaveSource().then(thrown, thrown));
  };

  readonly #emitter: Emitter<Out> = {
    emit: this.#emit,
    skip: this.#skip,
    end: this.#end,
    fail: this.#fail,
  };

  #advance(): void {
    this.#busy = true;
    if (this.#begun || this.#operator.begin === undefined) return this.#ask();
    this.#begun = true;
    this.#operator.begin(this.#emitter);
    queueMicrotask(this.#ask);
  }

  readonly #ask = (): void => {
    if (this.over) return;
    if (this.#operator.more?.() === false) return this.#end();
    this.#parked = true;
    if (this.#stage !== undefined) this.#stage.#request(this.#onAnswer);
    else pull(this.#iterator).then(this.#onNext, this.#onSourceError);
  };

  readonly #onAnswer: Resolve<In> = (answer): void => {
    if (answer instanceof Promise) void answer.then(this.#onNext, this.#onSourceError);
    else this.#onNext(answer);
  };

  readonly #onNext = (result: IteratorResult<In, unknown>): void => {
    this.#parked = false;
    let item: In;
    try {
      if (isEnd(result)) return this.#finish(DONE);
      item = result.value as In;
    } catch (error) {
      return this.#onSourceError(error);
    }
    if (this.over) return disposeLate(item);
    try {
      this.#operator.each(item, this.#emitter);
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #onSourceError = (error: unknown): void => this.#finish(rejected(error));

  #leaveSource(): Promise<void> {
    const left = own(leave(this.#iterator));
    // A source that is parked in next() may never answer return(): it is not waited for.
    return this.#parked ? DONE : left;
  }

  #finish(outcome: Promise<void>): void {
    if (this.over) return;
    this.close(outcome);
    this.#operator.over?.();
  }
}

/** Hands `value` to `use`, when it is there if it is a promise; its failure fails the stream. */
export function settle<V>(
  emitter: Emitter<never>,
  value: V | PromiseLike<V>,
  use: (value: V) => void,
): void {
  if (isThenable(value)) void Promise.resolve(value).then(use, emitter.fail);
  else use(value);
}
