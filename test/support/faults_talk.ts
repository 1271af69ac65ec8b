/**
 * A client on the network in memory, and whether it got what it had to.
 */

import type { MemoryListener } from "../../adapters/memory.ts";
import type { Network } from "./faults_network.ts";
import { describe, type Plan } from "./faults_plan.ts";
import type { Exchange, Script } from "./faults_scripts.ts";
import { concat } from "./readers.ts";

/** A client, and what becomes of it. */
export interface Talk {
  readonly plan: Plan;
  readonly exchange: Exchange;
  /** What it has got so far. */
  readonly got: Uint8Array[];
  /** Whether it has come as far as the listener. */
  readonly reached: Promise<boolean>;
  /** Resolves when it has got all that it wants, or nothing more comes. */
  readonly answered: Promise<void>;
  /** Rejects when it was not ended in order. */
  readonly over: Promise<void>;
}

/** Who talks to whom. */
export interface TalkInit {
  readonly listener: MemoryListener;
  readonly script: Script;
  readonly id: number;
  /** Whether it may leave it to the server to end. */
  readonly mayStay: boolean;
}

/** A client that says what it has to, and takes what comes. */
export function talk(network: Network, { listener, script, id, mayStay }: TalkInit): Talk {
  const { chance } = network;
  const stays = mayStay && chance.once(3);
  const exchange = script.exchange(chance, id);
  const bytes = 2 + Math.max(exchange.sent.length, exchange.answer.length);
  const { client, plan, reached } = network.connect(listener, { faulty: chance.once(2), bytes });
  const got: Uint8Array[] = [];
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const send = async (): Promise<void> => {
    for (let at = 0; at < exchange.sent.length;) {
      await network.turn();
      const piece = exchange.sent.subarray(at, at + 1 + chance.below(400));
      await client.write(piece);
      at += piece.length;
    }
    if (!stays) await client.closeWrite();
  };
  const receive = async (): Promise<void> => {
    let missing = exchange.answer.length;
    if (stays && missing === 0) answer();
    for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) {
      got.push(chunk);
      missing -= chunk.length;
      if (stays && missing <= 0) answer();
      if (chance.once(4)) await network.turn();
    }
  };
  const over = async (): Promise<void> => {
    const results = await Promise.allSettled([send(), receive()]);
    await client.close();
    answer();
    for (const result of results) if (result.status === "rejected") throw result.reason;
  };
  const settled = over();
  // Looked at in the end.
  settled.catch(() => undefined);
  return { plan, exchange, got, reached, answered, over: settled };
}

/** Whether it got what it had to: all, or what came before the fault. */
export async function check(
  { plan, exchange, got, reached, over }: Talk,
  cut: boolean,
  { silent }: Script,
): Promise<void> {
  const what = describe(plan);
  const bytes = concat(got);
  const right = exchange.answer.subarray(0, bytes.length);
  const { fault } = plan;
  // A request that is cut short may be answered with what is wrong about it.
  const mayComplain = !silent && fault?.direction === "up" &&
    (fault.kind === "finish" || fault.kind === "cut" || fault.kind === "stall");
  if (!mayComplain && (right.length < bytes.length || right.some((byte, i) => byte !== bytes[i]))) {
    throw new Error(`${what}: wrong bytes: ${new TextDecoder().decode(bytes)}`);
  }
  if (fault !== undefined || !await reached) return;
  const [result] = await Promise.allSettled([over]);
  const short = bytes.length < exchange.answer.length;
  const amount = `${bytes.length} of ${exchange.answer.length} bytes`;
  if (result.status === "fulfilled" && short) throw new Error(`${what}: ended after ${amount}`);
  if (result.status === "rejected" && !cut) {
    throw new Error(`${what}: ${String(result.reason)}`, { cause: result.reason });
  }
}
