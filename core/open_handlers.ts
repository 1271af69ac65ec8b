/**
 * What `serve` has open.
 *
 * @module
 */

import type { HandlerContext } from "./handler_context.ts";

/**
 * The contexts of the handlers whose connections are open, in the order in which they came. Each of
 * them is its own place: an entry in a Map would be a large part of what an idle connection costs.
 */
export class OpenHandlers {
  #size = 0;
  #first: HandlerContext | undefined;
  #last: HandlerContext | undefined;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Takes in one that is in no list. */
  add(context: HandlerContext): void {
    this.#size++;
    context.previous = this.#last;
    if (this.#last === undefined) this.#first = context;
    else this.#last.next = context;
    this.#last = context;
  }

  /** Takes out one that is in this list. */
  delete(context: HandlerContext): void {
    this.#size--;
    const { previous, next } = context;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    context.previous = context.next = undefined;
  }

  /** All that are in it now, whatever becomes of them while somebody goes through them. */
  all(): HandlerContext[] {
    const contexts: HandlerContext[] = [];
    for (let context = this.#first; context !== undefined; context = context.next) {
      contexts.push(context);
    }
    return contexts;
  }
}
