/**
 * The program's own demo: its pages, and answers that take their time.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { show } from "../core/show.ts";
import type { Reply } from "../http/answer.ts";
import type { HttpInfo } from "../http/exchange.ts";
import { fileReplies } from "../files/serve_files.ts";
import { remoteReplies } from "./remote_pages.ts";
import { type Replies, splitTarget, textReply } from "./replies.ts";

/** How long `/sleep` takes, in milliseconds. */
export const SLEEP_MS = 5_000;
/** The longest time that a client may ask for, in milliseconds. */
const MOST_MS = 10_000;

/** Files, also for a request that was made here, of which there is no more to know. */
type Files = (request: Request, info?: HttpInfo) => Reply | Promise<Reply>;

/** Resolves after `ms` milliseconds, or earlier when `signal` aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;

/** Where the pages are: beside the program, on disk or where that was loaded from. */
export const DEMO: URL = new URL("../static/", import.meta.url);

/** The place of the pages, as people write it. */
export function demoPlace(): string {
  return DEMO.protocol === "file:" ? fileURLToPath(DEMO).replace(/[\\/]$/, "") : DEMO.href;
}

/**
 * The demo: `/` is hello.html, `/sleep` is the same after five seconds, `/sleep?ms=N` a line of text
 * after N milliseconds, and whatever else is no file beside them is 404.html.
 */
export async function demoReplies(
  onError: (error: unknown, request: Request) => void,
  sleep: Sleep = pauseUntilReset,
): Promise<Replies> {
  const files: Files = DEMO.protocol === "file:"
    ? await fileReplies(DEMO, { home: "hello.html", onError })
    : await remoteReplies(DEMO);
  return (request, info) => {
    const { method } = request;
    const { target } = info;
    // The chapter's server knows no other status.
    if (method !== "GET" && method !== "HEAD") return files(new Request("http://localhost/-"));
    // Most are told by their first characters.
    if (target.startsWith("/") && !target.startsWith("/sleep")) return files(request, info);
    const { path, query } = splitTarget(target);
    if (path !== "/sleep") return files(request, info);
    const asked = new URLSearchParams(query).get("ms");
    if (asked === null) {
      const home = () => files(new Request("http://localhost/", { method }));
      return sleep(SLEEP_MS, request.signal).then(home);
    }
    const ms = /^[0-9]{1,5}$/.test(asked) ? Number(asked) : NaN;
    if (!(ms <= MOST_MS)) {
      return textReply(400, `ms must be an integer from 0 to ${MOST_MS}, got ${show(asked)}`);
    }
    return sleep(ms, request.signal).then(() => textReply(200, `slept ${ms} ms`));
  };
}

/**
 * A client that has only finished sending still wants its answer; one that is gone is waited for no
 * longer, and what is answered is nobody's.
 */
async function pauseUntilReset(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const onAbort = () => {
    if ((signal.reason as Error | null)?.name !== "AbortError") resolve();
  };
  signal.addEventListener("abort", onAbort);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", onAbort);
}
