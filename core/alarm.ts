/**
 * Alarms: one timer for all that wait equally long.
 *
 * Most alarms of a connection are cleared long before they are due, and a timer of the platform costs
 * as much as all else that a short connection does (Deno). Those that wait equally long are due in
 * the order in which they were set: a list has them all, and its timer is that of the first.
 *
 * @module
 */

import type { Timers } from "./timers.ts";

/** Who has an alarm. */
export interface Sleeper {
  /** It is due, it being `now`. It must not throw. */
  wake(now: number): void;
}

/** Can be set again and again, and knows when it is due, so that it need not be set without need. */
export class Alarm {
  /** When it is due, in the time of its clock; Infinity when it is not set. Not to be set from outside. */
  at: number = Infinity;
  /** Its place in a list. */
  list: AlarmList | undefined;
  previous: Alarm | undefined;
  next: Alarm | undefined;
  /** Whom it wakes. */
  readonly sleeper: Sleeper;
  readonly #lists: AlarmLists;

  /** Wakes `sleeper` when it is due. */
  constructor(timers: Timers, sleeper: Sleeper) {
    this.#lists = listsOf(timers);
    this.sleeper = sleeper;
  }

  /** Is due once, `ms` milliseconds after `now`, instead of when it was before. */
  set(now: number, ms: number): void {
    this.clear();
    this.at = now + ms;
    this.#lists.get(ms).add(this, now);
  }

  /** Is not due any more. */
  clear(): void {
    this.at = Infinity;
    this.list?.remove(this);
  }
}

/** The alarms of one clock that wait equally long. */
class AlarmList {
  readonly #ms: number;
  readonly #lists: AlarmLists;
  #first: Alarm | undefined;
  #last: Alarm | undefined;
  #timer: unknown;
  #armed = false;

  constructor(ms: number, lists: AlarmLists) {
    this.#ms = ms;
    this.#lists = lists;
  }

  add(alarm: Alarm, now: number): void {
    alarm.list = this;
    alarm.previous = this.#last;
    if (this.#last === undefined) this.#first = alarm;
    else this.#last.next = alarm;
    this.#last = alarm;
    this.#arm(now);
  }

  remove(alarm: Alarm): void {
    const { previous, next } = alarm;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    alarm.list = alarm.previous = alarm.next = undefined;
    if (this.#first === undefined) this.#end();
  }

  /** Who leaves the first place does not move the timer: it comes too early then, and is set anew. */
  #arm(now: number): void {
    if (this.#armed || this.#first === undefined) return;
    this.#armed = true;
    this.#timer = this.#lists.timers.set(this.#ring, this.#first.at - now);
  }

  /** Nobody waits: no timer is left. */
  #end(): void {
    if (this.#armed) this.#lists.timers.clear(this.#timer);
    this.#lists.delete(this.#ms);
  }

  readonly #ring = (): void => {
    this.#armed = false;
    const now = this.#lists.timers.now();
    const due: Alarm[] = [];
    while (this.#first !== undefined && this.#first.at <= now) {
      due.push(this.#first);
      this.remove(this.#first);
    }
    this.#arm(now);
    for (const alarm of due) {
      // Who was woken before may have cleared it, or set it anew.
      if (alarm.at > now || alarm.list !== undefined) continue;
      alarm.at = Infinity;
      alarm.sleeper.wake(now);
    }
  };
}

/** The lists of one clock, by how long their alarms wait. */
class AlarmLists {
  readonly timers: Timers;
  readonly #byMs = new Map<number, AlarmList>();

  constructor(timers: Timers) {
    this.timers = timers;
  }

  get(ms: number): AlarmList {
    let list = this.#byMs.get(ms);
    if (list === undefined) this.#byMs.set(ms, list = new AlarmList(ms, this));
    return list;
  }

  delete(ms: number): void {
    this.#byMs.delete(ms);
  }
}

/** Those of each clock: it owns them. */
const LISTS = new WeakMap<Timers, AlarmLists>();

function listsOf(timers: Timers): AlarmLists {
  let lists = LISTS.get(timers);
  if (lists === undefined) LISTS.set(timers, lists = new AlarmLists(timers));
  return lists;
}
