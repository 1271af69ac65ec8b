/**
 * The module with the handler.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import type { ServeContext } from "../core/served.ts";
import { show } from "../core/show.ts";

/** What the handler of a worker is given beside its connection. */
export interface ParallelContext extends ServeContext {
  /** The place of the worker, from 0; one that replaces another has its place. */
  readonly worker: number;
  /** What `serveParallel` was given as `data`: a copy, unless there is one worker only. */
  readonly data: unknown;
}

/** What a worker module exports. */
export interface HandlerModule {
  /** Called for every connection that this worker gets, as by `serve`. */
  readonly handler: (connection: Connection, context: ParallelContext) => unknown;
  /** Told of the failures of handlers, in the worker, as by `serve`. Default: they are events of the caller. */
  readonly onError?: ((error: unknown, connection: Connection) => unknown) | undefined;
}

/** What is needed to load one. */
export interface HandlerInit {
  readonly module: string;
  readonly worker: number;
  readonly data: unknown;
}

/** What `serve` takes. */
export interface LoadedHandler {
  readonly handler: (connection: Connection, context: ServeContext) => unknown;
  readonly onError: HandlerModule["onError"];
}

/** Imports the module. Rejects with what that rejects with, and with a TypeError when it has no handler. */
export async function loadHandler({ module, worker, data }: HandlerInit): Promise<LoadedHandler> {
  const { handler, onError } = await import(module) as Partial<HandlerModule>;
  requireExport("handler", handler);
  if (onError !== undefined) requireExport("onError", onError);
  const more = { worker: { value: worker }, data: { value: data } };
  return {
    // Its signals are made when they are first read: so it is extended, not copied.
    handler: (connection, context) => handler?.(connection, Object.create(context, more)),
    onError,
  };
}

function requireExport(name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(
    `Cannot serve: the module must export a function ${name}, got ${show(value)}`,
  );
}
