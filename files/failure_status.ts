/**
 * What a client is told when the system refuses something.
 *
 * @module
 */

import { fileCodeOf } from "./files_error.ts";

/** Nothing that can be served is there, or the name is none that could be there. */
const NOTHING: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "EINVAL",
  "EILSEQ",
  "ENXIO",
  "ENODEV",
]);
const FORBIDDEN: ReadonlySet<string> = new Set(["EACCES", "EPERM", "ENOTCAPABLE"]);
/** It may be different in a moment. */
const PASSING: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "EAGAIN",
  "EBUSY",
  "ECHANGED",
]);

/** 404 for what is not there; 403, 503 or 500 for failures that somebody should be told of. */
export function statusOfFailure(error: unknown): 403 | 404 | 500 | 503 {
  const code = fileCodeOf(error);
  if (NOTHING.has(code)) return 404;
  if (FORBIDDEN.has(code)) return 403;
  return PASSING.has(code) ? 503 : 500;
}
