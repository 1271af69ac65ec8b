/**
 * Opens what a path names, when it is under the root.
 *
 * @module
 */

import { type BigIntStats, constants } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { sep } from "node:path";
import { Descriptor } from "./descriptor.ts";
import { restOf } from "./file_version.ts";
import { changed, fileCodeOf } from "./files_error.ts";
import { areServed } from "./request_path.ts";
import type { Root } from "./root.ts";

/** What was opened. */
export interface OpenedFile {
  /** The file, to be closed by whoever has asked for it. */
  readonly handle: Descriptor;
  /** What the system says about it, asked of the handle. */
  readonly stats: BigIntStats;
  /** When it was asked: what is read after that was read later. */
  readonly at: number;
}

/** Not to wait for somebody who writes, when it is a FIFO. Windows has none. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** How much sooner than the clock says a timer may be over. */
const EARLY_MS = 2;
/** How often a path is opened anew that leads to another file when it is looked at once more. */
const ATTEMPTS = 16;

/**
 * Opens the file that `names` lead to; `"folder"` when it is one; `null` when it is something else, or
 * is not under the root. Rejects with what the system says.
 *
 * It is opened first, and looked at through the handle: what the path names a moment later does not
 * matter. Then the path is followed through all symbolic links: where that ends must lie under the
 * root, and be what was opened. A file that was replaced in between is opened anew.
 */
export async function openFile(
  root: Root,
  names: readonly string[],
): Promise<OpenedFile | "folder" | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const opened = await openOnce(root, root.pathOf(names));
    if (opened !== "replaced") return opened;
  }
  throw changed("its name was given to others all the time");
}

async function openOnce(
  root: Root,
  path: string,
): Promise<OpenedFile | "folder" | "replaced" | null> {
  const handle = await Descriptor.open(path, FLAGS);
  let kept = false;
  try {
    const file = await looked(handle);
    const { stats } = file;
    if (!stats.isFile() && !stats.isDirectory()) return null;
    const place = await placeOf(root, path);
    if (place === null) return null;
    if (place === "replaced" || place.dev !== stats.dev || place.ino !== stats.ino) {
      return "replaced";
    }
    if (stats.isDirectory()) return "folder";
    kept = true;
    return file;
  } finally {
    if (!kept) await handle.close();
  }
}

/** What there is where `path` leads to in the end; `null` when that is not served. */
async function placeOf(root: Root, path: string): Promise<BigIntStats | "replaced" | null> {
  try {
    const real = await realpath(path);
    const names = await root.namesOf(real);
    // Windows has short names for long ones, those of dot files among them.
    if (names === null || (sep === "\\" && !areServed(names, true))) return null;
    return await lstat(real, { bigint: true });
  } catch (error) {
    // It was there when it was opened. Bun's realpath() names a file that was replaced just then
    // "… (deleted)", as Linux does.
    if (fileCodeOf(error) === "ENOENT") return "replaced";
    throw error;
  }
}

/** The same once a file that was changed just now has come to rest: so that its next change has another time. */
export async function rested(file: OpenedFile): Promise<OpenedFile> {
  const rest = restOf(file.stats, file.at);
  if (rest === 0 || rest === Infinity) return file;
  const ms = restOf(file.stats, Date.now());
  if (ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, ms + EARLY_MS));
  return await looked(file.handle);
}

/** The file with what the system says about it now. */
export async function looked(handle: Descriptor): Promise<OpenedFile> {
  const at = Date.now();
  return { handle, stats: await handle.stat(), at };
}
