/**
 * A worker as its caller sees it, whether it is a thread or a process.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { FromWorker, ToWorker } from "./messages.ts";

/** The way to a worker. */
export interface WorkerLink {
  /** What arrives when this is sent: a copy. Throws what cannot be copied. */
  readonly copy: (message: unknown) => unknown;
  /**
   * Tells it something. Never throws: a worker that is gone is told nothing, and one that would be told
   * what cannot be copied has failed.
   */
  readonly post: (message: ToWorker) => void;
  /** Gives it a connection; this side has no part of it any more. Never throws. */
  readonly give: (socket: Socket) => void;
  /** Ends it at once, whatever it does. Harmless when it has ended. */
  readonly kill: () => void;
}

/** What comes from a worker. */
export interface WorkerEvents {
  /** It says something. */
  readonly message: (message: FromWorker) => void;
  /** It has failed, and will exit. */
  readonly failed: (error: unknown) => void;
  /** It has ended: the last event. */
  readonly exited: (how: string) => void;
}

/** Starts a worker. Never throws: what goes wrong is told by the events, later. */
export type Launch = (events: WorkerEvents) => WorkerLink;
