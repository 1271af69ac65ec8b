/**
 * Questions to a worker that it answers later.
 *
 * @module
 */

/** The questions that are open, by their numbers. */
export class Replies {
  readonly #open = new Map<number, PromiseWithResolvers<void>>();
  #last = 0;
  #closed = false;

  /** Asks by `send`, which is given the number; resolves with the answer, and when there will be none. */
  ask(send: (id: number) => void): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const asked = Promise.withResolvers<void>();
    this.#open.set(++this.#last, asked);
    send(this.#last);
    return asked.promise;
  }

  /** The answer to question `id`: what went wrong, if anything did. */
  answer(id: number, error: Error | undefined): void {
    const asked = this.#open.get(id);
    this.#open.delete(id);
    if (error === undefined) asked?.resolve();
    else asked?.reject(error);
  }

  /** Nobody answers any more. */
  close(): void {
    this.#closed = true;
    for (const id of [...this.#open.keys()]) this.answer(id, undefined);
  }
}
