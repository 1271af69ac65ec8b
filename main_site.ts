/**
 * The pages of the server program, and what it says when something is wrong.
 *
 * @module
 */

import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { codeOf } from "./core/errors.ts";
import { show } from "./core/show.ts";
import type { Site } from "./http/handle_connection.ts";

/** Loaded from a registry, this has its pages there too. */
const REMOTE = /^https?:\/\//;

/** A path, or the address that this was loaded from. */
export function besideThis(name: string): string {
  const url = new URL(name, import.meta.url);
  return url.protocol === "file:" ? fileURLToPath(url) : url.href;
}

/** Reads the two pages of `folder`; rejects with one line that names it. */
export async function readSite(folder: string): Promise<Site> {
  try {
    const isFolder = REMOTE.test(folder) || (await stat(folder)).isDirectory();
    if (!isFolder) throw new Error("it is a file, not a folder");
    const hello = await readPage(folder, "hello.html");
    return { hello, notFound: await readPage(folder, "404.html") };
  } catch (error) {
    if (lacksPermission(error)) throw error;
    const reason = codeOf(error, "") === "ENOENT" ? "there is no such folder" : oneLine(error);
    throw new Error(`Cannot serve the pages of ${show(folder)}: ${reason}`);
  }
}

async function readPage(folder: string, name: string): Promise<Uint8Array> {
  try {
    if (!REMOTE.test(folder)) return await readFile(`${folder}/${name}`);
    const response = await fetch(`${folder}/${name}`);
    if (response.ok) return await response.bytes();
    throw new Error(`${name} is answered with ${response.status}`);
  } catch (error) {
    throw codeOf(error, "") === "ENOENT" ? new Error(`it has no ${name}`) : error;
  }
}

/** Whether Deno forbids it. What it says then names just one of the permissions. */
export function lacksPermission(error: unknown): boolean {
  return codeOf(error, "") === "ENOTCAPABLE" || (error as Error | null)?.name === "NotCapable";
}

/** What went wrong, without control characters. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // deno-lint-ignore no-control-regex
  return message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}
