/**
 * Reads a file, or its compressed neighbour, from the disk.
 *
 * @module
 */

import type { AcceptedCodings, Coding } from "./accepted_codings.ts";
import { Content, type ContentInit } from "./content.ts";
import { statusOfFailure } from "./failure_status.ts";
import { changed } from "./files_error.ts";
import { digestOf, isOutdated, isSameVersion, restOf, versionOf } from "./file_version.ts";
import type { HotFiles } from "./hot_files.ts";
import { looked, type OpenedFile, openFile, rested } from "./open_file.ts";
import type { Root } from "./root.ts";

/** A file of this size at most is held as a whole. */
export const SMALL_BYTES: number = 64 * 1024;
const NOT_HELD = { bytes: null, digest: null };
/** How often a file is read anew that is written to at the same time. */
const ATTEMPTS = 32;

/** Where the files are, and where those that were read are kept. */
export interface Store {
  readonly root: Root;
  readonly hot: HotFiles;
  readonly cacheControl: (path: string) => string;
}

/** What is to be sent; the file is open when its bytes are not held, and the caller's to close. */
export interface Loaded {
  readonly content: Content;
  readonly file: OpenedFile | null;
}

/**
 * What a client takes of the file that `names` lead to, as `openFile` opens it; `"unacceptable"` when it
 * takes none of what there is. Rejects with what the system says.
 */
export async function load(
  store: Store,
  names: readonly string[],
  accepted: AcceptedCodings,
): Promise<Loaded | "folder" | "unacceptable" | null> {
  const main = await openFile(store.root, names);
  if (main === null || main === "folder") return main;
  let taken = false;
  try {
    for (const coding of accepted.codings) {
      const file = await neighbourOf(store.root, names, coding, main);
      if (file === null) continue;
      keep(store, names, null, main, NOT_HELD);
      return await take(store, names, coding, file);
    }
    if (!accepted.identity) return "unacceptable";
    taken = true;
    return await take(store, names, null, main);
  } finally {
    if (!taken) await main.handle.close();
  }
}

/** The compressed neighbour of `main`, when there is one that is up to date. */
async function neighbourOf(
  root: Root,
  names: readonly string[],
  { extension }: Coding,
  main: OpenedFile,
): Promise<OpenedFile | null> {
  const last = `${names.at(-1)}${extension}`;
  try {
    const file = await openFile(root, [...names.slice(0, -1), last]);
    if (file === null || file === "folder") return null;
    if (!isOutdated(file.stats, main.stats)) return file;
    await file.handle.close();
  } catch (error) {
    if (statusOfFailure(error) !== 404) throw error;
  }
  return null;
}

/** Reads the file when it is small; else it stays open. */
async function take(
  store: Store,
  names: readonly string[],
  coding: Coding | null,
  opened: OpenedFile,
): Promise<Loaded> {
  let taken = false;
  try {
    let file = await rested(opened);
    for (let attempt = 0; attempt < ATTEMPTS && isSmall(file); attempt++) {
      const bytes = await bytesOf(file);
      const after = await looked(file.handle);
      if (bytes !== null && isSameVersion(after.stats, file.stats)) {
        const held = { bytes, digest: await digestOf(bytes) };
        return { content: keep(store, names, coding, file, held), file: null };
      }
      // Not waited for again: it may be written to all the time.
      file = after;
    }
    if (isSmall(file)) throw changed("it was written to all the time");
    taken = true;
    return { content: contentOf(store, names, coding, file, NOT_HELD), file };
  } finally {
    if (!taken) await opened.handle.close();
  }
}

function isSmall({ stats }: OpenedFile): boolean {
  return stats.size <= SMALL_BYTES;
}

/** All of it; `null` when there is less of it now. */
async function bytesOf({ handle, stats }: OpenedFile): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(Number(stats.size));
  for (let filled = 0; filled < bytes.length;) {
    const bytesRead = await handle.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) return null;
    filled += bytesRead;
  }
  return bytes;
}

/** Makes the content, and keeps it when its version is the only one of its time. */
function keep(
  store: Store,
  names: readonly string[],
  coding: Coding | null,
  file: OpenedFile,
  held: Pick<ContentInit, "bytes" | "digest">,
): Content {
  const content = contentOf(store, names, coding, file, held);
  if (restOf(content.version, file.at) === 0) {
    const path = store.root.pathOf(names) + (coding?.extension ?? "");
    store.hot.set(keyOf(names), coding, { path, content });
  }
  return content;
}

/** What a file is kept under: its path in a URL, decoded. */
export function keyOf(names: readonly string[]): string {
  return `/${names.join("/")}`;
}

function contentOf(
  { cacheControl }: Store,
  names: readonly string[],
  coding: Coding | null,
  { stats, at }: OpenedFile,
  held: Pick<ContentInit, "bytes" | "digest">,
): Content {
  return new Content({
    name: names.at(-1) ?? "",
    version: versionOf(stats),
    at,
    coding,
    cacheControl: cacheControl(keyOf(names)),
    ...held,
  });
}
