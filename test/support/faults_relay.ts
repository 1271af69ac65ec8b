/**
 * What stands between a client and a listener on the network in memory.
 */

import type { Connection } from "../../core/connection.ts";
import type { Direction, Plan } from "./faults_plan.ts";
import type { Seeded } from "./seeded.ts";

/** What a relay needs of its network. */
export interface Turns {
  /** What decides. */
  readonly chance: Seeded;
  /** What has happened, in order. */
  readonly events: string[];
  /** Resolves when chance has it. */
  turn(): Promise<void>;
}

/** Carries the bytes of one connection, and does to it what is planned. */
export class Relay {
  readonly #network: Turns;
  readonly #plan: Plan;
  /** Where the bytes of each direction come from. */
  readonly #from: Readonly<Record<Direction, Connection>>;
  /** One side is gone, and the other is told nothing. */
  #vanished = false;

  constructor(network: Turns, plan: Plan, from: Readonly<Record<Direction, Connection>>) {
    this.#network = network;
    this.#plan = plan;
    this.#from = from;
  }

  /** Resolves when it carries nothing any more; both its ends are closed then, or stalled for ever. */
  async run(): Promise<void> {
    const { up, down } = this.#from;
    // A reset of one side is one of the other, also when that direction is stalled.
    this.#whenBroken(up, () => down.abort());
    this.#whenBroken(down, () => up.abort());
    await Promise.all([this.#carry("up", down), this.#carry("down", up)]);
    await Promise.all([up.close(), down.close()]);
  }

  async #carry(direction: Direction, to: Connection): Promise<void> {
    const from = this.#from[direction];
    const { fault, piece } = this.#plan;
    const end = fault?.direction === direction ? fault.at : Infinity;
    let carried = 0;
    try {
      if (end === 0) return await this.#fail(direction, to);
      for (let chunk = await from.read(); chunk !== null; chunk = await from.read()) {
        for (let at = 0; at < chunk.length;) {
          const size = Math.min(chunk.length - at, 1 + this.#network.chance.below(piece));
          const bytes = chunk.subarray(at, at + Math.min(size, end - carried));
          await this.#delay();
          this.#network.events.push(`${this.#plan.id} ${direction} ${bytes.length}`);
          await to.write(bytes);
          at += size;
          carried += bytes.length;
          if (carried === end) return await this.#fail(direction, to);
        }
      }
      await this.#delay();
      this.#network.events.push(`${this.#plan.id} ${direction} end`);
      await to.closeWrite();
    } catch {
      if (this.#vanished) return await broken(from);
      // One of the two is gone, and the other is told.
      from.abort();
      to.abort();
    }
  }

  async #fail(direction: Direction, to: Connection): Promise<void> {
    const kind = this.#plan.fault?.kind;
    await this.#delay();
    this.#network.events.push(`${this.#plan.id} ${direction} ${kind}`);
    const from = this.#from[direction];
    if (kind === "finish") return await to.closeWrite();
    if (kind === "stall") return await broken(from);
    if (kind === "cut") return void await Promise.all([from.close(), to.close()]);
    this.#vanished = kind === "vanish";
    to.abort();
    if (this.#vanished) await broken(from);
    else from.abort();
  }

  /** Some turns. */
  async #delay(): Promise<void> {
    for (let turns = 1 + this.#network.chance.below(1 + this.#plan.delay); turns > 0; turns--) {
      await this.#network.turn();
    }
  }

  #whenBroken({ signal }: Connection, act: () => void): void {
    signal.addEventListener("abort", () => {
      if (!this.#vanished) act();
    });
  }
}

/** Resolves when the connection is. */
function broken({ signal }: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}
