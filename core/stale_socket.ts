/**
 * The file of a unix socket: how a listener takes its path, and gives it back.
 *
 * The same steps for every runtime, in the hands of an adapter:
 *
 * 1. Bind and listen on `bindingPath(path)`, a free name in the same folder.
 * 2. `const release = await claimPath(...)` with the synchronous functions of `node:fs` as `files`: it
 *    sets the mode, and gives the socket its real name. When it rejects, the adapter closes what it
 *    has bound, and passes the error on.
 * 3. When the listener stops, `release()` removes the file.
 *
 * So the file has its mode, and somebody who answers, from the moment it is seen; of two listeners that
 * start at once one has it; and what a runtime removes on close, unasked, is a name that is gone.
 * Abstract names (a leading NUL) have no file, and are bound directly.
 *
 * @module
 */

import { codeOf, networkError } from "./errors.ts";
import { formatAddr } from "./addr.ts";

/** What is used of the status of a file, with 64-bit numbers. */
export interface FileStatus {
  /** The device it is on. */
  readonly dev: bigint;
  /** Its number there, which may be used again when it is gone. */
  readonly ino: bigint;
  /** When it was made, for a socket. Neither a rename nor a link changes it. */
  readonly mtimeNs: bigint;
  /** Whether it is a unix socket. */
  isSocket(): boolean;
}

/** What is used of a file system: functions of `node:fs`, which throw errors with a `code`. */
export interface SocketFiles {
  /** Follows no link. */
  lstatSync(path: string, options: { bigint: true }): FileStatus;
  /** Sets the permissions. */
  chmodSync(path: string, mode: number): void;
  /** Gives a file another name; `EEXIST` when that is taken. */
  linkSync(path: string, created: string): void;
  /** Moves a file. */
  renameSync(path: string, target: string): void;
  /** Removes a name. */
  unlinkSync(path: string): void;
}

/** What `claimPath` needs beside the two names. */
export interface ClaimInit {
  /** The permissions; `undefined` leaves them. */
  readonly mode: number | undefined;
  /** The file system. */
  readonly files: SocketFiles;
  /** Connects to the socket at `path`, and lets go of it: resolves when somebody answers, else rejects with the system's `code`. */
  readonly probe: (path: string) => Promise<unknown>;
}

/** What fits into a socket address. */
const MAX_PATH_BYTES = 107;
/** How many other listeners may start at the same moment before this one gives up. */
const ROUNDS = 5;

/** A free name in the folder of `path`, to bind first. It fits into a socket address if `path` does. */
export function bindingPath(path: string): string {
  const random = Math.random().toString(36).slice(2, 8).padEnd(6, "0");
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  if (bytes(path) + 1 + random.length <= MAX_PATH_BYTES) return `${path}.${random}`;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const name = folder + random.slice(0, Math.max(1, MAX_PATH_BYTES - bytes(folder)));
  return name === path ? bindingPath(path) : name;
}

/**
 * Gives the socket that listens at `bound` the name `path`, and takes the name `bound` away. A socket
 * file that is there already is replaced when nobody answers on it.
 *
 * Resolves with the function that removes the file, unless it is somebody else's by then; it throws
 * nothing. Whoever answers sees a connection that ends at once. Rejects with
 * `EADDRINUSE` when somebody answers, or when it is any other file.
 */
export async function claimPath(
  path: string,
  bound: string,
  { mode, files, probe }: ClaimInit,
): Promise<() => void> {
  if (mode !== undefined) files.chmodSync(bound, mode);
  for (let round = 0; round < ROUNDS; round++) {
    if (tryLink(files, bound, path)) {
      const own = statusOf(files, path);
      files.unlinkSync(bound);
      return () => {
        try {
          if (isSame(own, statusOf(files, path))) files.unlinkSync(path);
        } catch {
          // It cannot be removed: whoever listens here next finds nobody answering, and replaces it.
        }
      };
    }
    if (!(await removeStale(path, files, probe))) break;
  }
  throw networkError(`listen on ${formatAddr({ path })}`, "EADDRINUSE");
}

function tryLink(files: SocketFiles, path: string, created: string): boolean {
  try {
    files.linkSync(path, created);
    return true;
  } catch (error) {
    if (codeOf(error, "") === "EEXIST") return false;
    throw error;
  }
}

/** Whether it is worth another try. */
async function removeStale(
  path: string,
  files: SocketFiles,
  probe: ClaimInit["probe"],
): Promise<boolean> {
  const found = statusOf(files, path);
  if (found === undefined) return true;
  if (!found.isSocket()) return false;
  try {
    await probe(path);
    return false;
  } catch (error) {
    const code = codeOf(error, "");
    if (code === "ENOENT") return true;
    // Nobody knows who is behind any other failure: a queue that is full, no permission.
    if (code !== "ECONNREFUSED") return false;
  }
  // Another listener may have replaced it since. So it is taken aside first, and looked at there.
  const aside = bindingPath(path);
  if (!ignoreMissing(() => files.renameSync(path, aside))) return true;
  if (isSame(found, statusOf(files, aside))) {
    files.unlinkSync(aside);
    return true;
  }
  if (tryLink(files, aside, path)) files.unlinkSync(aside);
  return false;
}

/** `undefined` when there is no such file. */
function statusOf(files: SocketFiles, path: string): FileStatus | undefined {
  let status: FileStatus | undefined;
  ignoreMissing(() => status = files.lstatSync(path, { bigint: true }));
  return status;
}

/** Whether `action` found its file. */
function ignoreMissing(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (codeOf(error, "") === "ENOENT") return false;
    throw error;
  }
}

function isSame(a: FileStatus | undefined, b: FileStatus | undefined): boolean {
  return a !== undefined && a.dev === b?.dev && a.ino === b.ino && a.mtimeNs === b.mtimeNs;
}
