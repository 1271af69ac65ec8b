/**
 * Flags that exclude each other, or need each other.
 *
 * @module
 */

import type { Arguments } from "./flags.ts";
import { UsageError } from "./failures.ts";

type Name = keyof Arguments;

/** Whoever gives both wants two things at once. */
const EXCLUDED: readonly (readonly [Name, Name])[] = [
  ["unix", "port"],
  ["unix", "hostname"],
  ["spa", "listing"],
];

/** The first is of no use without the second. */
const NEEDED: readonly (readonly [Name, Name])[] = [
  ["cert", "key"],
  ["key", "cert"],
  ["mode", "unix"],
  ["spa", "root"],
  ["listing", "root"],
];

/** Throws a {@linkcode UsageError} that names the first two that do not go together. */
export function refuseContradictions(args: Arguments): void {
  for (const [one, other] of EXCLUDED) {
    if (args[one] === undefined || args[other] === undefined) continue;
    throw wrong(`--${one} and --${other} exclude each other: leave one of them out`);
  }
  for (const [one, other] of NEEDED) {
    if (args[one] === undefined || args[other] !== undefined) continue;
    throw wrong(`--${one} needs --${other} as well`);
  }
  if (args.quiet && args.log !== undefined && args.log !== "none") {
    throw wrong("--quiet and --log exclude each other: leave one of them out");
  }
}

function wrong(reason: string): UsageError {
  return new UsageError(`Cannot read the arguments: ${reason}`);
}
