/**
 * Answers the requests for the files of a folder.
 *
 * @module
 */

import { sep } from "node:path";
import { type AcceptedCodings, acceptedCodings, IDENTITY } from "./accepted_codings.ts";
import { type AskedFields, askedOf } from "./asked.ts";
import { contentReply } from "./content_reply.ts";
import { type Field, type FileReply, statusReply } from "./file_reply.ts";
import type { ResolvedFilesOptions } from "./files_options.ts";
import { HotFiles } from "./hot_files.ts";
import { keyOf, type Store } from "./load.ts";
import { heldBody } from "./loaded_reply.ts";
import { parsePath } from "./request_path.ts";
import type { Root } from "./root.ts";
import { Search } from "./search.ts";

const ALLOW: Field = ["Allow", "GET, HEAD, OPTIONS"];

/** A folder and how it is served. */
export class FileSite {
  readonly #store: Store;
  readonly #options: ResolvedFilesOptions;

  constructor(root: Root, options: ResolvedFilesOptions) {
    const { memory, cacheControl } = options;
    this.#store = { root, hot: new HotFiles(memory), cacheControl };
    this.#options = options;
  }

  /**
   * The answer, without a promise for a file that is held; never throws or rejects. `info` is what the
   * server has given beside the request.
   */
  answer(request: Request, info?: unknown): FileReply | Promise<FileReply> {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      if (method === "OPTIONS") return { status: 204, headers: [ALLOW], body: null };
      return statusReply(405, method, [ALLOW]);
    }
    const [store, options] = [this.#store, this.#options];
    const asked = askedOf(request, info);
    const fields = asked.fields();
    const accepted = codingsFor(fields);
    const held = store.hot.find(this.#keyOf(asked.path), accepted, asked.isLazy);
    if (held !== undefined) return contentReply(held, method, fields, heldBody(held.bytes));
    return new Search({ store, options, request, asked, fields, accepted }).answer();
  }

  /** What the file of that path would be kept under; nothing is under a path that is refused. */
  #keyOf(path: string): string {
    let key = path;
    if (path.includes("%")) {
      const parsed = parsePath(path, sep === "\\");
      if (typeof parsed === "number") return "";
      key = parsed.isFolder && parsed.names.length > 0
        ? `${keyOf(parsed.names)}/`
        : keyOf(parsed.names);
    }
    if (!key.endsWith("/")) return key;
    return key + ((key === "/" ? this.#options.home : this.#options.index) ?? "");
  }
}

/**
 * What the client takes. A part of a compressed file is of use only to who has the other parts of it:
 * who does names its tag.
 */
function codingsFor({ acceptEncoding, range, ifRange, ifMatch }: AskedFields): AcceptedCodings {
  const accepted = acceptedCodings(acceptEncoding);
  if (range === undefined || !accepted.identity) return accepted;
  const tag = ifRange ?? ifMatch;
  const codings = accepted.codings.filter(({ name }) => tag?.endsWith(`-${name}"`) === true);
  return codings.length === 0 ? IDENTITY : { codings, identity: true };
}
