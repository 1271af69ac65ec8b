/**
 * What a handler is given beside its item: a signal that costs nothing until it is read.
 *
 * @module
 */

/** The signals of all handlers that run: they abort together. */
export class RunSignals {
  readonly #controllers = new Set<AbortController>();
  #aborted = false;
  #reason: unknown;

  /** A controller that aborts with the others, until it is forgotten. */
  add(): AbortController {
    const controller = new AbortController();
    if (this.#aborted) controller.abort(this.#reason);
    else this.#controllers.add(controller);
    return controller;
  }

  /** The handler is finished: nothing of it stays behind. */
  forget(controller: AbortController): void {
    this.#controllers.delete(controller);
  }

  /** Aborts all of them, and those that are still to come. */
  abort(reason: unknown): void {
    this.#aborted = true;
    this.#reason = reason;
    for (const controller of this.#controllers) controller.abort(reason);
  }
}

/** The context of one item. Its signal dies with the item. */
export class RunContext {
  readonly #signals: RunSignals;
  #controller: AbortController | undefined;
  #handled: Promise<unknown> | undefined;
  #ended = false;

  /** The context of an item among those of `signals`. */
  constructor(signals: RunSignals) {
    this.#signals = signals;
  }

  /** Aborts when the run stops, with the error that stopped it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = this.#ended ? new AbortController() : this.#signals.add();
      if (this.#handled !== undefined) this.#endAfter(this.#handled);
    }
    return this.#controller.signal;
  }

  /** The item ends when `handled` settles. */
  endWith(handled: Promise<unknown>): void {
    this.#handled = handled;
    // Nothing is added to the promise of a handler that never reads its signal.
    if (this.#controller !== undefined) this.#endAfter(handled);
  }

  /** The item has ended. */
  end(): void {
    this.#ended = true;
    if (this.#controller !== undefined) this.#signals.forget(this.#controller);
  }

  #endAfter(handled: Promise<unknown>): void {
    const end = () => this.end();
    handled.then(end, end);
  }
}
