/**
 * Closes the connections that have nothing to do.
 *
 * @module
 */

import type { Watchable } from "./answers.ts";
import type { Connection } from "./connection.ts";
import type { Timers } from "./timers.ts";

/** How long one that has sent nothing yet is waited for, in milliseconds: its first bytes may be under way. */
export const SILENT_MS = 250;
/** How long one is waited for whose next request may be under way, in milliseconds. */
export const NEXT_MS = 100;
/** A peer that takes so long for its next request, so often in a row, takes its time: once may be a busy machine. */
const [SLOW_MS, SLOW_TIMES] = [10, 3];
/**
 * How many turns of the event loop everyone is given, so that what the system has for it is delivered
 * first. Within the first of them, a runtime may not have asked the system yet.
 */
const TURNS = 4;

/** What is known of a connection. */
interface Watch {
  /** Whether it is idle. */
  readonly state: Watchable;
  /** How many of its last requests have come at leisure. */
  slow: number;
  /** When it became idle; `undefined` when it is not. */
  since: number | undefined;
  /** Its time. */
  timer: unknown;
}

/**
 * Closes each of its connections when that has been idle for a while: for 250 ms when it has never sent
 * anything, else for 100 ms, else for a moment when its last requests have come at leisure.
 *
 * A peer that sends the next request as soon as it has its answer cannot be told in time: an end of
 * file crosses with the request. It may go on, then. To one that takes its time, the end of file
 * comes before it sends again, if it is sent right after the answer.
 */
export class IdleClosing {
  readonly #timers: Timers;
  readonly #watches = new Map<Connection, Watch>();
  /** Those that are about to be closed, and how many turns they still have. One timer for all. */
  readonly #due = new Map<Connection, number>();
  readonly #closed = new WeakSet<Connection>();
  #turn: unknown;

  /** Nothing is closed before it is added. */
  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** From now on, `connection` is closed when it is idle, as `state` tells; without that, never. */
  add(connection: Connection, state: Watchable | undefined): void {
    if (state === undefined) return;
    const watch: Watch = { state, slow: 0, since: undefined, timer: undefined };
    this.#watches.set(connection, watch);
    state.onChange = () => this.#look(connection, watch);
    this.#look(connection, watch);
  }

  /** It is over. */
  delete(connection: Connection): void {
    const watch = this.#watches.get(connection);
    if (watch === undefined) return;
    watch.state.onChange = undefined;
    this.#watches.delete(connection);
    this.#spare(connection, watch);
  }

  /** Whether it was closed here. */
  hasClosed(connection: Connection): boolean {
    return this.#closed.has(connection);
  }

  #look(connection: Connection, watch: Watch): void {
    const { since, state } = watch;
    if (state.idle === (since !== undefined)) return;
    if (since !== undefined) {
      watch.slow = this.#timers.now() - since >= SLOW_MS ? watch.slow + 1 : 0;
      return this.#spare(connection, watch);
    }
    watch.since = this.#timers.now();
    if (watch.slow >= SLOW_TIMES) return this.#give(connection);
    const give = () => this.#give(connection);
    watch.timer = this.#timers.set(give, state.silent ? SILENT_MS : NEXT_MS);
  }

  #spare(connection: Connection, watch: Watch): void {
    watch.since = undefined;
    this.#timers.clear(watch.timer);
    if (!this.#due.delete(connection) || this.#due.size > 0) return;
    this.#timers.clear(this.#turn);
    this.#turn = undefined;
  }

  #give(connection: Connection): void {
    this.#due.set(connection, TURNS);
    this.#turn ??= this.#timers.set(this.#onTurn, 0);
  }

  readonly #onTurn = (): void => {
    this.#turn = undefined;
    for (const [connection, turns] of this.#due) {
      if (turns > 1) this.#due.set(connection, turns - 1);
      else this.#close(connection);
    }
    if (this.#due.size > 0) this.#turn ??= this.#timers.set(this.#onTurn, 0);
  };

  #close(connection: Connection): void {
    this.delete(connection);
    this.#closed.add(connection);
    void connection.close();
  }
}
