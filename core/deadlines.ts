/**
 * The time limits of one connection, with one timer.
 *
 * @module
 */

import { Alarm, type Sleeper } from "./alarm.ts";
import type { Waiting } from "./answers.ts";
import { NetworkError } from "./errors.ts";
import type { ResolvedTimeouts } from "./timeouts.ts";
import type { Timers } from "./timers.ts";

/** What the limits are about. */
export interface Watched extends Waiting {
  /** How much of the write that waits the system has not taken yet; `undefined` where nobody knows. */
  unsent(): number | undefined;
  /** The peer has sent nothing for too long. */
  receiveExpired(error: NetworkError): void;
  /** Nothing was taken, or nothing happened at all, for too long; nothing is watched any more. */
  expired(error: NetworkError): void;
}

/** How much of a limit may pass between two looks at a busy connection, within bounds. */
const [LOOKS_PER_LIMIT, LEAST_LOOK_MS, MOST_LOOK_MS] = [20, 5, 500];
/** After so many events in that time, looking often costs less than asking for the time. */
const MANY_EVENTS = 16;
/** The marks of events whose time nobody has asked for: they count as of the next look. */
const [ASKED, MOVED, SENT] = [1, 2, 4];

/**
 * Watches a connection, at next to no cost for each read and write: there is no timer for each of
 * them, but one that is armed again when it fires and nothing was due.
 *
 * A connection on which little happens has the time of each event taken, and is looked at when
 * something may be due. On a busy one the events leave a mark only, and it is looked at often:
 * nothing fires before its time, and at most a twentieth of the limit, or half a second, after it.
 */
export class Deadlines implements Sleeper {
  readonly #timers: Timers;
  /** Of the next look. */
  readonly #alarm: Alarm;
  readonly #watched: Watched;
  #limits: ResolvedTimeouts;
  #stopped = false;
  /** It is looked at often; events leave a mark only. */
  #busy = false;
  #marks = 0;
  #events = 0;
  #since = 0;
  /** Something was due at the last look. */
  #due = false;
  #unsent: number | undefined;
  /** When the last read was asked for; a write began, or the system took something; anything moved. */
  #asked = 0;
  #sent = 0;
  #moved = 0;

  /** Begins to watch. */
  constructor(limits: ResolvedTimeouts, watched: Watched, timers: Timers) {
    this.#timers = timers;
    this.#alarm = new Alarm(timers, this);
    this.#watched = watched;
    this.#limits = limits;
    this.set(limits);
  }

