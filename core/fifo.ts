/**
 * Those who wait, in the order in which they came.
 *
 * @module
 */

interface Place<T> {
  readonly value: T;
  next: Place<T> | undefined;
  previous: Place<T> | undefined;
}

/**
 * First in, first out; and whoever gives up leaves from the middle. Each of these takes the same
 * time however many wait: `Array.shift()` moves all that remain, and a Set searches its holes.
 */
export class Fifo<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** The one who has waited longest; `undefined` when nobody waits. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Puts `value` at the end; the function that it gives takes it out again, wherever it is then. */
  push(value: T): () => void {
    const place: Place<T> = { value, next: undefined, previous: this.#last };
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
    return () => this.#remove(place);
  }

  /** Takes out the first one; `undefined` when nobody waits. */
  shift(): T | undefined {
    const place = this.#first;
    if (place !== undefined) this.#remove(place);
    return place?.value;
  }

  #remove(place: Place<T>): void {
    const { next, previous } = place;
    // Who is out already is alone, and not the first.
    if (previous === undefined && this.#first !== place) return;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    place.next = place.previous = undefined;
  }
}
