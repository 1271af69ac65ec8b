/**
 * A network in memory that is driven by chance alone: no clock, no threads, and so the same events in
 * the same order for the same seed, on every runtime.
 *
 * Every client is connected to a relay, and each relay to the listener. A relay does nothing by
 * itself: it asks for a turn for each piece of bytes, and the network gives one turn after the other,
 * in an order that chance decides, with some microtasks between them. The clock (of the timeouts, of
 * the grace, of the lingering close) moves only when nothing else can happen.
 */

import { setImmediate } from "node:timers";
import { connectionPair, type MemoryListener } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { FakeTimers } from "./fake_timers.ts";
import { type Plan, planOf } from "./faults_plan.ts";
import { Relay } from "./faults_relay.ts";
import { microtasks } from "./gates.ts";
import type { Seeded } from "./seeded.ts";

/** How far the clock may move; whoever waits for longer waits for ever. */
const MOST_MS = 10 * 60_000;
/** How many macrotasks are given to what is ready, before it is said that nothing is. */
const SETTLE_TURNS = 4;
/** The most microtasks between two turns. */
const MOST_MICROTASKS = 8;

/** Carries bytes between clients and listeners. */
export class Network {
  /** What decides. */
  readonly chance: Seeded;
  /** The only clock there is. */
  readonly timers: FakeTimers = new FakeTimers();
  /** What has happened, in order. */
  readonly events: string[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #patient: (() => void)[] = [];
  readonly #relays: Promise<void>[] = [];
  readonly #ends: Connection[] = [];
  #connections = 0;

  /** Empty; nothing moves before {@linkcode Network.run}. */
  constructor(chance: Seeded) {
    this.chance = chance;
  }

  /** Resolves when chance has it; until then, others go first. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing can happen any more, unless the clock moves. */
  quiet(): Promise<void> {
    return new Promise((resolve) => this.#patient.push(resolve));
  }

  /** Drives everything until `work` is settled; fails when it cannot be. */
  async run<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) {
      const count = this.#waiting.length;
      if (count > 0) {
        for (const wake of this.#waiting.splice(this.chance.below(count), 1)) wake();
        await microtasks(this.chance.below(MOST_MICROTASKS));
      } else if (await this.#settled(() => over || this.#waiting.length > 0)) {
        const { next } = this.timers;
        const patient = this.#patient.shift();
        if (patient !== undefined) patient();
        else if (next !== undefined && this.timers.now() <= MOST_MS) this.timers.advance(next);
        else throw new Error(`nothing can happen any more, ${this.timers.now()} ms on`);
      }
    }
    return await work;
  }

  /**
   * Connects to `listener`, through a relay. A fault comes within about the first `bytes`, if `faulty`.
   * The client is there at once; its relay reaches the listener later, and `reached` tells whether.
   */
  connect(
    listener: MemoryListener,
    { faulty, bytes }: { readonly faulty: boolean; readonly bytes: number },
  ): { client: Connection; plan: Plan; reached: Promise<boolean> } {
    const plan = planOf(this.chance, this.#connections++, faulty, bytes);
    const [client, front] = connectionPair({
      timers: this.timers,
      capacity: 1 + this.chance.below(4_096),
    });
    this.#ends.push(client, front);
    const { promise: reached, resolve } = Promise.withResolvers<boolean>();
    this.#relays.push(this.#relay(plan, front, listener, resolve));
    return { client, plan, reached };
  }

  /** Nothing is carried any more, and everybody is told; resolves when nothing is left. */
  async down(): Promise<void> {
    for (const end of this.#ends) end.abort();
    await Promise.all(this.#relays);
  }

  async #relay(
    plan: Plan,
    front: Connection,
    listener: MemoryListener,
    reached: (reached: boolean) => void,
  ): Promise<void> {
    await this.turn();
    let back: Connection;
    try {
      back = await listener.connect();
    } catch {
      reached(false);
      return front.abort();
    }
    this.#ends.push(back);
    reached(true);
    await new Relay(this, plan, { up: front, down: back }).run();
  }

  /** Lets everything that is ready happen; whether it was all, and `more` does not say otherwise. */
  async #settled(more: () => boolean): Promise<boolean> {
    for (let turn = 0; turn < SETTLE_TURNS; turn++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (more()) return false;
    }
    return true;
  }
}
