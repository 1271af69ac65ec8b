/**
 * A chat room on a bad network: what some say is heard by all who have no fault, whatever happens to
 * the others.
 */

import { Room } from "../../examples/chat.ts";
import type { Connection } from "../../core/connection.ts";
import { serve } from "../../mod.ts";
import { listenBy } from "./faults_listener.ts";
import { Network } from "./faults_network.ts";
import { describe, type Plan } from "./faults_plan.ts";
import { bytes } from "./readers.ts";
import type { Seeded } from "./seeded.ts";

/** About how many bytes everyone sends and gets. */
const BYTES = 200;

/** Somebody in the room. */
class Member {
  readonly plan: Plan;
  readonly said: readonly string[];
  heard = "";
  readonly #network: Network;
  readonly #client: Connection;
  readonly #hearing: Promise<void>;

  constructor(network: Network, client: Connection, plan: Plan) {
    const { chance } = network;
    this.#network = network;
    this.#client = client;
    this.plan = plan;
    const count = 1 + chance.below(5);
    const line = (n: number) => `line ${n} ${"x".repeat(chance.below(20))}`;
    this.said = Array.from({ length: count }, (_, n) => line(n));
    this.#hearing = this.#hear();
  }

  /** Joins. */
  async join(): Promise<void> {
    await this.#network.turn();
    await this.#client.write(bytes(`${this.plan.id}\n`));
  }

  /** Says everything. */
  async talk(): Promise<void> {
    for (const line of this.said) {
      await this.#network.turn();
      await this.#client.write(bytes(`${line}\n`));
    }
  }

  /** Joins and talks; what comes of it is not its concern. */
  async try(): Promise<void> {
    try {
      await this.join();
      await this.talk();
    } catch {
      // The network has had its way.
    }
  }

  /** Leaves in order. */
  async leave(): Promise<void> {
    await this.#client.closeWrite();
    await this.#hearing;
    await this.#client.close();
  }

  /** What it has heard `other` say. */
  from({ plan: { id } }: Member): string[] {
    const lines = this.heard.split("\n").filter((line) => line.startsWith(`${id}: `));
    return lines.map((line) => line.slice(`${id}: `.length));
  }

  async #hear(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (let chunk = await this.#client.read(); chunk; chunk = await this.#client.read()) {
        this.heard += decoder.decode(chunk, { stream: true });
      }
    } catch {
      // The same.
    }
  }
}

/** Runs a room, and checks who has heard what; returns what has happened on the network, in order. */
export async function chatUnderFire(chance: Seeded): Promise<readonly string[]> {
  const network = new Network(chance);
  const { timers } = network;
  const listener = listenBy(timers, 1 + chance.below(2_000));
  const room = new Room();
  const stop = new AbortController();
  const member = (faulty: boolean): Member => {
    const { client, plan } = network.connect(listener, { faulty, bytes: BYTES });
    return new Member(network, client, plan);
  };
  const many = (most: number, faulty: boolean): Member[] =>
    Array.from({ length: 2 + chance.below(most) }, () => member(faulty));

  const work = async (): Promise<void> => {
    const serving = serve(listener, (connection) => room.handleConnection(connection), {
      timers,
      signal: stop.signal,
    });
    const good = many(3, false);
    await Promise.all(good.map((each) => each.join()));
    await network.quiet();
    const bad = many(3, true);
    const trying = bad.map((each) => each.try());
    await Promise.all(good.map((each) => each.talk()));
    await network.quiet();
    await Promise.all(good.map((each) => each.leave()));
    stop.abort();
    const { finished, cut } = await serving;
    await network.down();
    await Promise.all(trying);

    for (const listening of good) for (const talking of [...good, ...bad]) hear(listening, talking);
    if (finished + cut > bad.length + good.length) throw new Error(`${finished}, ${cut}`);
    const { open } = listener.stats;
    if (open + timers.armed > 0) throw new Error(`left: ${open} open, ${timers.armed} timers`);
  };
  await network.run(work());
  return network.events;
}

/** Whether it has heard what the other has said: all, or the first of it when that had a fault. */
function hear(listening: Member, talking: Member): void {
  if (listening === talking) return;
  const heard = listening.from(talking).join("\n");
  const said = talking.said.join("\n");
  const right = talking.plan.fault === undefined ? heard === said : said.startsWith(heard);
  if (right) return;
  throw new Error(`${describe(talking.plan)}: ${listening.plan.id} has heard ${heard} of ${said}`);
}
