/**
 * What goes wrong with files.
 *
 * @module
 */

/**
 * A folder that cannot be served, or a file that could not be sent whole.
 *
 * `code` is that of the system (`ENOENT`, `ENOTDIR`, `EACCES`, `EMFILE` …), `ENOTCAPABLE` where the
 * runtime's own permissions forbid it, or `ECHANGED`: the file was changed while it was sent.
 *
 * @example
 * ```ts
 * import { FilesError, serveFiles } from "@incoming/net/files";
 *
 * try {
 *   await serveFiles("no/such/folder");
 * } catch (error) {
 *   if (!(error instanceof FilesError) || error.code !== "ENOENT") throw error;
 * }
 * ```
 */
export class FilesError extends Error {
  /** What went wrong. */
  readonly code: string;

  /** Makes the error; `message` reads `Cannot <verb>: <reason>`. */
  constructor(message: string, code: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "FilesError";
    this.code = code;
  }
}

/** The reason in words; for every other code the system's own words do. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "it is no folder",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTCAPABLE: "the runtime's permissions forbid it",
};

/** The code of what the system has said: `""` when it has none. */
export function fileCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  // Deno's own refusal has no code on every way that it takes.
  if (error.name === "NotCapable") return "ENOTCAPABLE";
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The error for a root that cannot be served; `shown` is the root as it was given. */
export function rootError(shown: string, error: unknown): FilesError {
  const code = fileCodeOf(error);
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : "it failed");
  return new FilesError(`Cannot serve the files of ${shown}: ${reason}`, code, error);
}

/** The error for a file that does not stay the same while it is sent. */
export function changed(how: string): FilesError {
  return new FilesError(`Cannot send the file: ${how} meanwhile (ECHANGED)`, "ECHANGED");
}
