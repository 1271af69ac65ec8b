/** Asks a server again and again, over several connections. */

import { quantile } from "./arithmetic.ts";
import { ClientSocket } from "./client_socket.ts";
import { type MessageName, MESSAGES } from "./messages.ts";

/** What is sent, over how many connections, and for how long. */
export interface Demand {
  readonly message: MessageName;
  readonly connections: number;
  /** Whether each exchange has a connection of its own. */
  readonly anew?: boolean;
  /** How many messages go out at once on a connection. Default 1. */
  readonly depth?: number;
}

/** What a load comes to. */
export interface LoadResult {
  readonly operations: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Exchanges that came to nothing. */
  readonly failed: number;
  /** Answers that were no success. */
  readonly refused: number;
}

/** The bytes of a message. */
export function bytesOf(message: MessageName, depth = 1): Uint8Array {
  return new TextEncoder().encode(MESSAGES[message].repeat(depth));
}

/** Asks for `seconds`, and once on each connection at least. */
export async function load(port: number, seconds: number, demand: Demand): Promise<LoadResult> {
  const { message, connections, anew = false, depth = 1 } = demand;
  const bytes = bytesOf(message, depth);
  const times: number[] = [];
  let failed = 0;
  const started = performance.now();
  const deadline = started + seconds * 1000;

  /** One after the other, until there is no time. */
  const askInTurn = (): Promise<void> =>
    new Promise((resolve) => {
      let asked = 0;
      const next = (): void => {
        new ClientSocket(port, {
          opened: (socket) => {
            asked = performance.now();
            socket.send(bytes, depth);
          },
          answered: (socket) => {
            finish();
            if (anew || performance.now() >= deadline) return socket.end();
            asked = performance.now();
            socket.send(bytes, depth);
          },
          closed: (socket) => {
            // Without a length, the end of an answer is that of the connection.
            if (socket.waiting) {
              if (socket.received > 0) finish();
              else failed++;
            }
            if (performance.now() < deadline && failed < 1000) next();
            else resolve();
          },
        });
      };
      const finish = (): void => {
        times.push(performance.now() - asked);
      };
      next();
    });

  await Promise.all(Array.from({ length: connections }, askInTurn));
  return {
    operations: times.length * depth,
    seconds: (performance.now() - started) / 1000,
    p99: quantile(times, 0.99),
    failed,
    refused: 0,
  };
}
