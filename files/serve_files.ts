/**
 * The files of a folder, as a handler of HTTP requests.
 *
 * {@linkcode serveFiles} answers in the style of `fetch`, for any server; {@linkcode fileReplies} with
 * plain data, which `serveHttp` sends for less.
 *
 * @example
 * ```ts
 * import { listen } from "@incoming/net";
 * import { fileReplies } from "@incoming/net/files";
 * import { serveHttp } from "@incoming/net/http";
 *
 * const listener = await listen({ port: 0 });
 * const served = serveHttp(listener, await fileReplies("static"));
 * await listener.close();
 * await served;
 * ```
 *
 * @module
 */

import type { FileReply } from "./file_reply.ts";
import { FileSite } from "./file_site.ts";
import { resolveFilesOptions, type ServeFilesOptions } from "./files_options.ts";
import { responseOf } from "./response_of.ts";
import { openRoot } from "./root.ts";

export type { Field, FileBodySource, FileReply } from "./file_reply.ts";
export { FilesError } from "./files_error.ts";
export type { ServeFilesOptions } from "./files_options.ts";

/**
 * A handler that answers with the files of `root`: a path, or a `file:` URL. Resolves when the folder
 * was looked at; rejects with a {@linkcode FilesError} when it cannot be served, with a TypeError or
 * RangeError for a wrong option.
 *
 * The handler never rejects. A body has to be read or cancelled, as every server does: it may hold an
 * open file. `info` is what `serveHttp` gives beside the request: with it, paths are refused as they
 * were sent, and not as the URL parser has resolved them. What other servers give there is ignored.
 *
 * @example
 * ```ts
 * import { serveFiles } from "@incoming/net/files";
 *
 * const handler = await serveFiles("static");
 * const answer = await handler(new Request("http://localhost/hello.html"));
 * const page = await answer.text();
 * if (answer.status !== 200 || !page.includes("<html")) throw new Error(page);
 * ```
 */
export async function serveFiles(
  root: string | URL,
  options: ServeFilesOptions = {},
): Promise<(request: Request, info?: unknown) => Promise<Response>> {
  const reply = await fileReplies(root, options);
  return async (request, info) => responseOf(await reply(request, info));
}

/**
 * The same as {@linkcode serveFiles} for `serveHttp`: the answers are plain data, and a small file that
 * was asked for before is answered without a promise.
 *
 * @example
 * ```ts
 * import { fileReplies } from "@incoming/net/files";
 *
 * const handler = await fileReplies("static", { home: "hello.html" });
 * const { status, headers } = await handler(new Request("http://localhost/"));
 * const type = headers.find(([name]) => name === "Content-Type");
 * if (status !== 200 || type?.[1] !== "text/html; charset=utf-8") throw new Error(`${status}`);
 * ```
 */
export async function fileReplies(
  root: string | URL,
  options: ServeFilesOptions = {},
): Promise<(request: Request, info?: unknown) => FileReply | Promise<FileReply>> {
  const resolved = resolveFilesOptions(options);
  const site = new FileSite(await openRoot(root, resolved.listing), resolved);
  return (request, info) => site.answer(request, info);
}