  /** Watches with other limits from now on: what waits begins to wait anew. */
  set(limits: ResolvedTimeouts): void {
    this.#limits = limits;
    this.#marks = 0;
    const writing = this.#watched.writing();
    // Nothing counts before something is asked for.
    const counts = writing || limits.idle < Infinity || this.#watched.reading();
    this.#busy &&= counts;
    if (!counts) return this.#alarm.clear();
    const now = this.#timers.now();
    this.#asked = this.#sent = this.#moved = now;
    // A look that comes too early does no harm: no timer is moved for longer limits.
    if (this.#longestWait() === Infinity) this.#alarm.clear();
    else if (this.#alarm.at > now + this.#longestWait()) this.#arm(now);
    if (writing) this.pending();
  }

  /** A read was asked for. */
  asked(): void {
    if (this.#limits.receive === Infinity) return;
    if (this.#busy) this.#marks |= ASKED;
    else this.#asked = this.#time();
  }

  /** Something has arrived. */
  received(): void {
    if (this.#limits.idle === Infinity) return;
    if (this.#busy) this.#marks |= MOVED;
    else this.#moved = this.#time();
  }

  /** The system has taken a write. */
  sent(): void {
    // What is taken at once is of interest only as a sign of life.
    if (this.#limits.idle === Infinity && !this.#watched.writing()) return;
    if (this.#busy) this.#marks |= MOVED | SENT;
    else this.#sent = this.#moved = this.#time();
  }

  /** The system has not taken all of a write: from now on it is seen how much it takes. */
  pending(): void {
    if (this.#limits.send === Infinity && this.#limits.idle === Infinity) return;
    this.#unsent = this.#watched.unsent();
    if (this.#busy) this.#marks |= SENT;
    else if (this.#unsent === undefined) this.#sent = this.#time();
    else this.#lookOften(this.#sent = this.#timers.now());
  }

  /** Ends it, with the timer. */
  stop(): void {
    this.#stopped = true;
    this.#alarm.clear();
  }

  #time(): number {
    const now = this.#timers.now();
    if (now - this.#since >= MOST_LOOK_MS) [this.#events, this.#since] = [0, now];
    if (++this.#events > MANY_EVENTS) this.#lookOften(now);
    else if (this.#alarm.at === Infinity) this.#arm(now);
    return now;
  }

  #lookOften(now: number): void {
    this.#busy = !this.#stopped;
    this.#arm(now);
  }

  /** Looks at what may be due. */
  wake(now: number): void {
    const busy = this.#settle(now);
    const [reading, writing] = [this.#watched.reading(), this.#watched.writing()];
    const { receive, send, idle } = this.#limits;
    const receiveIn = reading ? this.#asked + receive - now : Infinity;
    const sendIn = writing ? this.#sent + send - now : Infinity;
    const idleIn = this.#moved + idle - now;
    const next = Math.min(receiveIn, sendIn, idleIn);
    this.#busy = busy || (writing && this.#unsent !== undefined);
    this.#events = 0;
    if (next > 0) {
      this.#due = false;
      if (next < Infinity || this.#busy) this.#arm(now, next);
    } else if (!this.#due) {
      // This process may have been busy itself: what has arrived meanwhile is looked at first.
      this.#due = true;
      this.#arm(now, 0);
    } else {
      this.#due = false;
      if (sendIn <= 0) this.#expire(`the peer has taken nothing for ${send} ms`);
      else if (idleIn <= 0) this.#expire(`nothing has happened for ${idle} ms`);
      else {
        this.#limits = { ...this.#limits, receive: Infinity };
        const reason = `the peer has sent nothing for ${receive} ms`;
        this.#watched.receiveExpired(timedOut("read", reason));
        this.#arm(now, Math.min(sendIn, idleIn));
      }
    }
  }

  /** Gives marks the time of this look; whether there were any. */
  #settle(now: number): boolean {
    const before = this.#unsent ?? 0;
    this.#unsent = this.#watched.writing() ? this.#watched.unsent() : undefined;
    if (this.#unsent !== undefined && this.#unsent < before) this.#marks |= MOVED | SENT;
    const marks = this.#marks;
    this.#marks = 0;
    if (marks & ASKED) this.#asked = now;
    if (marks & MOVED) this.#moved = now;
    if (marks & SENT) this.#sent = now;
    return marks !== 0;
  }

  /** How long the next look can wait: until what begins now is due, or less on a busy connection. */
  #longestWait(): number {
    const least = Math.min(this.#limits.receive, this.#limits.send, this.#limits.idle);
    if (!this.#busy || least === Infinity) return least;
    return Math.min(Math.max(least / LOOKS_PER_LIMIT, LEAST_LOOK_MS), MOST_LOOK_MS);
  }

  /** Sets the timer for the next look: before anything is due that has begun or may begin now. */
  #arm(now: number, due = Infinity): void {
    const wait = Math.min(due, this.#longestWait());
    if (!this.#stopped && wait < Infinity) this.#alarm.set(now, wait);
  }

  #expire(reason: string): void {
    this.stop();
    this.#watched.expired(timedOut("go on with the connection", reason));
  }
}

function timedOut(action: string, reason: string): NetworkError {
  return new NetworkError(`Cannot ${action}: ${reason} (ETIMEDOUT)`, { code: "ETIMEDOUT" });
}
