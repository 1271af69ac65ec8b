/**
 * The folder that is served.
 *
 * @module
 */

import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { show } from "../core/show.ts";
import { fileCodeOf, FilesError, rootError } from "./files_error.ts";

/** A folder, and where it really is at the moment. */
export class Root {
  /** As it was given, made absolute: it may be a symbolic link that leads elsewhere later. */
  readonly path: string;
  #real: string;

  constructor(path: string, real: string) {
    this.path = path;
    this.#real = real;
  }

  /** The path of the file in the system's own words. */
  pathOf(names: readonly string[]): string {
    return this.path + (this.path.endsWith(sep) ? "" : sep) + names.join(sep);
  }

  /**
   * The names from the root down to `real`, a path without symbolic links; `null` when it is not under
   * the root. A root that is a link is asked where it leads now: it may be that of the next release.
   */
  async namesOf(real: string): Promise<readonly string[] | null> {
    const names = namesUnder(this.#real, real);
    if (names !== null) return names;
    this.#real = await realpath(this.path);
    return namesUnder(this.#real, real);
  }
}

/** The names from `folder` down to `path`; `null` when it is not under it. */
export function namesUnder(folder: string, path: string): readonly string[] | null {
  if (path === folder) return [];
  // At the end of a name: `/site` is not a part of `/site-secrets`.
  const start = folder.endsWith(sep) ? folder : folder + sep;
  return path.startsWith(start) ? path.slice(start.length).split(sep) : null;
}

/**
 * Looks at the folder: it must be there, be a folder, and be open to this process; to be listed, it
 * must be readable, too. Rejects with a {@linkcode FilesError}, or a TypeError for what is no path.
 */
export async function openRoot(root: string | URL, toBeListed: boolean): Promise<Root> {
  const path = pathOf(root);
  try {
    if (!(await stat(path)).isDirectory()) {
      throw new FilesError(
        `Cannot serve the files of ${show(shown(root))}: it is a file, not a folder`,
        "ENOTDIR",
      );
    }
    await requireSearchable(path);
    // Not opendir(): Bun opens the folder when it is read only, and Deno keeps it open until its end.
    if (toBeListed) await readdir(path);
    return new Root(path, await realpath(path));
  } catch (error) {
    throw error instanceof FilesError ? error : rootError(show(shown(root)), error);
  }
}

/**
 * Not access(), for which Deno wants to be allowed to know who its user is; and not the folder's own
 * dot, which Deno leaves out of the path. Any name does, whether it is there or not.
 */
async function requireSearchable(path: string): Promise<void> {
  await lstat(`${path}${sep}index.html`).catch((error: unknown) => {
    if (fileCodeOf(error) !== "ENOENT") throw error;
  });
}

function shown(root: string | URL): string {
  return typeof root === "string" ? root : root.href;
}

function pathOf(root: unknown): string {
  if (typeof root === "string" && root !== "" && !root.includes("\0")) return resolve(root);
  if (root instanceof URL && root.protocol === "file:") return fileURLToPath(root);
  throw new TypeError(
    `Cannot serve files: root must be a path or a file: URL, got ${
      root instanceof URL ? show(root.href) : show(root)
    }`,
  );
}
