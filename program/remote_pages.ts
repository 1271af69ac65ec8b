/**
 * The demo's pages for a program that was loaded from an address: its files are there, too.
 *
 * @module
 */

import type { Reply } from "../http/answer.ts";
import { splitTarget } from "./replies.ts";

/** What static/ holds: an address has no list of its files. A test holds this to the folder. */
export const PAGES: readonly string[] = [
  "404.html",
  "demo.css",
  "demo.js",
  "hello.html",
  "icon.svg",
  "run.js",
  "schedule.js",
  "summary.js",
  "timeline.css",
  "timeline.js",
];

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Fetches the pages of `place`, and answers from memory. Rejects with one line when one is missing. */
export async function remoteReplies(place: URL): Promise<(request: Request) => Reply> {
  const pages = new Map<string, Reply>(
    await Promise.all(PAGES.map(async (name) => [`/${name}`, await fetched(place, name)] as const)),
  );
  const lost = { ...pages.get("/404.html"), status: 404 };
  return ({ url }) => {
    const { path } = splitTarget(url);
    return pages.get(path === "/" ? "/hello.html" : path) ?? lost;
  };
}

async function fetched(place: URL, name: string): Promise<Reply> {
  const response = await fetch(new URL(name, place));
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`Cannot serve the pages of ${place.href}: ${name} is ${response.status} there`);
  }
  const type = TYPES[name.replace(/.*\./, "")] ?? "application/octet-stream";
  return {
    headers: [["Content-Type", type], ["X-Content-Type-Options", "nosniff"]],
    body: await response.bytes(),
  };
}
