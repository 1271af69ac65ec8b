/**
 * What all ways of serving need and tell.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import type { Served } from "../core/served.ts";
import type { Timers } from "../core/timers.ts";
import type { Certificate } from "../core/tls.ts";
import type { Sleep } from "./demo.ts";
import type { Settings } from "./settings.ts";

/** How long running requests may go on after the stop, in milliseconds. */
export const GRACE_MS = 10_000;

/** What is served, and who is told. */
export interface Serving {
  readonly settings: Settings;
  readonly certificate: Certificate | undefined;
  /** When the server was started, in seconds since 1970. */
  readonly startTime: number;
  /** Takes a line of the access log. */
  readonly print: (line: string) => void;
  /** Takes a line about a failure. */
  readonly complain: (line: string) => void;
  /** What `/sleep` waits for. Default: the time. */
  readonly sleep: Sleep | undefined;
  /** The clock. Default: the platform's. */
  readonly timers: Timers | undefined;
}

/** A server that listens. */
export interface Running {
  readonly addr: Addr;
  /** Says in /healthz that it will stop. */
  announce(): void;
  /** Begins the end. */
  stop(): void;
  /** Takes another certificate. */
  setCertificate(certificate: Certificate): Promise<void>;
  /** Resolves when nothing is left. */
  readonly ended: Promise<Served>;
}
