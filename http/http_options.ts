/**
 * How HTTP is served: limits, time limits, and what is told.
 *
 * @module
 */

import { requireSignal, requireTime } from "../core/limits.ts";
import { flagOf, requireOptions } from "../core/option_checks.ts";
import { show } from "../core/show.ts";
import { requireFunction } from "../core/source.ts";
import { systemTimers, type Timers } from "../core/timers.ts";
import type { Answered } from "./answered.ts";
import { type HttpLimits, LIMITS, type ResolvedLimits } from "./http_limits.ts";
import type { HeadScanner } from "./head_scanner.ts";
import { Origins } from "./origins.ts";
import { PhaseTimer } from "./phase_timer.ts";

/** How long things may take, in milliseconds; `Infinity` turns one off. */
export interface HttpTimeouts {
  /** The head of a request, from its first byte; and the first byte of a new connection. Then the answer is 408. Default 15,000. */
  readonly headers?: number | undefined;
  /** The next bytes of a body that is read. Then the answer is 408, when none was begun. Default 30,000. */
  readonly receive?: number | undefined;
  /** The peer, to take anything of what is sent. Then the connection is reset. Default 30,000. */
  readonly send?: number | undefined;
  /** The next request, on a connection that has had its answer; then it is closed. Also the next part of an answer to a client that has finished sending; then it is cut. Default 10,000. */
  readonly idle?: number | undefined;
}

/** How one connection is served. */
export interface HttpOptions {
  /** How large things may be. */
  readonly limits?: HttpLimits | undefined;
  /** How long things may take. */
  readonly timeouts?: HttpTimeouts | undefined;
  /**
   * Begins the end when it aborts: requests that have come are answered, the last one with
   * `Connection: close`. Default: never.
   */
  readonly signal?: AbortSignal | undefined;
  /** What URLs of requests begin with. Default: `"https"` when TLS has agreed on a protocol, else `"http"`. */
  readonly scheme?: "http" | "https" | undefined;
  /** Told of failures of the handler, which the client sees as 500, or as a connection that is cut. It must not throw. Default: nobody is told. */
  readonly onRequestError?: ((error: unknown, request: Request) => void) | undefined;
  /**
   * Told of every answer when it is over, before the next request of its connection: also of requests
   * that are refused, but not of connections that have sent nothing. It must not throw. Default: nobody is told.
   */
  readonly onAnswer?: ((answered: Answered) => void) | undefined;
  /**
   * Whether the globals `Request`, `fetch` and `Response` may be replaced, for all of the process: by
   * the same ones, which take lazy requests, and remember the text of a `Response`. Default `true`.
   */
  readonly adoptGlobals?: boolean | undefined;
  /** The clock. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

/** Every time limit with its value. */
export type ResolvedHttpTimeouts = { readonly [Name in keyof HttpTimeouts]-?: number };

/** The options, checked, with the defaults filled in. */
export interface ResolvedHttpOptions {
  readonly limits: ResolvedLimits;
  readonly timeouts: ResolvedHttpTimeouts;
  readonly signal: AbortSignal | undefined;
  readonly scheme: "http" | "https" | undefined;
  readonly onRequestError: ((error: unknown, request: Request) => void) | undefined;
  readonly onAnswer: ((answered: Answered) => void) | undefined;
  readonly adoptGlobals: boolean;
  readonly timers: Timers;
  /** What all connections share: the timer of their phases, */
  readonly phases: PhaseTimer;
  /** scanners that nobody uses, */
  readonly scanners: HeadScanner[];
  /** and what is remembered of the hosts that were asked for. */
  readonly origins: Origins;
}

const TIMEOUTS: ResolvedHttpTimeouts = {
  headers: 15_000,
  receive: 30_000,
  send: 30_000,
  idle: 10_000,
};

/** Checks the options. Throws a TypeError or RangeError with the value. */
export function resolveHttpOptions(verb: string, options: HttpOptions): ResolvedHttpOptions {
  requireOptions(verb, options);
  const {
    limits = {},
    timeouts = {},
    signal,
    scheme,
    onRequestError,
    onAnswer,
    adoptGlobals,
    timers = systemTimers,
  } = options;
  requireGroup(verb, "limits", limits);
  requireGroup(verb, "timeouts", timeouts);
  requireSignal(verb, signal);
  for (const hook of [onRequestError, onAnswer]) {
    if (hook !== undefined) requireFunction(verb, hook);
  }
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
    throw new TypeError(`Cannot ${verb}: scheme must be "http" or "https", got ${show(scheme)}`);
  }
  return {
    limits: filled(LIMITS, limits, (name, value) => requireSize(verb, `limits.${name}`, value)),
    timeouts: filled(TIMEOUTS, timeouts, (name, value) => {
      requireTime(verb, `timeouts.${name}`, value);
    }),
    signal,
    scheme,
    onRequestError,
    onAnswer,
    adoptGlobals: flagOf(verb, "adoptGlobals", adoptGlobals, true),
    timers,
    phases: new PhaseTimer(timers),
    scanners: [],
    origins: new Origins(scheme),
  };
}

function filled<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
  given: Readonly<Partial<Record<Name, number | undefined>>>,
  check: (name: Name, value: unknown) => void,
): Readonly<Record<Name, number>> {
  const all: Record<Name, number> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    const value = given[name];
    if (value === undefined) continue;
    check(name, value);
    all[name] = value;
  }
  return all;
}

function requireGroup(verb: string, name: string, group: unknown): void {
  if (typeof group === "object" && group !== null) return;
  throw new TypeError(`Cannot ${verb}: ${name} must be an object, got ${show(group)}`);
}

function requireSize(verb: string, name: string, value: unknown): void {
  if (value === Infinity || (Number.isSafeInteger(value) && (value as number) > 0)) return;
  throw new RangeError(
    `Cannot ${verb}: ${name} must be a positive integer, or Infinity, got ${show(value)}`,
  );
}
