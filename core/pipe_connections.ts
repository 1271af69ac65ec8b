/**
 * Two connections as one: what a proxy is made of.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { Copying } from "./copying.ts";
import { requireSignal } from "./limits.ts";
import { requireOptions } from "./option_checks.ts";

/** How {@linkcode pipe} ends early. */
export interface PipeOptions {
  /** Aborts both connections; `pipe` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@linkcode pipe} has passed on. */
export interface PipeResult {
  /** How many bytes came from the first connection, and went to the second. */
  readonly aToB: number;
  /** How many bytes came from the second connection, and went to the first. */
  readonly bToA: number;
}

/**
 * Passes on what comes from `a` to `b`, and what comes from `b` to `a`, until both have finished.
 *
 * Each end sees the other one as if it were connected to it. Half-close: when one has finished
 * writing, the other is told (`closeWrite()`), and may still answer. Back-pressure: each direction
 * holds one chunk, and reads the next when the other side has taken it. Resets: when one connection
 * breaks, what had come from it before is sent if the other side takes it at once; then both are
 * aborted, and `pipe` rejects with that failure. An abort of `signal` does the same, with its reason.
 *
 * `pipe` owns both connections: they are closed on every way out, also when an option is refused (a
 * TypeError), and its promise is settled when both are released. It sets no time limit of its own:
 * a peer that never finishes is the business of the connections' timeouts, or of `signal`.
 *
 * Follows `tokio::io::copy_bidirectional`; unlike there, the connections are closed, and a reset is
 * noticed as soon as the connection's `signal` tells, also while the other side does not read.
 *
 * @example
 * ```ts
 * import { pipe } from "@incoming/net";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const [client, front] = connectionPair();
 * const [back, server] = connectionPair();
 * const piped = pipe(front, back);
 *
 * await client.write(new TextEncoder().encode("hello"));
 * await client.closeWrite();
 * const asked = await server.read();
 * if (asked === null || await server.read() !== null) throw new Error("no half-close");
 * await server.write(asked);
 * await Promise.all([client.close(), server.close()]);
 * const { aToB, bToA } = await piped;
 * if (aToB !== 5 || bToA !== 5) throw new Error(`${aToB}, ${bToA}`);
 * ```
 */
export async function pipe(
  a: Connection,
  b: Connection,
  options: PipeOptions = {},
): Promise<PipeResult> {
  const failures: unknown[] = [];
  const fail = (reason: unknown): void => {
    if (failures.push(reason) > 1) return;
    a.abort();
    b.abort();
  };
  const forget: (() => void)[] = [];
  const onAbort = (signal: AbortSignal, act: () => void): void => {
    if (signal.aborted) return act();
    signal.addEventListener("abort", act);
    forget.push(() => signal.removeEventListener("abort", act));
  };
  const [there, back] = [new Direction(a, b), new Direction(b, a)];
  try {
    requireOptions("pipe", options);
    const { signal } = options;
    requireSignal("pipe", signal);
    if (signal !== undefined) onAbort(signal, () => fail(signal.reason));
    for (const direction of [there, back]) {
      const { signal } = direction.from;
      onAbort(signal, () => void (direction.busy && fail(signal.reason)));
    }
    await Promise.all([there.run().catch(fail), back.run().catch(fail)]);
  } catch (error) {
    fail(error);
  } finally {
    for (const remove of forget) remove();
  }
  await Promise.all([a.close(), b.close()]);
  if (failures.length > 0) throw failures[0];
  return { aToB: there.count, bToA: back.count };
}

/** One of the two directions. */
class Direction {
  /** Who sends. */
  readonly from: Connection;
  readonly #to: Connection;
  readonly #copying: Copying;
  #finished = false;

  constructor(from: Connection, to: Connection) {
    this.from = from;
    this.#to = to;
    // What came before a reset is sent, but a side that does not take it is not waited for.
    this.#copying = new Copying({
      reader: from,
      writer: to,
      hurries: () => from.signal.aborted,
    });
  }

  /** How many bytes were passed on. */
  get count(): number {
    return this.#copying.count;
  }

  /** Whether it does not hear of a reset by itself: the sender has finished, or is held back. */
  get busy(): boolean {
    return this.#finished || this.#copying.writing;
  }

  /** Passes on all that comes, and the end. */
  async run(): Promise<void> {
    await this.#copying.run();
    this.#finished = true;
    await this.#to.closeWrite();
  }
}
