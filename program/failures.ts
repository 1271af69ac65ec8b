/**
 * What the server program says when something is wrong: one line, with what to do about it.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";

/** An argument that is none, or has a wrong value, or does not go with another. */
export class UsageError extends Error {}

/** What can be done about a failure to listen on a port. */
const PORT_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: "stop what listens there, or choose another",
  EADDRNOTAVAIL: "--hostname takes one of this machine, or 0.0.0.0 for all of them",
  // What Deno's own node:net says of the same.
  EINVAL: "--hostname takes an address of this machine, or 0.0.0.0 for all of them",
  ENOTFOUND: "--hostname takes an address, or a name that is known",
  EACCES: "choose one that this user may take: those below 1024 are mostly the system's",
};

/** And on a unix socket. */
const PATH_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: "stop what listens there, or choose another; a file that is no socket is left alone",
  ENOENT: "its folder has to exist",
  EACCES: "this user has to be allowed to write to its folder",
};

/** A failure to listen, with what can be done about it. The option that is wrong is that of a flag. */
export function listenFailure(error: unknown, place: object): unknown {
  if (error instanceof TypeError || error instanceof RangeError) {
    return new UsageError(error.message);
  }
  const advice = ("path" in place ? PATH_ADVICE : PORT_ADVICE)[codeOf(error, "")];
  if (advice === undefined || !(error instanceof Error)) return error;
  return new Error(`${error.message}; ${advice}`, { cause: error });
}

/** What went wrong, without control characters. Never throws. */
export function oneLine(error: unknown): string {
  let message: string;
  try {
    message = error instanceof Error ? error.message : String(error);
  } catch {
    message = "something was thrown that cannot be looked at";
  }
  // deno-lint-ignore no-control-regex
  return message.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}

/** Whether Deno forbids it. What it says then names just one of the permissions. */
export function lacksPermission(error: unknown): boolean {
  return codeOf(error, "") === "ENOTCAPABLE" || (error as Error | null)?.name === "NotCapable";
}
