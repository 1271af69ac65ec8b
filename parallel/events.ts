/**
 * What `serveParallel` tells of its workers.
 *
 * @module
 */

/** Why a worker has ended, when nobody asked it to. */
export type WorkerFailure = "error" | "exit" | "hang" | "start";

/** Something has happened to a worker. */
export type ParallelEvent =
  /** It serves; `restarts` says how often its place was filled anew. */
  | { readonly type: "ready"; readonly worker: number; readonly restarts: number }
  /**
   * It has ended by itself, with the connections it had, and another takes its place after `delay`
   * milliseconds. `"error"`: something was thrown that nobody caught; `"exit"`: it has left, or the
   * system has ended it; `"hang"`: its event loop has stood still for `hangTimeout`, and it was
   * ended; `"start"`: it came never so far as to serve. `error` says what is known of it.
   */
  | {
    readonly type: "failed";
    readonly worker: number;
    readonly reason: WorkerFailure;
    readonly error: Error | undefined;
    readonly delay: number;
  }
  /** It has ended, as another has its place since `reload()`. */
  | { readonly type: "replaced"; readonly worker: number }
  /** A handler has failed, and its module has no `onError`. */
  | { readonly type: "error"; readonly worker: number; readonly error: Error };

/** The worker that a message has come from. */
export interface MessageSender {
  /** Its place, from 0. */
  readonly worker: number;
  /** How many workers have been started in this place before it: no two of one place have the same number. */
  readonly restarts: number;
  /** Sends a message back, to its `onMessage`; dropped when it is gone. What cannot be copied is thrown back. */
  readonly post: (message: unknown) => void;
}

/** What one place for a worker has had so far. */
export interface WorkerStats {
  /** The connections that its workers were given. */
  readonly accepted: number;
  /** Those that are open. */
  readonly open: number;
  /** How often a worker was replaced here, by `reload()` or as it had failed. */
  readonly restarts: number;
}

/** What has happened so far, over all workers; a snapshot. */
export interface ParallelStats {
  /** Connections accepted so far, those refused not counted. */
  readonly accepted: number;
  /** Those that workers have. */
  readonly open: number;
  /** Those that wait for a worker that is free. */
  readonly pending: number;
  /** Those that were reset because `maxConnections` others were open, or `maxPending` others waited. */
  readonly refused: number;
  /** How often a worker was replaced. */
  readonly restarts: number;
  /** Each place for a worker. */
  readonly workers: readonly WorkerStats[];
}
