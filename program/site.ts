/**
 * What the server program answers: files or the demo, its health, its figures.
 *
 * @module
 */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { show } from "../core/show.ts";
import { fileReplies } from "../files/serve_files.ts";
import type { Reply } from "../http/answer.ts";
import { withCors } from "./cors.ts";
import { demoReplies, type Sleep } from "./demo.ts";
import { PROMETHEUS_TYPE } from "./prometheus.ts";
import { type Replies, splitTarget, textReply } from "./replies.ts";

/** What a site is; it can be sent to another thread. */
export interface SiteOptions {
  /** The folder; `undefined` is the demo. */
  readonly root: string | undefined;
  /** Whether the pages of other sites may read the answers. */
  readonly cors: boolean;
  /** Whether a page that is not there is index.html. */
  readonly spa: boolean;
  /** Whether folders without index.html are listed. */
  readonly listing: boolean;
  /** Where the figures are; `undefined`: nowhere. */
  readonly metrics: string | undefined;
}

/** What a site is told by who serves it. */
export interface SiteHost {
  /** Whether the server is about to stop. */
  readonly stopping: () => boolean;
  /** The text of the figures. */
  readonly figures: () => Promise<string>;
  /** Told of what fails and is not the client's doing. */
  readonly onError: (error: unknown, request: Request) => void;
  /** What `/sleep` waits for. Default: the time. */
  readonly sleep?: Sleep | undefined;
}

/** Opens the site; rejects with one line when its folder cannot be served. */
export async function openSite(options: SiteOptions, host: SiteHost): Promise<Replies> {
  const { root, spa, listing, metrics } = options;
  const { onError } = host;
  const files: Replies = root === undefined
    ? await demoReplies(onError, host.sleep)
    : await fileReplies(root, { spa, listing, onError });
  if (spa && root !== undefined) await requireIndex(root);
  const own: Replies = (request, info) => {
    const { target } = info;
    // Most are files: they are told by their first characters.
    const other = target.startsWith("/") && !target.startsWith("/healthz") &&
      (metrics === undefined || !target.startsWith(metrics));
    if (other || (request.method !== "GET" && request.method !== "HEAD")) {
      return files(request, info);
    }
    const { path } = splitTarget(target);
    if (path === "/healthz") return health(host.stopping());
    return path === metrics ? host.figures().then(figuresReply) : files(request, info);
  };
  return options.cors ? withCors(own) : own;
}

/** Without it, every page of a site that routes in the browser is missing. */
async function requireIndex(root: string): Promise<void> {
  const index = await stat(join(root, "index.html")).catch(() => undefined);
  if (index?.isFile()) return;
  throw new Error(
    `Cannot serve the files of ${show(root)}: it has no index.html, which --spa answers with`,
  );
}

function health(stopping: boolean): Reply {
  return stopping ? textReply(503, "stopping", [["Connection", "close"]]) : textReply(200, "ok");
}

function figuresReply(text: string): Reply {
  return {
    headers: [["Content-Type", PROMETHEUS_TYPE], ["Cache-Control", "no-store"]],
    body: text,
  };
}
