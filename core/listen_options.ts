/**
 * Checks the options of `listen` once, for every adapter.
 *
 * @module
 */

import { type NetworkError, NotSupported } from "./errors.ts";
import type { ListenOptions } from "./listener.ts";
import { show } from "./show.ts";

/** The options of `listen`, checked, with the defaults filled in. */
export interface ResolvedListenOptions {
  /** 0 to 65535. */
  readonly port: number;
  /** Never empty, without brackets. */
  readonly hostname: string;
  /** As given; `undefined` leaves it to the runtime. */
  readonly backlog: number | undefined;
  /** `SO_REUSEPORT`. */
  readonly reusePort: boolean;
  /** IPv6 only. */
  readonly ipv6Only: boolean;
  /** `TCP_NODELAY`. */
  readonly noDelay: boolean;
  /** Closes the listener. */
  readonly signal: AbortSignal | undefined;
  /** How many accepted connections may wait. */
  readonly maxPending: number;
  /** Told of every accept that failed. */
  readonly onAcceptError: ((error: NetworkError) => void) | undefined;
}

const DEFAULT_HOSTNAME = "127.0.0.1";
const DEFAULT_MAX_PENDING = 1024;

/** The integer from `min` to `max`, or the error that says what was given: another type, or another value. */
function integer(verb: string, name: string, value: unknown, min: number, max: number): number {
  const message = `Cannot ${verb}: ${name} must be an integer from ${min} to ${max}, got ${
    show(value)
  }`;
  if (typeof value !== "number") throw new TypeError(message);
  if (!Number.isSafeInteger(value) || value < min || value > max) throw new RangeError(message);
  return value;
}

function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw new TypeError(`Cannot listen: ${name} must be true or false, got ${show(value)}`);
}

function hostnameOf(value: unknown): string {
  if (value === undefined) return DEFAULT_HOSTNAME;
  const name = typeof value === "string" ? value.replace(/^\[([0-9a-fA-F:.%]+)\]$/, "$1") : "";
  // A NUL or a space would be cut off or sent to the resolver by some runtimes and not by others.
  // deno-lint-ignore no-control-regex
  if (name === "" || /[\u0000-\u0020\u007f[\]/]/.test(name)) {
    throw new TypeError(
      `Cannot listen: hostname must be an address or a host name, got ${show(value)}`,
    );
  }
  return name;
}

function signalOf(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw new TypeError(`Cannot listen: signal must be an AbortSignal, got ${show(value)}`);
}

function callback(value: unknown): ResolvedListenOptions["onAcceptError"] {
  if (value === undefined || typeof value === "function") {
    return value as ResolvedListenOptions["onAcceptError"];
  }
  throw new TypeError(`Cannot listen: onAcceptError must be a function, got ${show(value)}`);
}

/**
 * Checks `options` and fills in the defaults. For adapters.
 *
 * Throws a TypeError for a value of the wrong type, a RangeError for one that is out of range,
 * {@linkcode NotSupported} for what no adapter can do yet, and the signal's reason when it has
 * aborted already.
 */
export function resolveListenOptions(options: ListenOptions): ResolvedListenOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot listen: options must be an object, got ${show(options)}`);
  }
  for (const name of ["path", "tls"] as const) {
    if (options[name] === undefined) continue;
    throw new NotSupported(
      `Cannot listen: the option ${name} is not supported, got ${show(options[name])}`,
    );
  }
  const { backlog, maxPending = DEFAULT_MAX_PENDING } = options;
  const resolved: ResolvedListenOptions = {
    port: integer("listen", "port", options.port, 0, 65535),
    hostname: hostnameOf(options.hostname),
    backlog: backlog === undefined ? undefined : integer("listen", "backlog", backlog, 1, 65535),
    reusePort: flag("reusePort", options.reusePort, false),
    ipv6Only: flag("ipv6Only", options.ipv6Only, false),
    noDelay: flag("noDelay", options.noDelay, true),
    signal: signalOf(options.signal),
    maxPending: maxPending === Infinity
      ? maxPending
      : integer("listen", "maxPending", maxPending, 1, 2 ** 31),
    onAcceptError: callback(options.onAcceptError),
  };
  resolved.signal?.throwIfAborted();
  return resolved;
}
