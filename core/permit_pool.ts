/**
 * The permits of a `Semaphore`, and those who wait for them.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";
import { Lease } from "./lease.ts";
import { Settler } from "./settler.ts";

interface Waiter {
  readonly count: number;
  /** Hands it its permits. */
  readonly grant: () => void;
  /** Sends it away. */
  readonly refuse: (reason: unknown) => void;
}

/** So many permits, given out in the order in which they are asked for. */
export class PermitPool {
  /** How many there are, those that are held included. */
  #total = 0;
  #free = 0;
  readonly #waiting: Fifo<Waiter> = new Fifo<Waiter>();

  /** How many may be taken now: what is free while somebody waits is kept for them. */
  get available(): number {
    return this.#waiting.isEmpty ? this.#free : 0;
  }

  /** Adds permits; a RangeError if they could not be counted any more. */
  add(verb: string, count: number): void {
    const total = this.#total + count;
    if (!Number.isSafeInteger(total)) {
      throw new RangeError(
        `Cannot ${verb}: there are ${this.#total}, and ${count} more are too many`,
      );
    }
    this.#total = total;
    this.#free += count;
    this.#serve();
  }

  /** So many permits if they may be taken now, else `null`. */
  take(count: number): Lease | null {
    return count <= this.available ? this.#lend(count) : null;
  }

  /** So many permits when it is their turn, unless `signal` aborts before. */
  wait(count: number, signal: AbortSignal | undefined): Promise<Lease> {
    const settler = new Settler<Lease>();
    const unlisten = (): void => signal?.removeEventListener("abort", onAbort);
    const grant = (): void => {
      unlisten();
      settler.resolve(this.#lend(count));
    };
    const refuse = (reason: unknown): void => {
      unlisten();
      settler.reject(reason);
    };
    const leave = this.#waiting.push({ count, grant, refuse });
    const onAbort = (): void => {
      leave();
      refuse(signal?.reason);
      // It may have been the one that the others waited for.
      this.#serve();
    };
    signal?.addEventListener("abort", onAbort);
    return settler.promise;
  }

  /** Sends away all who wait. */
  refuse(reason: unknown): void {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.refuse(reason);
  }

  #lend(count: number): Lease {
    this.#free -= count;
    return new Lease(() => {
      this.#free += count;
      this.#serve();
    });
  }

  /** Serves as many as can be, none before those in front of it. */
  #serve(): void {
    const waiting = this.#waiting;
    for (let next = waiting.first; next && next.count <= this.#free; next = waiting.first) {
      waiting.shift();
      next.grant();
    }
  }
}
