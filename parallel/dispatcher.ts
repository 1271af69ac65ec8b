/**
 * Which worker gets which connection.
 *
 * @module
 */

import type { Socket } from "node:net";
import { Fifo } from "../core/fifo.ts";
import type { Bounds } from "./bounds.ts";
import type { Member } from "./member.ts";

/** What a dispatcher is limited by. */
export interface DispatcherInit extends Bounds {
  /** How many connections all workers may have at once. */
  readonly limit: number;
}

/**
 * Gives each connection to the worker that has the fewest, among those that have taken what they were
 * given before; while none has, it waits here, and the first worker with room gets it.
 */
export class Dispatcher {
  readonly #init: DispatcherInit;
  readonly #members = new Set<Member>();
  readonly #waiting = new Fifo<Socket>();
  #pending = 0;
  #turn = 0;
  #accepted = 0;
  #refused = 0;
  #emptied: (() => void) | undefined;

  constructor(init: DispatcherInit) {
    this.#init = init;
  }

  /** How many were taken on. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many were reset, being too many. */
  get refused(): number {
    return this.#refused;
  }

  /** How many wait. */
  get pending(): number {
    return this.#pending;
  }

  /** How many the workers have. */
  get open(): number {
    let open = 0;
    for (const member of this.#members) open += member.open;
    return open;
  }

  /** One more worker, until it has ended. */
  add(member: Member): void {
    this.#members.add(member);
    void member.ended.then(() => {
      this.#members.delete(member);
      this.pump();
    });
  }

  /** A connection has come. */
  offer(socket: Socket): void {
    // Its error event would end the process; the worker sees for itself what is wrong with it.
    socket.on("error", () => undefined);
    const { limit, maxConnections, maxPending } = this.#init;
    const { open } = this;
    const member = this.#pending === 0 && open < limit ? this.#freest() : undefined;
    if (open + this.#pending >= maxConnections || (!member && this.#pending >= maxPending)) {
      this.#refused++;
      reset(socket);
      return;
    }
    this.#accepted++;
    if (member !== undefined) return this.#give(member, socket);
    this.#waiting.push(socket);
    this.#pending++;
  }

  /** Gives what can be given. */
  pump(): void {
    while (this.#pending > 0 && this.open < this.#init.limit) {
      const member = this.#freest();
      if (member === undefined) return;
      this.#next((socket) => this.#give(member, socket));
    }
    if (this.#pending === 0) this.#emptied?.();
  }

  /** Resolves when none waits. */
  async emptied(): Promise<void> {
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => this.#emptied = resolve);
  }

  /** Resets those that wait; how many there were. */
  abandon(): number {
    const { pending } = this;
    while (this.#pending > 0) this.#next(reset);
    this.#emptied?.();
    return pending;
  }

  #give(member: Member, socket: Socket): void {
    member.turn = ++this.#turn;
    member.give(socket);
  }

  #next(use: (socket: Socket) => void): void {
    const socket = this.#waiting.shift();
    this.#pending--;
    if (socket !== undefined) use(socket);
  }

  #freest(): Member | undefined {
    let freest: Member | undefined;
    for (const member of this.#members) {
      if (!member.hasRoom) continue;
      if (freest === undefined || isFreer(member, freest)) freest = member;
    }
    return freest;
  }
}

/** A unix socket has no reset. */
function reset(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** Of two that have as many, the one whose last one is longer ago. */
function isFreer(a: Member, b: Member): boolean {
  return a.open === b.open ? a.turn < b.turn : a.open < b.open;
}
