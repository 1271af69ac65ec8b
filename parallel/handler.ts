/**
 * The module with the handler.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import type { ServeContext } from "../core/served.ts";
import { show } from "../core/show.ts";

/** What a worker knows of itself. */
export interface WorkerContext {
  /** The place of the worker, from 0; one that replaces another has its place. */
  readonly worker: number;
  /** How many workers have been started in this place before it: no two of one place have the same number. */
  readonly restarts: number;
  /** What `serveParallel` was given as `data`: a copy, unless there is one worker only. */
  readonly data: unknown;
  /**
   * Sends `message` to the `onMessage` of `serveParallel`. It gets a copy; what `structuredClone` does
   * not take is thrown back. When the caller is gone, so is the message.
   */
  readonly post: (message: unknown) => void;
}

/** What the handler of a worker is given beside its connection. */
export interface ParallelContext extends ServeContext, WorkerContext {}

/** What a worker module exports. */
export interface HandlerModule {
  /** Called for every connection that this worker gets, as by `serve`. */
  readonly handler: (connection: Connection, context: ParallelContext) => unknown;
  /** Told of the failures of handlers, in the worker, as by `serve`. Default: they are events of the caller. */
  readonly onError?: ((error: unknown, connection: Connection) => unknown) | undefined;
  /** Gets what the caller sends. What it throws is an event of the caller. Default: it is dropped. */
  readonly onMessage?: ((message: unknown, context: WorkerContext) => unknown) | undefined;
}

/** What is needed to load one. */
export interface HandlerInit extends WorkerContext {
  readonly module: string;
  /** Told of what `onMessage` throws. */
  readonly report: (error: unknown) => void;
}

/** What `serve` takes. */
export interface LoadedHandler {
  readonly handler: (connection: Connection, context: ServeContext) => unknown;
  readonly onError: HandlerModule["onError"];
  /** Gives the module what the caller has sent. Never throws. */
  readonly deliver: (message: unknown) => void;
}

/** Imports the module. Rejects with what that rejects with, and with a TypeError when it has no handler. */
export async function loadHandler({ module, report, ...own }: HandlerInit): Promise<LoadedHandler> {
  const { handler, onError, onMessage } = await import(module) as Partial<HandlerModule>;
  requireExport("handler", handler);
  if (onError !== undefined) requireExport("onError", onError);
  if (onMessage !== undefined) requireExport("onMessage", onMessage);
  const { worker, restarts, data, post } = own;
  const context: WorkerContext = { worker, restarts, data, post };
  return {
    handler: (connection, serving) => handler?.(connection, new Extended(serving, context)),
    onError,
    deliver: (message) => void deliver(message).catch(report),
  };

  async function deliver(message: unknown): Promise<void> {
    await onMessage?.(message, context);
  }
}

/** Both contexts in one. The signals of the first are made when they are first read: so they are not copied. */
class Extended implements ParallelContext {
  readonly worker: number;
  readonly restarts: number;
  readonly data: unknown;
  readonly post: (message: unknown) => void;
  readonly #serving: ServeContext;

  constructor(serving: ServeContext, { worker, restarts, data, post }: WorkerContext) {
    this.#serving = serving;
    this.worker = worker;
    this.restarts = restarts;
    this.data = data;
    this.post = post;
  }

  get signal(): AbortSignal {
    return this.#serving.signal;
  }

  get draining(): AbortSignal {
    return this.#serving.draining;
  }
}

function requireExport(name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(
    `Cannot serve: the module must export a function ${name}, got ${show(value)}`,
  );
}
