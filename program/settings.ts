/**
 * What the server program does, as its arguments say, with the defaults filled in.
 *
 * @module
 */

import type { CertificateFiles } from "./certificate.ts";
import { UsageError } from "./failures.ts";
import type { Arguments } from "./flags.ts";
import type { SiteOptions } from "./site.ts";

/** Where it listens. */
export type Place =
  | { readonly hostname: string | undefined; readonly port: number }
  | { readonly path: string; readonly mode: number }
  | { readonly fd: number };

/** All that the arguments decide. */
export interface Settings {
  readonly site: SiteOptions;
  readonly place: Place;
  /** `undefined`: without TLS. */
  readonly certificate: CertificateFiles | undefined;
  readonly workers: number;
  readonly limit: number;
  readonly log: "common" | "json" | "none";
  readonly quiet: boolean;
  /** In milliseconds. */
  readonly notice: number;
}

/** What the settings depend on beside the arguments. */
export interface Surroundings {
  /** Whether the standard output is a terminal. */
  readonly terminal: boolean;
  /** The descriptor of a socket that was passed on. */
  readonly socket: number | undefined;
}

/** The settings. Throws a UsageError when a socket was passed on and the arguments name another place. */
export function settingsOf(args: Arguments, { terminal, socket }: Surroundings): Settings {
  const { cert, key, quiet = false } = args;
  return {
    site: {
      root: args.root,
      cors: args.cors ?? false,
      spa: args.spa ?? false,
      listing: args.listing ?? false,
      metrics: args.metrics,
    },
    place: placeOf(args, socket),
    certificate: cert === undefined || key === undefined ? undefined : { cert, key },
    workers: args.workers ?? 1,
    limit: args.limit ?? 10_000,
    // Who looks at a terminal wants to see it; elsewhere a line for each request has its price.
    log: args.log ?? (terminal && !quiet ? "common" : "none"),
    quiet,
    notice: (args.notice ?? 0) * 1000,
  };
}

function placeOf(args: Arguments, socket: number | undefined): Place {
  const { unix, hostname, port } = args;
  if (socket !== undefined) {
    for (const name of ["unix", "port", "hostname"] as const) {
      if (args[name] === undefined) continue;
      throw new UsageError(`Cannot listen: a socket was passed on, and --${name} asks for another`);
    }
    return { fd: socket };
  }
  if (unix !== undefined) return { path: unix, mode: args.mode ?? 0o660 };
  return { hostname, port: port ?? 7878 };
}
