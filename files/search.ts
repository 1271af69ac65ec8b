/**
 * Looks for what a request asks for on the disk.
 *
 * @module
 */

import { sep } from "node:path";
import { type AcceptedCodings, acceptedCodings } from "./accepted_codings.ts";
import type { Asked, AskedFields } from "./asked.ts";
import { contentReply, errorPage } from "./content_reply.ts";
import { statusOfFailure } from "./failure_status.ts";
import { type Field, type FileReply, statusReply } from "./file_reply.ts";
import type { ResolvedFilesOptions } from "./files_options.ts";
import { readFolder } from "./folder.ts";
import { encoded, listingReply } from "./listing.ts";
import { keyOf, load, type Loaded, type Store } from "./load.ts";
import { replyAndClose } from "./loaded_reply.ts";
import { parsePath } from "./request_path.ts";

/** What is looked for. */
export interface SearchInit {
  readonly store: Store;
  readonly options: ResolvedFilesOptions;
  readonly request: Request;
  readonly asked: Asked;
  readonly fields: AskedFields;
  /** What the client takes for this answer. */
  readonly accepted: AcceptedCodings;
}

/** One search, for a request of GET or HEAD. */
export class Search {
  readonly #init: SearchInit;
  readonly #method: string;

  constructor(init: SearchInit) {
    this.#init = init;
    this.#method = init.request.method;
  }

  /** The answer; never rejects. */
  async answer(): Promise<FileReply> {
    try {
      return await this.#find() ?? await this.#missing();
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** `null` when there is nothing. */
  async #find(): Promise<FileReply | null> {
    const { asked, options } = this.#init;
    const path = parsePath(asked.path, sep === "\\");
    if (path === 404) return null;
    if (path === 400) return statusReply(400, this.#method);
    const { names, isFolder } = path;
    const found = isFolder ? await this.#folder(names) : await this.#file(names);
    if (found === "folder") return this.#redirected(names);
    if (found !== null || !options.spa || !this.#mayBePage(names)) return found;
    const home = options.home === null ? null : asReply(await this.#file([options.home]));
    return home && { ...home, headers: home.headers.map(byAsker) };
  }

  async #folder(names: readonly string[]): Promise<FileReply | null> {
    const { options, store } = this.#init;
    const page = names.length === 0 ? options.home : options.index;
    const found = page === null ? null : asReply(await this.#file([...names, page]));
    if (found !== null || !options.listing) return found;
    const entries = await unlessMissing(readFolder(store.root, names));
    return entries === null ? null : listingReply(names, entries, this.#method);
  }

  async #file(names: readonly string[]): Promise<FileReply | "folder" | null> {
    const { accepted, fields } = this.#init;
    const loaded = await this.#load(names, accepted);
    if (loaded === null || loaded === "folder") return loaded;
    if (loaded === "unacceptable") {
      return statusReply(406, this.#method, [["Vary", "Accept-Encoding"]]);
    }
    return await replyAndClose(
      loaded,
      (bodyOf) => contentReply(loaded.content, this.#method, fields, bodyOf),
      (error) => this.#report(error),
    );
  }

  /** From memory, or the disk; `null` when there is no such file. */
  async #load(
    names: readonly string[],
    accepted: AcceptedCodings,
  ): Promise<Loaded | "folder" | "unacceptable" | null> {
    const { store, asked } = this.#init;
    const content = store.hot.find(keyOf(names), accepted, asked.isLazy);
    if (content !== undefined) return { content, file: null };
    return await unlessMissing(load(store, names, accepted));
  }

  /** With a slash at its end, and relative: so it holds also where the site is only a part of another one. */
  #redirected(names: readonly string[]): FileReply {
    const { query } = this.#init.asked;
    const kept = /^[\x21-\x7e]*$/.test(query) ? query : "";
    const location = `./${encoded(names.at(-1) ?? "")}/${kept}`;
    return statusReply(301, this.#method, [["Location", location]]);
  }

  /**
   * Whether a person may have asked for a page, and not a script for a file. Browsers say which; others
   * take what there is, unless they name something else.
   */
  #mayBePage(names: readonly string[]): boolean {
    const { asked } = this.#init;
    if (names.at(-1)?.includes(".") === true) return false;
    const accept = asked.header("accept") ?? "*/*";
    if (/\btext\/html\b/i.test(accept)) return true;
    const mode = asked.header("sec-fetch-mode") ?? "navigate";
    return mode === "navigate" && /(?:^|[\t ,])(?:text|\*)\/\*/i.test(accept);
  }

  /** The root's own page, or a line. */
  async #missing(): Promise<FileReply> {
    const { options, fields } = this.#init;
    const accepted = acceptedCodings(fields.acceptEncoding);
    const loaded = options.notFound === null
      ? null
      : await this.#load([options.notFound], accepted);
    if (loaded === null || typeof loaded === "string") return statusReply(404, this.#method);
    return await replyAndClose(
      loaded,
      (bodyOf) => errorPage(loaded.content, 404, this.#method, bodyOf),
      (error) => this.#report(error),
    );
  }

  #failed(error: unknown): FileReply {
    const status = statusOfFailure(error);
    if (status !== 404) this.#report(error);
    return statusReply(status, this.#method, status === 503 ? [["Retry-After", "1"]] : []);
  }

  #report(error: unknown): void {
    const { options, request } = this.#init;
    options.report(error, request);
  }
}

/** Who else asks for the same may be told that there is nothing. */
function byAsker(field: Field): Field {
  const [name, value] = field;
  return name === "Vary" ? [name, `${value}, Accept, Sec-Fetch-Mode`] : field;
}

function asReply(found: FileReply | "folder" | null): FileReply | null {
  return found === "folder" ? null : found;
}

/** What the promise gives; `null` when it says that there is no such file. */
async function unlessMissing<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (statusOfFailure(error) !== 404) throw error;
    return null;
  }
}
