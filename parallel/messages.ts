/**
 * What the caller and its workers tell each other.
 *
 * @module
 */

import type { TcpAddr } from "../core/addr.ts";
import type { Served } from "../core/served.ts";
import type { Timeouts } from "../core/timeouts.ts";
import type { TlsListenOptions } from "../core/tls.ts";

/** All that a worker needs to begin; it can be cloned. */
export interface WorkerInit {
  /** The place of the worker, from 0. */
  readonly worker: number;
  /** The address of the module with the handler. */
  readonly module: string;
  /** What the caller gives every worker. */
  readonly data: unknown;
  /** What was bound. */
  readonly addr: TcpAddr;
  /** How the connections are made. */
  readonly listen: {
    readonly noDelay: boolean | undefined;
    readonly tls: TlsListenOptions | undefined;
    readonly timeouts: Timeouts | undefined;
  };
  /** How they are served. */
  readonly serve: {
    readonly grace: number;
    readonly timeouts: Timeouts | undefined;
  };
}

/** An error on its way between threads or processes. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
}

/** What the caller tells a worker. */
export type ToWorker =
  | { readonly type: "start"; readonly init: WorkerInit }
  /** Comes with a socket. */
  | { readonly type: "connection" }
  | { readonly type: "ping" }
  /** No connection comes any more: those that are there are finished, within the grace. */
  | { readonly type: "drain" };

/** What a worker tells the caller. */
export type FromWorker =
  | { readonly type: "ready" }
  /** It cannot start. */
  | { readonly type: "failed"; readonly error: SentError }
  /** How many connections it has got so far, and how many of these are gone. */
  | { readonly type: "count"; readonly taken: number; readonly gone: number }
  | { readonly type: "pong" }
  /** A handler has failed, or, when it is the end, the worker. */
  | { readonly type: "error"; readonly error: SentError; readonly fatal: boolean }
  | { readonly type: "done"; readonly served: Served };

/** Makes an error fit to be sent. Never throws, whatever was thrown. */
export function packError(error: unknown): SentError {
  try {
    if (error instanceof Error) {
      const { name, message, stack } = error;
      const code = (error as { code?: unknown }).code;
      return { name, message, stack, code: typeof code === "string" ? code : undefined };
    }
    return { name: "Error", message: String(error), stack: undefined, code: undefined };
  } catch {
    const message = "something was thrown that cannot be looked at";
    return { name: "Error", message, stack: undefined, code: undefined };
  }
}

/** The error that was sent: its name, message, code and stack. */
export function unpackError({ name, message, stack, code }: SentError): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
