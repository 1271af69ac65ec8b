/**
 * What a worker of a crew is started with, and what is known of its end.
 *
 * @module
 */

import type { WorkerFailure } from "./events.ts";
import type { WorkerInit } from "./messages.ts";
import type { Launch } from "./worker_link.ts";

/** Why a worker has ended. */
export interface MemberEnd {
  /** What it was; `"exit"` too when it has finished. */
  readonly reason: WorkerFailure;
  /** How many connections it has taken with it. */
  readonly lost: number;
  /** What is known of it. */
  readonly error: Error | undefined;
}

/** What a crew needs of it. */
export interface MemberInit {
  readonly launch: Launch;
  readonly worker: WorkerInit;
  /** It can take more, or has less. */
  readonly onRoom: () => void;
  /** A handler has failed. */
  readonly onFault: (error: Error) => void;
  /** Its module has something to say; `post` answers that. */
  readonly onMessage: (message: unknown, post: (answer: unknown) => void) => void;
}
