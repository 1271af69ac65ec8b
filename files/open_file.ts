/**
 * Opens what a path names, when it is under the root.
 *
 * @module
 */

import { type BigIntStats, constants } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
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
 * The path is followed through all symbolic links: where that ends must lie under the root. Then it is
 * opened, and what was opened is looked at through the handle: it must be what was found there. So it
 * does not matter what the path names a moment later; and a FIFO that somebody waits to write to, or a
 * device, does not notice anything. A file that was replaced in between is looked for anew.
 */
export async function openFile(
  root: Root,
  names: readonly string[],
): Promise<OpenedFile | "folder" | null> {
  const path = root.pathOf(names);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const place = await placeOf(root, path);
    if (place === null) return null;
    const opened = place === "replaced" ? place : await openAt(path, place);
    if (opened !== "replaced") return opened;
  }
  throw changed("its name was given to others all the time");
}

/** What there is where `path` leads to in the end; `null` when that is not served. */
async function placeOf(root: Root, path: string): Promise<BigIntStats | "replaced" | null> {
  const real = await realPathOf(path);
  if (real === "replaced") return real;
  try {
    const names = await root.namesOf(real);
    // Windows has short names for long ones, those of dot files among them.
    if (names === null || (sep === "\\" && !areServed(names, true))) return null;
    return await lstat(real, { bigint: true });
  } catch (error) {
    return replacedIfGone(error);
  }
}

/** Rejects when there is nothing. Bun's realpath() says so, too, of what is replaced just then. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const gone = replacedIfGone(error);
    await stat(path);
    return gone;
  }
}

/** Opens what was found at `path`. */
async function openAt(
  path: string,
  place: BigIntStats,
): Promise<OpenedFile | "folder" | "replaced" | null> {
  if (place.isDirectory()) return "folder";
  if (!place.isFile()) return null;
  const handle = await Descriptor.open(path, FLAGS).catch(replacedIfGone);
  if (handle === "replaced") return handle;
  let kept = false;
  try {
    const file = await looked(handle);
    kept = isSameFile(place, file.stats);
    return kept ? file : "replaced";
  } finally {
    if (!kept) await handle.close();
  }
}

/** The number of a file that is gone is given to the next one: hence its birth. */
function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return other.isFile() && one.dev === other.dev && one.ino === other.ino &&
    one.birthtimeNs === other.birthtimeNs;
}

/** For what was there a moment ago. Bun's realpath() may have named it "… (deleted)", as Linux does. */
function replacedIfGone(error: unknown): "replaced" {
  if (fileCodeOf(error) === "ENOENT") return "replaced";
  throw error;
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
