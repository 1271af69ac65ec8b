/**
 * Ends answers that come piece by piece when their client is gone.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import type { ResolvedHttpOptions } from "./http_options.ts";
import type { Input } from "./input.ts";
import type { Output } from "./output.ts";
import { peerGone } from "./peer_watch.ts";
import { PhaseClock, type PhaseOwner } from "./phase_clock.ts";

/** How much of what the client sends is read ahead to find its end. */
const MOST_HELD_BYTES = 64 * 1024;

/** What is told of an answer: how much of its body was sent. */
interface Sent {
  readonly bytes: number;
}

/**
 * A body whose next part is long in coming would never find out that nobody waits for it. It is told at
 * once that the connection is broken. That the client has finished sending may mean that it is gone, and
 * no more is to be learnt of it without sending something: it is taken for gone when, after that,
 * nothing was sent for `timeouts.idle`.
 */
export class StreamWatch implements PhaseOwner {
  readonly #signal: AbortSignal;
  readonly #input: Input;
  readonly #output: Pick<Output, "busy">;
  readonly #idle: number;
  readonly #clock: PhaseClock;
  #sent: Sent | undefined;
  #onGone: ((reason: unknown) => void) | undefined;
  /** How much was sent at the last look. */
  #bytes = 0;

  /** For all such answers of a connection. */
  constructor(
    { signal }: Pick<Connection, "signal">,
    input: Input,
    output: Pick<Output, "busy">,
    { phases, timeouts }: Pick<ResolvedHttpOptions, "phases" | "timeouts">,
  ) {
    this.#signal = signal;
    this.#input = input;
    this.#output = output;
    this.#idle = timeouts.idle;
    this.#clock = new PhaseClock(phases, this);
    signal.addEventListener("abort", () => this.#onGone?.(signal.reason));
  }

  /** An answer begins. `onGone` is called when its client is gone, and has to call `end`. */
  begin(sent: Sent, onGone: (reason: unknown) => void): void {
    this.#sent = sent;
    this.#onGone = onGone;
    this.#bytes = 0;
    this.#clock.begin(this.#idle);
    if (this.#signal.aborted) onGone(this.#signal.reason);
  }

  /** The answer is over, or given up; `false` when it was before. */
  end(): boolean {
    if (this.#onGone === undefined) return false;
    this.#onGone = this.#sent = undefined;
    this.#clock.stop();
    return true;
  }

  /** See {@linkcode PhaseOwner.expired}. */
  expired(): void {
    const { bytes = 0 } = this.#sent ?? {};
    // What the client has sent meanwhile stands before its end.
    while (this.#input.length < MOST_HELD_BYTES && this.#input.lookAhead()) {
      if (this.#input.ended) break;
    }
    const isQuiet = bytes === this.#bytes && !this.#output.busy;
    this.#bytes = bytes;
    if (this.#input.ended && isQuiet) this.#onGone?.(peerGone());
    else this.#clock.begin(this.#idle);
  }
}
