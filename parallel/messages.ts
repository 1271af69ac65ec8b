/**
 * What the caller and its workers tell each other.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { deserialize, serialize } from "node:v8";
import type { TcpAddr, UnixAddr } from "../core/addr.ts";
import type { ProxyProtocolOptions } from "../core/proxy_protocol.ts";
import type { Served } from "../core/served.ts";
import type { Timeouts } from "../core/timeouts.ts";
import type { Certificate, TlsListenOptions } from "../core/tls.ts";

/** All that a worker needs to begin; it can be cloned. */
export interface WorkerInit {
  /** The place of the worker, from 0. */
  readonly worker: number;
  /** How many workers this place has had before. */
  readonly restarts: number;
  /** The address of the module with the handler. */
  readonly module: string;
  /** What the caller gives every worker. */
  readonly data: unknown;
  /** What was bound. */
  readonly addr: TcpAddr | UnixAddr;
  /** How the connections are made. */
  readonly listen: {
    readonly noDelay: boolean | undefined;
    readonly tls: TlsListenOptions | undefined;
    readonly timeouts: Timeouts | undefined;
    readonly proxyProtocol: ProxyProtocolOptions | undefined;
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
  | { readonly type: "drain" }
  /** What the caller has to say to the module. */
  | { readonly type: "message"; readonly message: unknown }
  /** Another certificate; is answered by `certified`. */
  | { readonly type: "certificate"; readonly id: number; readonly certificate: Certificate }
  /** All that it has told has come: it may go. */
  | { readonly type: "leave" };

/** What a worker tells the caller. */
export type FromWorker =
  /** It is there, and is about to load its module. */
  | { readonly type: "up" }
  | { readonly type: "ready" }
  /** It cannot start. */
  | { readonly type: "failed"; readonly error: SentError }
  /** How many connections it has got so far, and how many of these are gone. */
  | { readonly type: "count"; readonly taken: number; readonly gone: number }
  | { readonly type: "pong" }
  /** A handler has failed, or, when it is the end, the worker. */
  | { readonly type: "error"; readonly error: SentError; readonly fatal: boolean }
  | { readonly type: "done"; readonly served: Served }
  /** What the module has to say to the caller. */
  | { readonly type: "message"; readonly message: unknown }
  | { readonly type: "certified"; readonly id: number; readonly error: SentError | undefined }
  /** It has nothing more to say, and is to be told to leave. */
  | { readonly type: "leaving" };

/** Makes what JSON does not know fit for a channel that carries JSON. Throws what cannot be cloned. */
export function pack(message: unknown): Packed {
  return { packed: serialize(message).toString("base64") };
}

/** What was packed. */
export function unpack({ packed }: Packed): unknown {
  // From the beginning of its memory: Deno reads arrays of bytes from the wrong place otherwise.
  const bytes = Buffer.alloc(Buffer.byteLength(packed, "base64"));
  bytes.write(packed, "base64");
  return deserialize(bytes);
}

/** What {@linkcode pack} makes. */
export interface Packed {
  readonly packed: string;
}

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
