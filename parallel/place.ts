/**
 * The place of one worker: it is filled again when its worker fails.
 *
 * @module
 */

import type { Served } from "../core/served.ts";
import type { Timers } from "../core/timers.ts";
import type { ParallelEvent, WorkerFailure, WorkerStats } from "./events.ts";
import type { Member } from "./member.ts";
import type { MemberEnd } from "./member_init.ts";

/** How long a place stays empty after a failure, in milliseconds: doubling, up to the second. */
const BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 10_000;
/** A worker that has served so long has not failed at once, in milliseconds. */
const STABLE_MS = 10_000;

/** What a place is made of. */
export interface PlaceInit {
  readonly index: number;
  /** Starts a worker; `restarts` others have been started here before. */
  readonly hire: (restarts: number) => Member;
  readonly onEvent: (event: ParallelEvent) => void;
  readonly timers: Timers;
}

/** Where one worker is, and after it another. */
export class Place {
  readonly #init: PlaceInit;
  /** All that have not ended: the one that has the place, one that is to have it, one that leaves. */
  readonly #members = new Set<Member>();
  #current: Member | undefined;
  #restarts = 0;
  #hired = 0;
  #accepted = 0;
  #backoff = BACKOFF_MS;
  /** Since when the current one has served. */
  #since = 0;
  #timer: unknown;
  #closed = false;
  readonly #served = { finished: 0, cut: 0 };

  constructor(init: PlaceInit) {
    this.#init = init;
  }

  /** What has happened here. */
  get stats(): WorkerStats {
    let [accepted, open] = [this.#accepted, 0];
    for (const member of this.#members) {
      accepted += member.given;
      open += member.open;
    }
    return { accepted, open, restarts: this.#restarts };
  }

  /** Resolves when a worker serves here; rejects with what keeps it from that. */
  async open(): Promise<void> {
    const member = this.#hire();
    this.#current = member;
    await member.ready;
    this.#seat();
  }

  /**
   * Puts another worker in; resolves when the one before has finished, which it has `ms` for. Rejects
   * when the new one cannot start: then the one before stays.
   */
  async replace(ms: number): Promise<void> {
    const next = this.#hire();
    await next.ready;
    const before = this.#current;
    this.#init.timers.clear(this.#timer);
    this.#current = next;
    this.#restarts++;
    this.#seat();
    if (before === undefined) return;
    await this.#dismiss(before, ms);
    this.#init.onEvent({ type: "replaced", worker: this.#init.index });
  }

  /** All that have not ended. */
  get members(): readonly Member[] {
    return [...this.#members];
  }

  /** Ends those that stand still. */
  check(asks: number): void {
    for (const member of this.#members) if (member.hangs(asks)) member.kill(true);
  }

  /** Has everybody finish, who has `ms` for that; what has become of their connections since. */
  async close(ms: number): Promise<Served> {
    this.#close();
    await Promise.all([...this.#members].map((member) => this.#dismiss(member, ms)));
    return this.#served;
  }

  /** Ends everybody. */
  async kill(): Promise<void> {
    this.#close();
    for (const member of this.#members) member.kill();
    await Promise.all([...this.#members].map((member) => member.ended));
  }

  #close(): void {
    this.#closed = true;
    this.#init.timers.clear(this.#timer);
  }

  async #dismiss(member: Member, ms: number): Promise<void> {
    const { timers } = this.#init;
    member.drain();
    const timer = ms === Infinity ? undefined : timers.set(() => member.kill(), ms);
    await member.ended;
    timers.clear(timer);
  }

  #hire(): Member {
    const member = this.#init.hire(this.#hired++);
    this.#members.add(member);
    void member.ended.then((end) => this.#left(member, end));
    return member;
  }

  #seat(): void {
    const { index, timers, onEvent } = this.#init;
    this.#since = timers.now();
    onEvent({ type: "ready", worker: index, restarts: this.#restarts });
  }

  #left(member: Member, { reason, error, lost }: MemberEnd): void {
    this.#members.delete(member);
    this.#accepted += member.given;
    if (this.#closed) {
      this.#served.finished += member.served?.finished ?? 0;
      this.#served.cut += member.served?.cut ?? lost;
    }
    if (this.#current !== member || this.#closed) return;
    this.#current = undefined;
    // `open` and `replace` tell of one that never served.
    if (!member.hasServed) return;
    if (this.#init.timers.now() - this.#since >= STABLE_MS) this.#backoff = BACKOFF_MS;
    this.#fail(reason, error);
  }

  #fail(reason: WorkerFailure, error: Error | undefined): void {
    const { index, timers, onEvent } = this.#init;
    const delay = this.#backoff;
    this.#backoff = Math.min(MOST_BACKOFF_MS, delay * 2);
    this.#timer = timers.set(() => void this.#refill(), delay);
    onEvent({ type: "failed", worker: index, reason, error, delay });
  }

  async #refill(): Promise<void> {
    const member = this.#hire();
    this.#current = member;
    this.#restarts++;
    try {
      await member.ready;
      this.#seat();
    } catch (error) {
      // Closed, or replaced by `reload()`, meanwhile.
      if (this.#closed || (this.#current !== undefined && this.#current !== member)) return;
      this.#current = undefined;
      this.#fail("start", error as Error);
    }
  }
}
