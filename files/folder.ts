/**
 * What is in a folder.
 *
 * @module
 */

import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { sep } from "node:path";
import type { ListedEntry } from "./listing.ts";
import { openFile } from "./open_file.ts";
import { areServed } from "./request_path.ts";
import type { Root } from "./root.ts";

/** How many files the system is asked about at once. */
const AT_ONCE = 32;

/** The files and folders that are served of the folder that `names` lead to; `null` when that is not one under the root. */
export async function readFolder(
  root: Root,
  names: readonly string[],
): Promise<readonly ListedEntry[] | null> {
  const opened = await openFile(root, names);
  if (opened !== "folder") {
    await opened?.handle.close();
    return null;
  }
  const found = (await readdir(root.pathOf(names), { withFileTypes: true }))
    // A backslash is in no path that is served.
    .filter(({ name }) => !name.includes("\\") && areServed([...names, name], sep === "\\"));
  const entries: ListedEntry[] = [];
  for (let i = 0; i < found.length; i += AT_ONCE) {
    const some = found.slice(i, i + AT_ONCE).map((entry) => entryOf(root, names, entry));
    for (const entry of await Promise.all(some)) if (entry !== null) entries.push(entry);
  }
  return entries;
}

/** `null` for what is neither, leads out of the root, or is gone meanwhile. */
async function entryOf(
  root: Root,
  names: readonly string[],
  entry: Dirent,
): Promise<ListedEntry | null> {
  const { name } = entry;
  const own = [...names, name];
  try {
    if (entry.isDirectory()) {
      // A name that is no UTF-8 is told with this in it, and leads nowhere.
      if (name.includes("\ufffd")) await lstat(root.pathOf(own));
      return { name, isFolder: true, size: null };
    }
    if (entry.isFile()) {
      return { name, isFolder: false, size: (await lstat(root.pathOf(own))).size };
    }
    if (!entry.isSymbolicLink()) return null;
    const opened = await openFile(root, own);
    if (opened === null) return null;
    if (opened === "folder") return { name, isFolder: true, size: null };
    await opened.handle.close();
    return { name, isFolder: false, size: Number(opened.stats.size) };
  } catch {
    return null;
  }
}
