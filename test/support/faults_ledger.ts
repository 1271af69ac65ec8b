/**
 * Who owes an answer: every promise that a connection returns is written down until it is settled.
 */

import type { Connection } from "../../core/connection.ts";

/** The promises that are not settled. */
export class Ledger {
  readonly #open = new Map<number, string>();
  #last = 0;

  /** What is open, each with its name. */
  get unsettled(): string[] {
    return [...this.#open.values()];
  }

  /** Writes `promise` down; it is the caller's business what becomes of it. */
  note<T>(name: string, promise: Promise<T>): Promise<T> {
    const id = ++this.#last;
    this.#open.set(id, name);
    const done = () => this.#open.delete(id);
    promise.then(done, done);
    return promise;
  }

  /** The same connection, each of whose promises is written down. */
  connection(name: string, connection: Connection): Connection {
    return new Proxy(connection, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const result: unknown = value.apply(target, args);
          return result instanceof Promise
            ? this.note(`${name}.${String(property)}()`, result)
            : result;
        };
      },
    });
  }
}
