/**
 * The first look at a body that comes piece by piece: it may be one piece only.
 *
 * @module
 */

import type { BodyParts } from "./answer.ts";

/** How many turns of the microtask queue a body is given to show that its first part was its last. */
const TURNS = 8;

/** The parts of a body, the first two of which were asked for. It keeps nothing that it has given. */
export class PeekedParts implements BodyParts {
  readonly #body: BodyParts;
  #first: Uint8Array | undefined;
  #second: Promise<Uint8Array | null> | undefined;

  /** Peeks into `body` when `whole` is called. */
  constructor(body: BodyParts) {
    this.#body = body;
  }

  /**
   * The whole body, when it has one part at most and says so at once; else `null`: then the parts are
   * to be had from `next`. Nothing waits for a second part here.
   */
  async whole(): Promise<Uint8Array | null> {
    const first = await this.#body.next();
    if (first === null) return new Uint8Array(0);
    let ended = false;
    const second = this.#body.next();
    let settled = false;
    second.then((part) => {
      settled = true;
      ended = part === null;
    }, () => settled = true);
    for (let turn = 0; turn < TURNS && !settled; turn++) await Promise.resolve();
    if (ended) return first;
    this.#first = first;
    this.#second = second;
    return null;
  }

  next(): Promise<Uint8Array | null> {
    const [first, second] = [this.#first, this.#second];
    if (first !== undefined) {
      this.#first = undefined;
      return Promise.resolve(first);
    }
    this.#second = undefined;
    return second ?? this.#body.next();
  }

  cancel(reason?: unknown): void {
    this.#body.cancel(reason);
  }
}
